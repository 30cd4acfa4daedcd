package dev.oncegate.testbed.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A report as one JSON object. */
public final class ReportJson {
  private ReportJson() {}

  /** The object. */
  public static ObjectNode of(Report report) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("machine", report.machine());
    ArrayNode results = object.putArray("results");
    report.throughput().forEach(result -> add(result, results));
    report
        .latency()
        .forEach(measured -> latency(measured, object.withArray("latency").addObject()));
    report
        .curve()
        .forEach(
            point ->
                latency(point.latency(), object.withArray("curve").addObject())
                    .put("commands_per_s", Math.round(point.commandsPerSecond())));
    report.known().forEach(measured -> known(measured, object.withArray("known").addObject()));
    report.skipped().forEach(object.putArray("not_measured")::add);
    return object;
  }

  private static void add(Throughput.Result result, ArrayNode results) {
    for (Throughput.Measured measured : result.contenders()) {
      ObjectNode one =
          results
              .addObject()
              .put("name", measured.name())
              .put("workload", result.workload().name())
              .put("commands", measured.commands())
              .put("median_per_s", Math.round(measured.perSecond().median()))
              .put("ratio_to_pass_through", rounded(measured.ratio().median(), 1_000))
              .put("spread", rounded(measured.perSecond().spread(), 1_000))
              .put("median_cpu_us", rounded(measured.cpuMicros().median(), 10));
      numbers(measured.perSecond(), 1, one.putArray("per_s"));
      numbers(measured.ratio(), 1_000, one.putArray("ratios"));
    }
  }

  private static ObjectNode latency(Latency.Measured measured, ObjectNode one) {
    return one.put("name", measured.name())
        .put("rate_per_s", measured.perSecond())
        .put("commit_interval_ms", measured.commitIntervalMs())
        .put("commands", measured.micros().getTotalCount())
        .put("p50_ms", rounded(measured.ms(50), 10))
        .put("p99_ms", rounded(measured.ms(99), 10))
        .put("p999_ms", rounded(measured.ms(99.9), 10))
        .put("max_ms", rounded(measured.ms(100), 10))
        .put("falls_behind", measured.fallsBehind());
  }

  private static void known(Known.Measured measured, ObjectNode one) {
    one.put("known", measured.known())
        .put("median_new_per_s", Math.round(measured.newPerSecond().median()))
        .put("spread_new", rounded(measured.newPerSecond().spread(), 1_000))
        .put("median_per_s", Math.round(measured.halfRepeatingPerSecond().median()))
        .put("spread", rounded(measured.halfRepeatingPerSecond().spread(), 1_000));
    measured.residentBytes().ifPresent(bytes -> one.put("resident_bytes", bytes));
    measured.restoredPerSecond().ifPresent(rate -> one.put("restored_per_s", rate));
    one.put("changelog_records", measured.changelogRecords())
        .put("restart_ms", measured.restartMs())
        .put("restore_ms", measured.restoreMs());
  }

  private static void numbers(Series series, double parts, ArrayNode array) {
    for (double value : series.sorted()) {
      array.add(rounded(value, parts));
    }
  }

  private static double rounded(double value, double parts) {
    return Math.round(value * parts) / parts;
  }
}
