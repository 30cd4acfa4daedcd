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

  private static void numbers(Series series, double parts, ArrayNode array) {
    for (double value : series.sorted()) {
      array.add(rounded(value, parts));
    }
  }

  private static double rounded(double value, double parts) {
    return Math.round(value * parts) / parts;
  }
}
