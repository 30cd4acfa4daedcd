package dev.oncegate.testbed.bench;

import java.io.PrintWriter;
import java.util.OptionalLong;

/** A report as tables for a terminal. */
public final class ReportText {
  private ReportText() {}

  /** Prints all. */
  public static void print(Report report, PrintWriter out) {
    report.throughput().forEach(result -> print(result, out));
    latency(report, out);
    curve(report, out);
    known(report, out);
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

  private static void latency(Report report, PrintWriter out) {
    if (report.latency().isEmpty()) {
      return;
    }
    out.println();
    out.println(
        "latency: command to effect at %,d commands/s, in ms"
            .formatted(report.latency().get(0).perSecond()));
    out.println("%-18s%10s%10s%10s%10s".formatted("contender", "p50", "p99", "p99.9", "longest"));
    report
        .latency()
        .forEach(
            measured ->
                out.println(
                    "%-18s%10.1f%10.1f%10.1f%10.1f%s"
                        .formatted(
                            measured.name(),
                            measured.ms(50),
                            measured.ms(99),
                            measured.ms(99.9),
                            measured.ms(100),
                            measured.fallsBehind() ? "  falls behind" : "")));
  }

  private static void curve(Report report, PrintWriter out) {
    if (report.curve().isEmpty()) {
      return;
    }
    out.println();
    out.println(
        "curve: commit interval against throughput, and latency in ms at %,d commands/s"
            .formatted(report.curve().get(0).latency().perSecond()));
    out.println(
        "%-18s%14s%14s%10s%10s%10s"
            .formatted("contender", "interval ms", "commands/s", "p50", "p99", "p99.9"));
    report
        .curve()
        .forEach(
            point ->
                out.println(
                    "%-18s%14d%,14.0f%10.1f%10.1f%10.1f"
                        .formatted(
                            point.latency().name(),
                            point.latency().commitIntervalMs(),
                            point.commandsPerSecond(),
                            point.latency().ms(50),
                            point.latency().ms(99),
                            point.latency().ms(99.9))));
  }

  private static void known(Report report, PrintWriter out) {
    if (report.known().isEmpty()) {
      return;
    }
    out.println();
    out.println("known: a gate by the number of actions that it knows");
    out.println(
        "%14s%14s%14s%14s%16s%14s%12s%12s"
            .formatted(
                "known",
                "new/s",
                "half repeat/s",
                "resident MiB",
                "to restore",
                "restored/s",
                "restart ms",
                "restore ms"));
    for (Known.Measured measured : report.known()) {
      out.println(
          "%,14d%,14.0f%,14.0f%14s%,16d%14s%,12d%,12d"
              .formatted(
                  measured.known(),
                  measured.newPerSecond().median(),
                  measured.halfRepeatingPerSecond().median(),
                  told(mebibytes(measured)),
                  measured.changelogRecords(),
                  told(measured.restoredPerSecond()),
                  measured.restartMs(),
                  measured.restoreMs()));
    }
  }

  private static OptionalLong mebibytes(Known.Measured measured) {
    OptionalLong bytes = measured.residentBytes();
    return bytes.isPresent() ? OptionalLong.of(bytes.getAsLong() >> 20) : bytes;
  }

  private static String told(OptionalLong figure) {
    return figure.isPresent() ? "%,d".formatted(figure.getAsLong()) : "-";
  }
}
