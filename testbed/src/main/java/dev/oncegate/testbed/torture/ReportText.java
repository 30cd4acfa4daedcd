package dev.oncegate.testbed.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.testbed.load.Second;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A report in words, and as one JSON object. */
public final class ReportText {
  private ReportText() {}

  /** Lines for a terminal. */
  public static List<String> lines(TortureReport report) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        line(
            "%-10s%-22s%-16s%8s%10s%10s%10s",
            "at s", "fault", "target", "lasted", "takeover", "recovery", "max wait"));
    for (Fault fault : report.faults()) {
      Mark mark = fault.mark();
      lines.add(
          line(
              "%-10.1f%-22s%-16s%8.1f%10s%10.1f%10.1f",
              mark.fromMs() / 1000.0,
              mark.kind(),
              mark.target(),
              (mark.toMs() - mark.fromMs()) / 1000.0,
              fault.takeOverMs() == null ? "" : line("%.1f", fault.takeOverMs() / 1000.0),
              fault.recoveryMs() / 1000.0,
              fault.longestWaitMs() / 1000.0));
    }
    report
        .settings()
        .skipped()
        .forEach((kind, why) -> lines.add("%s was not thrown: %s".formatted(kind, why)));
    lines.add("");
    lines.add(line("%-4s%-50s%12s%12s", "", "invariant", "checked", "violations"));
    report
        .report()
        .verdicts()
        .forEach(
            (invariant, verdict) -> {
              lines.add(
                  line(
                      "%-4s%-50s%,12d%,12d",
                      invariant, invariant.title(), verdict.checked(), verdict.violations()));
              verdict.counterExamples().forEach(example -> lines.add("      - " + example));
            });
    report.report().notes().forEach(note -> lines.add("Note: " + note));
    lines.add("");
    lines.addAll(sums(report));
    return lines;
  }

  private static List<String> sums(TortureReport report) {
    List<String> lines = new ArrayList<>();
    Traffic traffic = report.traffic();
    lines.add(
        line(
            "%,d commands, %,d decisions and dead letters, %,d executions, %d executed twice",
            traffic.commands(),
            traffic.decided(),
            traffic.executions(),
            report.executedTwice().size()));
    lines.add(line("decisions: %s", traffic.decisions()));
    if (traffic.undecided() + traffic.unsettled() + traffic.leftOut() > 0
        || !traffic.failures().isEmpty()) {
      lines.add(
          line(
              "%d undecided, %d effects without an end, %d commands not sent in time, not taken by brokers: %s",
              traffic.undecided(), traffic.unsettled(), traffic.leftOut(), traffic.failures()));
    }
    report
        .restarts()
        .forEach(
            restart ->
                lines.add(
                    line(
                        "%.1f s: %s was started again: %s",
                        restart.atMs() / 1000.0, restart.name(), restart.cause())));
    report.executedTwice().forEach(attempt -> lines.add("executed twice: " + attempt));
    report.complaints().forEach(complaint -> lines.add("not as it must be: " + complaint));
    lines.add(
        line(
            "%s: %d faults in %.1f minutes, seed %d",
            report.good() ? "All promises were kept" : "NOT all promises were kept",
            report.faults().size(),
            report.took().toMillis() / 60_000.0,
            report.settings().seed()));
    return lines;
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** One JSON object on one line. */
  public static String json(TortureReport report) {
    Map<String, Object> object = new LinkedHashMap<>();
    Traffic traffic = report.traffic();
    Map<String, Long> violations = new LinkedHashMap<>();
    report
        .report()
        .verdicts()
        .forEach((invariant, verdict) -> violations.put(invariant.name(), verdict.violations()));
    object.put("commands", traffic.commands());
    object.put("faults", counts(report.faults()));
    object.put("violations", violations);
    object.put("seed", report.settings().seed());
    object.put("minutes", Math.round(report.took().toMillis() / 600.0) / 100.0);
    object.put("good", report.good());
    object.put("decided", traffic.decided());
    object.put("decisions", traffic.decisions());
    object.put("dead_letters", traffic.deadLetters());
    object.put("executions", traffic.executions());
    object.put("executed_twice", report.executedTwice().size());
    object.put("undecided", traffic.undecided());
    object.put("unsettled", traffic.unsettled());
    object.put("restarts", report.restarts().size());
    object.put("p99_ms_median_second", medianOf(traffic.seconds().stream().map(Second::p99Ms)));
    object.put("by_kind", figures(report.faults()));
    object.put("skipped", report.settings().skipped());
    object.put("complaints", report.complaints());
    try {
      return new ObjectMapper().writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts and numbers are JSON", e);
    }
  }

  private static Map<FaultKind, Integer> counts(List<Fault> faults) {
    Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    faults.forEach(fault -> counts.merge(fault.mark().kind(), 1, Integer::sum));
    return counts;
  }

  private static Map<FaultKind, Map<String, Long>> figures(List<Fault> faults) {
    Map<FaultKind, Map<String, Long>> figures = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : counts(faults).keySet()) {
      List<Fault> same = faults.stream().filter(fault -> fault.mark().kind() == kind).toList();
      Map<String, Long> figure = new LinkedHashMap<>();
      put(
          figure,
          "takeover",
          same.stream().map(Fault::takeOverMs).filter(Objects::nonNull).toList());
      put(figure, "recovery", same.stream().map(Fault::recoveryMs).toList());
      put(figure, "longest_wait", same.stream().map(Fault::longestWaitMs).toList());
      figures.put(kind, figure);
    }
    return figures;
  }

  private static void put(Map<String, Long> figure, String name, List<Long> valuesMs) {
    if (!valuesMs.isEmpty()) {
      figure.put(name + "_ms_median", medianOf(valuesMs.stream()));
      figure.put(name + "_ms_max", Collections.max(valuesMs));
    }
  }

  private static long medianOf(Stream<Long> values) {
    List<Long> sorted = values.sorted().toList();
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
  }
}
