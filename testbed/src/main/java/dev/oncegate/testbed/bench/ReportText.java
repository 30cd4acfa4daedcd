package dev.oncegate.testbed.bench;

import java.io.PrintWriter;

/** A report as tables for a terminal. */
public final class ReportText {
  private ReportText() {}

  /** Prints all. */
  public static void print(Report report, PrintWriter out) {
    report.throughput().forEach(result -> print(result, out));
    report.skipped().forEach(line -> out.println("not measured: " + line));
    out.flush();
  }

  private static void print(Throughput.Result result, PrintWriter out) {
    out.println();
    out.println("%s: %s".formatted(result.workload().name(), result.workload().words()));
    out.println(
        "%-18s%14s%22s%8s%18s%10s"
            .formatted("contender", "commands/s", "least to most", "ratio", "of rounds", "cpu µs"));
    for (Throughput.Measured measured : result.contenders()) {
      out.println(
          "%-18s%,14.0f%22s%8.2f%18s%10.1f"
              .formatted(
                  measured.name(),
                  measured.perSecond().median(),
                  "%,.0f to %,.0f"
                      .formatted(measured.perSecond().least(), measured.perSecond().most()),
                  measured.ratio().median(),
                  "%.2f to %.2f".formatted(measured.ratio().least(), measured.ratio().most()),
                  measured.cpuMicros().median()));
    }
  }
}
