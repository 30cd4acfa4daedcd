package dev.oncegate.testbed.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs benchmarks one after the other and gathers what they measure. */
public final class Suite {
  private static final int[] COMMIT_INTERVALS_MS = {10, 20, 50, 100, 500};
  private static final int USUAL_COMMIT_MS = 100;
  private static final int LATENCY_SECONDS = 15;
  private static final int CURVE_SECONDS = 6;

  /** Nobody would take them; they tell where the time goes. */
  private static final Set<String> DIAGNOSTIC = Set.of(RecordsOnly.NAME, FullGate.UNWATCHED);

  private final Surroundings surroundings;
  private final Settings settings;
  private final PrintWriter progress;

  /**
   * How much is measured.
   *
   * @param commands of a workload with ordinary arguments
   * @param mostWarmUps how often each contender runs at most before that counts
   * @param rounds how often each contender runs then
   * @param only names of contenders, beside the pass-through; empty: all that a user could take
   * @param latencyRate commands a second where latency is measured
   * @param known how many actions a gate knows, for benchmarks about that
   * @param redisServer the program; null: the one on the PATH
   */
  public record Settings(
      long commands,
      int mostWarmUps,
      int rounds,
      long seed,
      List<String> only,
      int latencyRate,
      List<Long> known,
      @Nullable Path redisServer) {
    private boolean isWanted(String contender) {
      return only.contains(contender) || only.isEmpty() && !DIAGNOSTIC.contains(contender);
    }
  }

  public Suite(Surroundings surroundings, Settings settings, PrintWriter progress) {
    this.surroundings = surroundings;
    this.settings = settings;
    this.progress = progress;
  }

  /** The names of all contenders beside the pass-through. */
  public static List<String> contenders() {
    return List.of(
        Textbook.NAME,
        RecordsOnly.NAME,
        FullGate.NAME,
        FullGate.UNWATCHED,
        Redis.nameOf("everysec"),
        Redis.nameOf("always"),
        Relational.SINGLE,
        Relational.BATCHED,
        Flink.NAME);
  }

  /** Runs benchmarks. */
  public Report run(List<Catalogue> benchmarks) {
    boolean takesAlternatives = benchmarks.stream().anyMatch(Catalogue::takesAlternatives);
    try (Alternatives alternatives =
        new Alternatives(
            surroundings.directory(),
            settings.redisServer,
            name -> takesAlternatives && settings.isWanted(name))) {
      List<Contender> contenders = new ArrayList<>(List.of(new PassThrough()));
      Stream.concat(
              Stream.of(new Textbook(), new RecordsOnly(), new FullGate(true), new FullGate(false)),
              alternatives.contenders().stream())
          .filter(contender -> settings.isWanted(contender.name()))
          .forEach(contenders::add);
      Report report = Report.empty(contenders, alternatives.missing());
      for (Catalogue benchmark : benchmarks) {
        progress.println("%s: %s".formatted(benchmark.key(), benchmark.words()));
        progress.flush();
        run(benchmark, contenders, report);
      }
      return report;
    }
  }

  private void run(Catalogue benchmark, List<Contender> contenders, Report report) {
    switch (benchmark) {
      case LATENCY -> {
        Latency latency =
            new Latency(surroundings, settings.latencyRate, LATENCY_SECONDS, progress);
        contenders.forEach(contender -> report.latency().add(latency.measure(contender)));
      }
      case CURVE -> report.curve().addAll(curve());
      case KNOWN -> {
        Known known =
            new Known(
                surroundings,
                settings.commands / 3,
                settings.mostWarmUps,
                settings.rounds,
                progress);
        settings.known.forEach(count -> report.known().add(known.measure(count)));
      }
      default ->
          report
              .throughput()
              .add(
                  new Throughput(
                          surroundings, contenders, settings.mostWarmUps, settings.rounds, progress)
                      .run(benchmark.workload(settings.commands, settings.seed)));
    }
  }

  private List<Report.CurvePoint> curve() {
    List<Report.CurvePoint> points = new ArrayList<>();
    List<Contender> contenders = List.of(new PassThrough(), new FullGate(true));
    for (int commitMs : COMMIT_INTERVALS_MS) {
      progress.println("  commit interval %d ms".formatted(commitMs));
      // Time is told by commits: there must be some, however rare they are.
      Workload workload =
          Catalogue.NEW.workload(
              settings.commands * Math.max(1, commitMs / USUAL_COMMIT_MS), settings.seed);
      Surroundings own = surroundings.with("commit.interval.ms", String.valueOf(commitMs));
      Throughput.Result throughput =
          new Throughput(own, contenders, settings.mostWarmUps, 1, progress).run(workload);
      Latency latency = new Latency(own, settings.latencyRate, CURVE_SECONDS, progress);
      for (int i = 0; i < contenders.size(); i++) {
        points.add(
            new Report.CurvePoint(
                throughput.contenders().get(i).perSecond().median(),
                latency.measure(contenders.get(i))));
      }
    }
    return points;
  }
}
