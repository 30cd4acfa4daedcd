package dev.oncegate.testbed.cli;

import dev.oncegate.cli.StopRequest;
import dev.oncegate.testbed.bench.Catalogue;
import dev.oncegate.testbed.bench.Report;
import dev.oncegate.testbed.bench.ReportJson;
import dev.oncegate.testbed.bench.ReportPage;
import dev.oncegate.testbed.bench.ReportText;
import dev.oncegate.testbed.bench.Suite;
import dev.oncegate.testbed.bench.Surroundings;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench}: the gate beside what a user would take instead, on a broker of its own. */
@Command(
    name = "bench",
    description = {
      "Measures the gate beside a pass-through topology, the textbook's deduplication and other ways to let an action happen once: on the same commands and the same broker, in turns, each round checked for one effect an action.",
      "Figures of one machine mean little; ratios within one run do."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class BenchCommand implements Callable<Integer> {
  private static final String ALL = "all";
  private static final String LOG_SETTING = "log4j2.configurationFile";
  private static final String LOG_CONFIG =
      "classpath:dev/oncegate/testbed/bench/log4j2-bench.properties";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "What to measure; --list tells the names, all stands for each of them.")
  private List<String> names = List.of();

  @Option(names = "--list", description = "Tell the names and what they measure, and end.")
  private boolean list;

  @Option(
      names = "--commands",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Commands of a workload with ordinary arguments.")
  private long commands;

  @Option(
      names = "--contenders",
      paramLabel = "NAME",
      split = ",",
      description = "Only these beside the pass-through, separated by commas.")
  private List<String> contenders = List.of();

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of the topics.")
  private int partitions;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each contender runs, after the warm-up.")
  private int rounds;

  @Option(
      names = "--warm-ups",
      paramLabel = "N",
      defaultValue = "6",
      description =
          "Most rounds that do not count before those that do: it warms up until no contender is faster than in its round before by 5 %%.")
  private int warmUps;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Makes the commands reproducible.")
  private long seed;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Commands a second where latency is measured.")
  private int rate;

  @Option(
      names = "--known",
      paramLabel = "N",
      split = ",",
      defaultValue = "10000,1000000",
      description =
          "Of benchmark known: actions that the gate knows, several separated by commas, up to 100000000; a million takes some 600 MB of disk.")
  private List<Long> known = List.of();

  @Option(
      names = "--redis-server",
      paramLabel = "PATH",
      description = "The program of Redis 7 or later. Default: redis-server on the PATH.")
  private @Nullable Path redisServer;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report with charts, one page that needs nothing else.")
  private @Nullable Path html;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of all contenders, such as commit.interval.ms=20. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--json", description = "Print the result as one JSON object on the last line.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      tellNames(out);
      return ExitCode.OK;
    }
    Range.require(spec, "--commands", commands, 1_000, 100_000_000);
    Range.require(spec, "--partitions", partitions, 1, 64);
    Range.require(spec, "--rounds", rounds, 1, 100);
    Range.require(spec, "--warm-ups", warmUps, 0, 100);
    Range.require(spec, "--rate", rate, 1, 1_000_000);
    known.forEach(count -> Range.require(spec, "--known", count, 1, 100_000_000));
    contenders.forEach(this::requireContender);
    List<Catalogue> benchmarks = chosen();
    if (System.getProperty(LOG_SETTING) == null) {
      System.setProperty(LOG_SETTING, LOG_CONFIG);
    }
    CompletableFuture<Void> stop = StopRequest.listen();
    try (DataDirectory directory = DataDirectory.temporary("oncegate-bench");
        Stack stack = Stack.start(directory, 0, 0, stop)) {
      Map<String, String> cluster = new LinkedHashMap<>(settings);
      cluster.put("bootstrap.servers", stack.bootstrapServers());
      cluster.put("schema.registry.url", stack.registryUrl());
      Suite suite =
          new Suite(
              new Surroundings(cluster, partitions, directory.path()),
              new Suite.Settings(
                  commands, warmUps, rounds, seed, contenders, rate, known, redisServer),
              out);
      CompletableFuture<Report> run =
          CompletableFuture.supplyAsync(() -> suite.run(benchmarks), StopRequest.beside("bench"));
      CompletableFuture.anyOf(stop, run).exceptionally(failure -> null).join();
      if (run.isDone()) {
        tell(resultOf(run), out);
      }
    }
    return ExitCode.OK;
  }

  /** What ended the run is told as it is, not as what ended a thread. */
  private static Report resultOf(CompletableFuture<Report> run) {
    try {
      return run.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StackException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static void tellNames(PrintWriter out) {
    for (Catalogue benchmark : Catalogue.values()) {
      out.println(
          "%-10s%s%s"
              .formatted(
                  benchmark.key(),
                  benchmark.words(),
                  benchmark.isDefault() ? " (runs where no names are given)" : ""));
    }
    out.flush();
  }

  private void requireContender(String name) {
    if (!Suite.contenders().contains(name)) {
      throw new ParameterException(
          spec.commandLine(),
          "there is no contender %s; there are %s"
              .formatted(name, String.join(", ", Suite.contenders())));
    }
  }

  private List<Catalogue> chosen() {
    if (names.isEmpty()) {
      return Catalogue.defaults();
    }
    return names.stream().flatMap(this::named).distinct().toList();
  }

  private Stream<Catalogue> named(String name) {
    if (name.equals(ALL)) {
      return Arrays.stream(Catalogue.values());
    }
    return Stream.of(
        Arrays.stream(Catalogue.values())
            .filter(benchmark -> benchmark.key().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "there is no benchmark %s: bench --list tells the names".formatted(name))));
  }

  private void tell(Report report, PrintWriter out) {
    ReportText.print(report, out);
    if (html != null) {
      write(html, ReportPage.of(report));
      out.println("report: " + html);
    }
    if (json) {
      out.println(ReportJson.of(report));
    }
    out.flush();
  }

  private static void write(Path file, String page) {
    try {
      Files.writeString(file, page);
    } catch (IOException e) {
      throw new StackException("the report %s cannot be written: %s".formatted(file, e), e);
    }
  }
}
