package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.check.Report;
import dev.oncegate.testbed.load.Second;
import dev.oncegate.testbed.page.Html;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A torture as one page that needs nothing else: the verdict, what was measured with the faults
 * marked on it, each fault, each invariant.
 */
public final class HtmlReport {
  private static final int FEW = 24;

  private HtmlReport() {}

  /**
   * What the page tells.
   *
   * @param minutes how long it was asked to be
   * @param commands that brokers acknowledged
   * @param decided decisions and dead letters read
   * @param executions attempts that executors were handed
   * @param figures other totals, by their names, in their order
   * @param faults in the order in which they were thrown
   * @param complaints what else was not as it must be: attempts executed twice, instances that did
   *     not recover; none where all is well
   */
  public record Content(
      long seed,
      long minutes,
      long commands,
      long decided,
      long executions,
      Map<String, Long> figures,
      List<Second> seconds,
      List<Thrown> faults,
      Report report,
      List<String> complaints) {

    /** Whether no promise was broken. */
    boolean isGood() {
      return report.holds() && complaints.isEmpty();
    }

    private long violations() {
      return report.verdicts().values().stream().mapToLong(Report.Verdict::violations).sum();
    }
  }

  /**
   * A fault and how it was survived.
   *
   * @param recoveryMs from when it had been put right until all partitions went on
   * @param longestWaitMs the longest time that a command waited for its decision meanwhile
   */
  public record Thrown(Mark mark, long recoveryMs, long longestWaitMs) {}

  /** The page, in UTF-8. */
  public static String of(Content content) {
    Html out = Html.page("Oncegate torture, seed " + content.seed);
    headline(content, out);
    tiles(content, out);
    wrongs(content, out);
    out.add("<h2>Over time</h2>")
        .add(
            "<p class=\"note\">Measured from outside by a read_committed reader. Shaded: the time from a fault until what it broke had been put right; the numbers are those of the list below. Where nothing was decided the latency has a gap.</p>")
        .add("<div class=\"card chart\">");
    Chart.draw(content.seconds, content.faults.stream().map(Thrown::mark).toList(), out);
    out.add("</div>");
    invariants(content.report, out);
    kinds(content.faults, out);
    faults(content.faults, out);
    figures(content, out);
    out.add(
            "<footer>The same load and the same order of faults again: <code>./oncegate torture --minutes %s --seed %s</code></footer>",
            content.minutes, content.seed)
        .end();
    return out.toString();
  }

  private static void headline(Content content, Html out) {
    long kinds = content.faults.stream().map(thrown -> thrown.mark.kind()).distinct().count();
    long ranMs =
        content.seconds.isEmpty()
            ? 0
            : content.seconds.get(content.seconds.size() - 1).atMs() + 1_000;
    out.add("<p class=\"kicker\">Oncegate torture · seed %s</p>", content.seed);
    if (content.isGood()) {
      out.add("<h1 class=\"good\">Every promise was kept</h1>");
    } else if (content.violations() > 0) {
      out.add(
          "<h1 class=\"bad\">%s violation%s found</h1>",
          Html.count(content.violations()), content.violations() == 1 ? "" : "s");
    } else {
      out.add("<h1 class=\"bad\">Not everything was as it must be</h1>");
    }
    out.add(
        "<p class=\"lead\">%s commands in %s under %s faults of %s kinds. An independent judge recomputed from the topics alone what must have happened, and compared.</p>",
        Html.count(content.commands),
        Html.span(ranMs),
        Html.count(content.faults.size()),
        Html.count(kinds));
  }

  private static void tiles(Content content, Html out) {
    long slowest = content.seconds.stream().mapToLong(Second::maxMs).max().orElse(0);
    long longestRecovery = content.faults.stream().mapToLong(Thrown::recoveryMs).max().orElse(0);
    String verdict = content.violations() == 0 ? "good" : "bad";
    out.add("<div class=\"tiles\">");
    out.tile("", Html.count(content.commands), "commands");
    out.tile("", Html.count(content.decided), "decisions");
    out.tile("", Html.count(content.executions), "attempts executed");
    out.tile("", Html.count(content.faults.size()), "faults");
    out.tile(verdict, Html.count(content.violations()), "violations");
    out.tile("", Html.span(typicalMs(content.seconds)), "until decided, typically");
    out.tile("", Html.span(slowest), "longest wait");
    out.tile("", Html.span(longestRecovery), "longest recovery");
    out.add("</div>");
  }

  private static long typicalMs(List<Second> seconds) {
    long[] middles =
        seconds.stream()
            .filter(second -> second.decided() > 0)
            .mapToLong(Second::p50Ms)
            .sorted()
            .toArray();
    return middles.length == 0 ? 0 : middles[middles.length / 2];
  }

  private static void wrongs(Content content, Html out) {
    content
        .report
        .counterExamples()
        .forEach((invariant, examples) -> found(invariant + " is violated", examples, out));
    if (!content.complaints.isEmpty()) {
      found("Besides", content.complaints, out);
    }
    if (!content.report.notes().isEmpty()) {
      found("What limits the judgement", content.report.notes(), out);
    }
  }

  private static void found(String title, List<String> lines, Html out) {
    out.add("<div class=\"found\"><b>%s</b><ul>", title);
    lines.forEach(line -> out.add("<li>%s</li>", line));
    out.add("</ul></div>");
  }

  private static void invariants(Report report, Html out) {
    out.add("<h2>What must hold</h2>")
        .add(
            "<p class=\"note\">Checked: effects, commands, decisions, published counts and replays that were compared with what they must be.</p>")
        .add("<div class=\"card\"><table><thead><tr><th></th><th>Invariant</th>")
        .add(
            "<th class=\"num\">Checked</th><th class=\"num\">Violations</th><th></th></tr></thead>")
        .add("<tbody>");
    report
        .verdicts()
        .forEach(
            (invariant, verdict) ->
                out.add(
                        "<tr><td class=\"name\">%s</td><td>%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s",
                        invariant.name(),
                        invariant.title(),
                        Html.count(verdict.checked()),
                        Html.count(verdict.violations()),
                        "")
                    .add(
                        verdict.violations() == 0
                            ? "<span class=\"pill good\">holds</span></td></tr>"
                            : "<span class=\"pill bad\">broken</span></td></tr>"));
    out.add("</tbody></table></div>");
  }

  private static void kinds(List<Thrown> faults, Html out) {
    if (faults.isEmpty()) {
      return;
    }
    Map<FaultKind, List<Thrown>> byKind =
        faults.stream()
            .collect(
                Collectors.groupingBy(
                    thrown -> thrown.mark.kind(), TreeMap::new, Collectors.toList()));
    out.add("<h2>Faults by kind</h2>")
        .add(
            "<p class=\"note\">Recovery: from when the fault had been put right until commands were decided in all partitions again. Longest wait: of any command for its decision, meanwhile.</p>")
        .add("<div class=\"card\"><table><thead><tr><th>What happened</th>")
        .add("<th class=\"num\">Times</th><th class=\"num\">Recovery, middle</th>")
        .add(
            "<th class=\"num\">longest</th><th class=\"num\">Longest wait</th></tr></thead><tbody>");
    byKind.forEach(
        (kind, thrown) -> {
          long[] recoveries = thrown.stream().mapToLong(Thrown::recoveryMs).sorted().toArray();
          out.add(
              "<tr><td>%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td></tr>",
              kind.words(),
              Html.count(thrown.size()),
              Html.span(recoveries[recoveries.length / 2]),
              Html.span(recoveries[recoveries.length - 1]),
              Html.span(thrown.stream().mapToLong(Thrown::longestWaitMs).max().orElse(0)));
        });
    out.add("</tbody></table></div>");
  }

  private static void faults(List<Thrown> faults, Html out) {
    out.add("<h2>Fault by fault</h2>");
    if (faults.isEmpty()) {
      out.add("<p class=\"note\">None was thrown.</p>");
      return;
    }
    boolean isMany = faults.size() > FEW;
    if (isMany) {
      out.add("<details><summary>All %s</summary>", Html.count(faults.size()));
    }
    out.add(
            "<div class=\"card\"><table><thead><tr><th class=\"num\">#</th><th class=\"num\">At</th>")
        .add("<th>Fault</th><th>Thrown at</th><th class=\"num\">Lasted</th>")
        .add(
            "<th class=\"num\">Recovery</th><th class=\"num\">Longest wait</th></tr></thead><tbody>");
    for (int i = 0; i < faults.size(); i++) {
      Mark mark = faults.get(i).mark;
      out.add(
          "<tr><td class=\"num quiet\">%s</td><td class=\"num\">%s</td><td>%s</td><td class=\"name\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td><td class=\"num\">%s</td></tr>",
          Html.count(i + 1),
          Html.clock(mark.fromMs()),
          Html.words(mark.kind()),
          mark.target(),
          Html.span(mark.toMs() - mark.fromMs()),
          Html.span(faults.get(i).recoveryMs),
          Html.span(faults.get(i).longestWaitMs));
    }
    out.add("</tbody></table></div>");
    if (isMany) {
      out.add("</details>");
    }
  }

  private static void figures(Content content, Html out) {
    if (content.figures.isEmpty()) {
      return;
    }
    out.add("<h2>In figures</h2>").add("<div class=\"card\"><table><tbody>");
    content.figures.forEach(
        (name, figure) ->
            out.add("<tr><td>%s</td><td class=\"num\">%s</td></tr>", name, Html.count(figure)));
    out.add("</tbody></table></div>");
  }
}
