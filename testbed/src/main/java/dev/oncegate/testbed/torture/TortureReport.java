package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.check.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a torture.
 *
 * @param took from its first process to the verdict
 * @param faults in the order in which they were thrown
 * @param restarts of instances that ended by themselves
 * @param executedTwice attempts that executors were permitted twice, from their own books
 * @param report of the judge
 */
public record TortureReport(
    TortureSettings settings,
    Duration took,
    List<Fault> faults,
    List<Restart> restarts,
    Traffic traffic,
    List<String> executedTwice,
    Report report) {

  /** Whether no promise was broken, by gate or harness. */
  public boolean good() {
    return report.holds() && executedTwice.isEmpty() && complaints().isEmpty();
  }

  /** What was not as it must be. */
  List<String> complaints() {
    return faults.stream().flatMap(fault -> fault.complaints().stream()).toList();
  }

  /** All of it on one page that needs nothing else. */
  public String html() {
    Map<String, Long> figures = new LinkedHashMap<>();
    traffic.decisions().forEach((decision, count) -> figures.put("decision " + decision, count));
    figures.put("dead letters", traffic.deadLetters());
    figures.put("instances that ended by themselves", (long) restarts.size());
    figures.put("commands without a decision", traffic.undecided());
    figures.put("effects without an end", traffic.unsettled());
    figures.put("commands that were due and not sent", traffic.leftOut());
    List<String> wrongs = new ArrayList<>(complaints());
    executedTwice.forEach(attempt -> wrongs.add("executed twice: " + attempt));
    return HtmlReport.of(
        new HtmlReport.Content(
            settings.seed(),
            Math.max(1, settings.time().toMinutes()),
            traffic.commands(),
            traffic.decided(),
            traffic.executions(),
            figures,
            traffic.seconds(),
            faults.stream()
                .map(
                    fault ->
                        new HtmlReport.Thrown(
                            fault.mark(), fault.recoveryMs(), fault.longestWaitMs()))
                .toList(),
            report,
            wrongs));
  }
}
