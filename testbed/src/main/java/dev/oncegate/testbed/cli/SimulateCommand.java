package dev.oncegate.testbed.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.testbed.simulate.Simulation;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code simulate}: the gate under random schedules, deterministic and without a cluster. */
@Command(
    name = "simulate",
    description = {
      "Plays seeded random schedules of commands, outcomes, controls, clock steps and crashes against the whole topology, in this process.",
      "Judges what each leaves on the topics (I1 to I7), and compares it with the same input without crashes (I8).",
      "Exit code 0: all hold; 1: not. A failing seed replays alone with --seed SEED --schedules 1."
    },
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  private static final int MOST_VIOLATIONS = 10;
  private static final long EVERY = 500;
  private static final String LOG_SETTING = "log4j2.configurationFile";
  private static final String LOG_CONFIG =
      "classpath:dev/oncegate/testbed/simulate/log4j2-simulate.properties";

  @Spec private CommandSpec spec;

  @Option(
      names = "--schedules",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "How many schedules; where it is 1, all its steps are printed. Default: ${DEFAULT-VALUE}.")
  private long schedules;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the first schedule; the others have those that follow. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many schedules at a time. Default: one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print the result as one JSON object on the last line.")
  private boolean json;

  @Override
  public Integer call() {
    requireRange("--schedules", schedules, 1, 1_000_000_000);
    requireRange("--threads", threads, 1, 256);
    if (System.getProperty(LOG_SETTING) == null) {
      System.setProperty(LOG_SETTING, LOG_CONFIG);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (schedules == 1) {
      Simulation.script(seed).forEach(out::println);
    }
    long startedAt = System.nanoTime();
    Simulation.Summary summary = Simulation.run(seed, schedules, threads, this::progress);
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    summary.failures().forEach(failure -> print(failure, out));
    out.println(
        "%,d schedules from seed %d with %,d commands and %,d starts of a task in %.1f s, %,.0f a minute: %s."
            .formatted(
                summary.schedules(),
                seed,
                summary.commands(),
                summary.lives(),
                seconds,
                summary.schedules() / seconds * 60,
                summary.failures().isEmpty()
                    ? "all invariants hold"
                    : summary.failures().size() + " failed"));
    if (json) {
      out.println(asJson(summary, seconds));
    }
    out.flush();
    return summary.failures().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void progress(long done) {
    if (done % EVERY == 0 && done < schedules) {
      spec.commandLine().getErr().println("oncegate: %,d schedules played".formatted(done));
    }
  }

  private static void print(Simulation.Failure failure, PrintWriter out) {
    out.println("Seed %d failed: %s".formatted(failure.seed(), failure.setup()));
    failure.steps().forEach(step -> out.println("    " + step));
    failure.violations().stream()
        .limit(MOST_VIOLATIONS)
        .forEach(violation -> out.println("  - " + violation));
    if (failure.violations().size() > MOST_VIOLATIONS) {
      out.println("  - and %d more".formatted(failure.violations().size() - MOST_VIOLATIONS));
    }
    out.println("  Replay: ./oncegate simulate --schedules 1 --seed " + failure.seed());
  }

  private ObjectNode asJson(Simulation.Summary summary, double seconds) {
    ObjectNode object =
        JsonNodeFactory.instance
            .objectNode()
            .put("schedules", summary.schedules())
            .put("seed", seed)
            .put("commands", summary.commands())
            .put("starts", summary.lives())
            .put("seconds", Math.round(seconds * 10) / 10.0)
            .put("schedules_per_minute", Math.round(summary.schedules() / seconds * 60));
    ArrayNode failures = object.putArray("failures");
    for (Simulation.Failure failure : summary.failures()) {
      ObjectNode one =
          failures.addObject().put("seed", failure.seed()).put("setup", failure.setup());
      failure.steps().forEach(one.putArray("steps")::add);
      failure.violations().forEach(one.putArray("violations")::add);
    }
    return object;
  }

  private void requireRange(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is %d: allowed is %d to %d".formatted(option, value, least, most));
    }
  }
}
