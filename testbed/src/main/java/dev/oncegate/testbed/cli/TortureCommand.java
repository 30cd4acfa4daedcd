package dev.oncegate.testbed.cli;

import dev.oncegate.cli.StopRequest;
import dev.oncegate.testbed.stack.StackException;
import dev.oncegate.testbed.torture.FaultKind;
import dev.oncegate.testbed.torture.ReportText;
import dev.oncegate.testbed.torture.Torture;
import dev.oncegate.testbed.torture.TortureReport;
import dev.oncegate.testbed.torture.TortureSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code torture}: faults thrown at a gate under load, and the verdict. */
@Command(
    name = "torture",
    description = {
      "Throws faults at a gate under load, on three brokers and several instances of its own, and judges whether every promise was kept.",
      "Exit code 0: all were kept; 1: not, and the logs of all processes are kept."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class TortureCommand implements Callable<Integer> {
  private static final int SECONDS_PER_MINUTE = 60;
  private static final int PARTITIONS = 6;

  @Spec private CommandSpec spec;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "2",
      description = "How long faults are thrown; longer, until each kind was thrown once.")
  private double minutes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = Option.NULL_VALUE,
      description = "Of all chance: faults, what they hit, and load. Default: another each time.")
  private @Nullable Long seed;

  @Option(
      names = "--faults",
      paramLabel = "KIND",
      split = ",",
      description = "The kinds of faults to throw: ${COMPLETION-CANDIDATES}. Default: all.")
  private List<FaultKind> kinds = List.of(FaultKind.values());

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "300",
      description = "Commands a second.")
  private int rate;

  @Option(
      names = "--instances",
      paramLabel = "N",
      defaultValue = "3",
      description = "Instances of the gate.")
  private int instances;

  @Option(
      names = "--standbys",
      paramLabel = "N",
      defaultValue = "0",
      description = "Standby copies of each partition's state.")
  private int standbys;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      defaultValue = "${sys:oncegate.home:-.}/target/torture",
      description = "Where data and logs lie; they are kept where not all went well.")
  private Path directory = Path.of("target", "torture");

  @Option(
      names = "--html",
      paramLabel = "FILE",
      defaultValue = Option.NULL_VALUE,
      description = "Where the report is written as a page. Default: seed-N.html in the directory.")
  private @Nullable Path html;

  @Option(
      names = "--json",
      description =
          "Print the report as one JSON object on the last line of standard output; all else to standard error.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Range.require(spec, "--minutes", minutes, 0, 100_000);
    Range.require(spec, "--rate", rate, 1, 100_000);
    Range.require(spec, "--instances", instances, 2, 9);
    Range.require(spec, "--standbys", standbys, 0, instances - 1.0);
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
    Thread caller = Thread.currentThread();
    CompletableFuture<Void> stop = StopRequest.listen();
    stop.thenRun(caller::interrupt);
    PrintWriter words = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    try (TortureFiles files = TortureFiles.make(directory.resolve("seed-" + chosen))) {
      TortureReport report =
          new Torture(settings(chosen, files.data()), line -> tell(words, line)).run(files.data());
      ReportText.lines(report).forEach(line -> tell(words, line));
      Path page = html == null ? directory.resolve("seed-%d.html".formatted(chosen)) : html;
      write(page, report.html());
      tell(words, "The report as a page: " + page);
      if (json) {
        tell(spec.commandLine().getOut(), ReportText.json(report));
      }
      if (report.good()) {
        files.forget();
      }
      return report.good() ? ExitCode.OK : ExitCode.SOFTWARE;
    } catch (InterruptedException | RuntimeException e) {
      if (!stop.isDone()) {
        throw e;
      }
      spec.commandLine().getErr().println("oncegate: the torture was stopped before its end");
      return ExitCode.SOFTWARE;
    }
  }

  private TortureSettings settings(long chosen, Path data) {
    List<FaultKind> possible = new ArrayList<>();
    Map<FaultKind, String> skipped = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : kinds.stream().distinct().toList()) {
      Torture.obstacle(kind, data)
          .ifPresentOrElse(why -> skipped.put(kind, why), () -> possible.add(kind));
    }
    if (possible.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--faults: none of them can be thrown here: " + skipped);
    }
    return new TortureSettings(
        Duration.ofMillis(Math.round(minutes * SECONDS_PER_MINUTE * 1000)),
        chosen,
        possible,
        skipped,
        rate,
        instances,
        standbys,
        PARTITIONS);
  }

  private static void write(Path page, String html) {
    try {
      Files.writeString(page, html);
    } catch (IOException e) {
      throw new StackException("%s cannot be written: %s".formatted(page, e), e);
    }
  }

  private static synchronized void tell(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
