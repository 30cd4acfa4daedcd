package dev.oncegate.testbed.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Runs benchmarks one after the other and gathers what they measure. */
public final class Suite {
  private final Surroundings surroundings;
  private final Settings settings;
  private final PrintWriter progress;

  /**
   * How much is measured.
   *
   * @param commands of a workload with ordinary arguments
   * @param rounds how often each contender runs, beside the warm-up
   * @param only names of contenders, beside the pass-through; empty: all
   */
  public record Settings(long commands, int rounds, long seed, List<String> only) {}

  public Suite(Surroundings surroundings, Settings settings, PrintWriter progress) {
    this.surroundings = surroundings;
    this.settings = settings;
    this.progress = progress;
  }

  /** Runs benchmarks. */
  public Report run(List<Catalogue> benchmarks) {
    List<String> skipped = new ArrayList<>();
    List<Contender> contenders = contenders();
    Report report = Report.empty(contenders, skipped);
    for (Catalogue benchmark : benchmarks) {
      progress.println("%s: %s".formatted(benchmark.key(), benchmark.words()));
      progress.flush();
      switch (benchmark) {
        case LATENCY, CURVE, KNOWN -> throw new UnsupportedOperationException(benchmark.key());
        default ->
            report
                .throughput()
                .add(
                    new Throughput(surroundings, contenders, settings.rounds, progress)
                        .run(benchmark.workload(settings.commands, settings.seed)));
      }
    }
    return report;
  }

  private List<Contender> contenders() {
    List<Contender> all =
        new ArrayList<>(List.of(new PassThrough(), new Textbook(), new FullGate()));
    // The pass-through stays: the others are compared with it.
    all.subList(1, all.size())
        .removeIf(
            contender -> !settings.only.isEmpty() && !settings.only.contains(contender.name()));
    return all;
  }
}
