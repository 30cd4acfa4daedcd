package dev.oncegate.testbed.bench;

import dev.oncegate.testbed.page.Html;
import java.util.List;
import java.util.Locale;

/** A report as one page that needs nothing else. */
public final class ReportPage {
  private ReportPage() {}

  /** The page, in UTF-8. */
  public static String of(Report report) {
    Html out = Html.page("Oncegate benchmarks");
    out.add("<p class=\"kicker\">Oncegate benchmarks · %s</p>", report.machine())
        .add("<h1>What letting an action happen once costs</h1>")
        .add(
            "<p class=\"lead\">All contenders read the same commands from the same broker, one after the other and in turns. After each round the effects were compared with the actions that were sent: each had its effect, and had it once. Figures of one machine mean little; ratios within one run do.</p>");
    tiles(report, out);
    report.throughput().forEach(result -> throughput(result, out));
    latency(report.latency(), out);
    curve(report.curve(), out);
    known(report.known(), out);
    contenders(report, out);
    skipped(report.skipped(), out);
    return out.add("<footer>Measured by <code>./oncegate bench</code></footer>").end().toString();
  }

  private static void tiles(Report report, Html out) {
    if (report.throughput().isEmpty()) {
      return;
    }
    out.add("<div class=\"tiles\">");
    for (Throughput.Result result : report.throughput()) {
      result.contenders().stream()
          .filter(measured -> measured.name().equals(FullGate.NAME))
          .forEach(
              measured ->
                  out.tile(
                      "",
                      ratio(measured.ratio().median()),
                      "of pass-through, gate, " + result.workload().name()));
    }
    out.add("</div>");
  }

  private static void throughput(Throughput.Result result, Html out) {
    out.add("<h2>%s</h2>", result.workload().name())
        .add(
            "<p class=\"note\">%s. Commands per second, the middle of %s rounds; the thin line goes from the least to the most. Beside it the ratio to the pass-through, the middle of the ratios within each round.</p>",
            sentence(result.workload().words()),
            result.contenders().get(0).perSecond().sorted().length)
        .add("<div class=\"card chart\">");
    Bars.draw(
        "commands per second, workload " + result.workload().name(),
        result.contenders().stream().map(ReportPage::bar).toList(),
        out);
    out.add("</div><div class=\"card\"><table><thead><tr><th>Contender</th>")
        .add("<th class=\"num\">Commands</th><th class=\"num\">Commands/s</th>")
        .add("<th class=\"num\">Least to most</th><th class=\"num\">Ratio</th>")
        .add("<th class=\"num\">of rounds</th><th class=\"num\">Processor time each</th>")
        .add("</tr></thead><tbody>");
    for (Throughput.Measured measured : result.contenders()) {
      out.add(
          "<tr><td class=\"name\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s to %s</td><td class=\"num\">%s</td><td class=\"num\">%s to %s</td><td class=\"num\">%.1f µs</td></tr>",
          measured.name(),
          Html.count(measured.commands()),
          rate(measured.perSecond().median()),
          rate(measured.perSecond().least()),
          rate(measured.perSecond().most()),
          ratio(measured.ratio().median()),
          ratio(measured.ratio().least()),
          ratio(measured.ratio().most()),
          measured.cpuMicros().median());
    }
    out.add("</tbody></table></div>");
  }

  private static Bars.Bar bar(Throughput.Measured measured) {
    return new Bars.Bar(
        measured.name(),
        style(measured.name()),
        measured.perSecond(),
        "%s/s · %s"
            .formatted(rate(measured.perSecond().median()), ratio(measured.ratio().median())));
  }

  static String style(String contender) {
    return switch (contender) {
      case FullGate.NAME -> "own";
      case PassThrough.NAME -> "limit";
      default -> "other";
    };
  }

  private static void latency(List<Latency.Measured> latency, Html out) {
    if (latency.isEmpty()) {
      return;
    }
    out.add("<h2>latency</h2>")
        .add(
            "<p class=\"note\">From the moment a command was due to the moment a read_committed reader held its effect, at %s new actions a second, commit interval %s ms. A command that fell due while something stalled has waited too.</p>",
            Html.count(latency.get(0).perSecond()), latency.get(0).commitIntervalMs())
        .add("<div class=\"card chart\">");
    Percentiles.draw(latency, out);
    out.add("</div><div class=\"card\"><table><thead><tr><th>Contender</th>")
        .add("<th class=\"num\">p50</th><th class=\"num\">p99</th><th class=\"num\">p99.9</th>")
        .add("<th class=\"num\">Longest</th></tr></thead><tbody>");
    for (Latency.Measured measured : latency) {
      out.add(
          "<tr><td class=\"name\">%s%s</td><td class=\"num\">%.1f ms</td><td class=\"num\">%.1f ms</td><td class=\"num\">%.1f ms</td><td class=\"num\">%.1f ms</td></tr>",
          measured.name(),
          measured.fallsBehind() ? " (falls behind)" : "",
          measured.ms(50),
          measured.ms(99),
          measured.ms(99.9),
          measured.ms(100));
    }
    out.add("</tbody></table></div>");
  }

  private static void curve(List<Report.CurvePoint> curve, Html out) {
    if (curve.isEmpty()) {
      return;
    }
    out.add("<h2>curve</h2>")
        .add(
            "<p class=\"note\">What the commit interval gives and takes: throughput of new actions, and latency at %s commands a second.</p>",
            Html.count(curve.get(0).latency().perSecond()))
        .add("<div class=\"card chart\">");
    Curves.draw(curve, out);
    out.add("</div><div class=\"card\"><table><thead><tr><th>Contender</th>")
        .add("<th class=\"num\">Commit interval</th><th class=\"num\">Commands/s</th>")
        .add("<th class=\"num\">p50</th><th class=\"num\">p99</th><th class=\"num\">p99.9</th>")
        .add("</tr></thead><tbody>");
    for (Report.CurvePoint point : curve) {
      Latency.Measured measured = point.latency();
      out.add(
          "<tr><td class=\"name\">%s</td><td class=\"num\">%s ms</td><td class=\"num\">%s</td><td class=\"num\">%.1f ms</td><td class=\"num\">%.1f ms</td><td class=\"num\">%.1f ms</td></tr>",
          measured.name(),
          measured.commitIntervalMs(),
          rate(point.commandsPerSecond()),
          measured.ms(50),
          measured.ms(99),
          measured.ms(99.9));
    }
    out.add("</tbody></table></div>");
  }

  private static void known(List<Known.Measured> known, Html out) {
    if (known.isEmpty()) {
      return;
    }
    out.add("<h2>known</h2>")
        .add(
            "<p class=\"note\">A gate in a process of its own, by the number of actions that it knows. All of the timed commands are new, or half of them repeat a known action. Restore: the instance has lost its state and reads the changelogs; the time that a start takes with its state is not counted in the rate.</p>")
        .add("<div class=\"card\"><table><thead><tr><th class=\"num\">Known actions</th>")
        .add("<th class=\"num\">New commands/s</th><th class=\"num\">Cost of one</th>")
        .add("<th class=\"num\">Half repeat, commands/s</th><th class=\"num\">Cost of one</th>")
        .add("<th class=\"num\">Resident</th><th class=\"num\">Records to restore</th>")
        .add("<th class=\"num\">Restored/s</th><th class=\"num\">Restart</th>")
        .add("<th class=\"num\">Restore</th></tr></thead><tbody>");
    double firstNew = known.get(0).newPerSecond().median();
    double firstHalfRepeating = known.get(0).halfRepeatingPerSecond().median();
    for (Known.Measured measured : known) {
      out.add(
          "<tr>%s</tr>".formatted("<td class=\"num\">%s</td>".repeat(10)),
          Html.count(measured.known()),
          rate(measured.newPerSecond().median()),
          ratio(firstNew / measured.newPerSecond().median()),
          rate(measured.halfRepeatingPerSecond().median()),
          ratio(firstHalfRepeating / measured.halfRepeatingPerSecond().median()),
          measured.residentBytes().isPresent()
              ? Html.count(measured.residentBytes().getAsLong() >> 20) + " MiB"
              : "-",
          Html.count(measured.changelogRecords()),
          measured.restoredPerSecond().isPresent()
              ? Html.count(measured.restoredPerSecond().getAsLong())
              : "-",
          Html.span(measured.restartMs()),
          Html.span(measured.restoreMs()));
    }
    out.add("</tbody></table></div>");
  }

  private static void contenders(Report report, Html out) {
    out.add("<h2>What each contender does</h2>").add("<div class=\"card\"><table><tbody>");
    report
        .contenders()
        .forEach(
            entrant ->
                out.add(
                    "<tr><td class=\"name\">%s</td><td>%s</td></tr>",
                    entrant.name(), entrant.words()));
    out.add("</tbody></table></div>")
        .add(
            "<p class=\"note\">Those with a server of their own are given a tenth of the commands: fewer known keys, which favours them.</p>");
  }

  private static void skipped(List<String> skipped, Html out) {
    if (!skipped.isEmpty()) {
      out.add("<h2>Not measured</h2><ul>");
      skipped.forEach(line -> out.add("<li>%s</li>", line));
      out.add("</ul>");
    }
  }

  private static String rate(double perSecond) {
    return Html.count(Math.round(perSecond));
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, value < 0.1 ? "%.3f ×" : "%.2f ×", value);
  }

  private static String sentence(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
