package dev.oncegate.testbed.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.cli.ClusterOptions;
import dev.oncegate.cli.FailedException;
import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.check.Check;
import dev.oncegate.testbed.check.CheckFailedException;
import dev.oncegate.testbed.check.Report;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code check}: judges what lies on the topics of a cluster. */
@Command(
    name = "check",
    description = {
      "Reads all topics of a gate, read_committed, and reports whether the invariants I1 to I7 hold.",
      "Shares no line with what decides in the gate. Exit code 0: all hold; 1: not, or the check failed."
    },
    mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description =
          "Prefix of the topics. Default: gate.topic.prefix of the configuration, which is agent.")
  private @Nullable String topicPrefix;

  @Option(
      names = "--application-id",
      paramLabel = "ID",
      description =
          "Name of the gate. Default: application.id of the configuration, which is oncegate.")
  private @Nullable String applicationId;

  @Option(names = "--json", description = "Print the report as one JSON object on one line.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "How long to wait for the gate to catch up before judging. Default: ${DEFAULT-VALUE}.")
  private long timeoutSeconds;

  @Override
  public Integer call() {
    if (timeoutSeconds < 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--timeout is %d; allowed is 0 or more seconds.".formatted(timeoutSeconds));
    }
    GateConfig config = cluster.config();
    Map<String, Object> settings = new HashMap<>(config.kafkaSettings());
    settings.putAll(Clients.consumer(settings));
    Topics topics =
        Topics.of(
            topicPrefix != null ? topicPrefix : config.getString(GateKeys.TOPIC_PREFIX),
            applicationId != null ? applicationId : config.applicationId());
    Report report;
    try {
      report =
          Check.run(
              settings,
              topics,
              config.getLong(GateKeys.DEDUP_WINDOW_MS),
              Duration.ofSeconds(timeoutSeconds));
    } catch (CheckFailedException e) {
      throw new FailedException(String.valueOf(e.getMessage()));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(asJson(report));
    } else {
      printTable(out, report);
    }
    out.flush();
    return report.holds() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  static String asJson(Report report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("invariants", report.figures());
    object.put("counter_examples", report.counterExamples());
    object.put("notes", report.notes());
    try {
      return new ObjectMapper().writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts and numbers are JSON", e);
    }
  }

  static void printTable(PrintWriter out, Report report) {
    out.printf("%-4s%-50s%12s%12s%n", "", "invariant", "checked", "violations");
    report
        .verdicts()
        .forEach(
            (invariant, verdict) -> {
              out.printf(
                  "%-4s%-50s%,12d%,12d%n",
                  invariant, invariant.title(), verdict.checked(), verdict.violations());
              verdict.counterExamples().forEach(example -> out.println("      - " + example));
              if (verdict.violations() > verdict.counterExamples().size()) {
                out.printf(
                    "      - and %,d more%n",
                    verdict.violations() - verdict.counterExamples().size());
              }
            });
    report.notes().forEach(note -> out.println("Note: " + note));
    out.println(report.holds() ? "All invariants hold." : "Not all invariants hold.");
  }
}
