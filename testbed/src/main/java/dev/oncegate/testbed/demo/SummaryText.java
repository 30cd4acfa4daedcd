package dev.oncegate.testbed.demo;

import static dev.oncegate.testbed.demo.LiveView.number;
import static java.util.Locale.ROOT;

import java.util.ArrayList;
import java.util.List;

/** Words a summary for people. */
public record SummaryText(boolean coloured) {

  /** One line each, to be printed one after the other. */
  public List<String> lines(Summary summary) {
    List<String> lines = new ArrayList<>();
    Totals totals = summary.totals();
    lines.add("");
    lines.add(
        Ink.DIM.on(
            agentRow("agent", "sent", "effects", "prevented", "conflicts", "circuits"), coloured));
    for (AgentLine agent : summary.agents()) {
      lines.add(
          agentRow(
              agent.name(),
              number(agent.sent()),
              number(agent.effects()),
              number(agent.prevented()),
              number(agent.conflicts()),
              agent.stopped() == 0 ? "closed" : agent.stopped() + " open"));
    }
    lines.add("");
    lines.add(figure(totals.commands(), "commands"));
    lines.add(figure(totals.effects(), "effects"));
    lines.add(figure(totals.duplicatesPrevented(), "duplicates prevented"));
    lines.add(figure(totals.conflicts(), "conflicts"));
    lines.add(figure(totals.circuitsTripped(), "circuits tripped"));
    lines.add(figure(totals.deadLetters(), "dead letters"));
    lines.add("");
    summary.verdicts().forEach(verdict -> verdict(verdict, lines));
    leftOpen(totals, lines);
    lines.add("");
    lines.add(Ink.BOLD.on(headline(summary), coloured));
    lines.add(
        (summary.good() ? Ink.GREEN : Ink.RED)
                .on(summary.good() ? "All promises were kept." : "A promise was broken.", coloured)
            + String.format(
                ROOT, " %.1f s, seed %d.", summary.took().toMillis() / 1000.0, summary.seed()));
    return lines;
  }

  private static String agentRow(
      String name,
      String sent,
      String effects,
      String prevented,
      String conflicts,
      String circuits) {
    return "  %-15s%6s%9s%11s%11s  %s"
        .formatted(name, sent, effects, prevented, conflicts, circuits);
  }

  private static String figure(long count, String what) {
    return "  %8s  %s".formatted(number(count), what);
  }

  private void verdict(Summary.Verdict verdict, List<String> lines) {
    boolean holds = verdict.violations() == 0;
    String word = holds ? Ink.GREEN.on("holds   ", coloured) : Ink.RED.on("VIOLATED", coloured);
    String found = holds ? "" : ", %s violations".formatted(number(verdict.violations()));
    lines.add(
        "  %s  %s  %s: %s checked%s"
            .formatted(verdict.name(), word, verdict.title(), number(verdict.checked()), found));
    verdict.counterExamples().forEach(example -> lines.add("        " + example));
  }

  private static void leftOpen(Totals totals, List<String> lines) {
    if (!totals.settled()) {
      lines.add(
          "  left open when time was up: %s commands undecided, %s effects unsettled, counts of %s runs behind"
              .formatted(
                  number(totals.undecided()),
                  number(totals.unsettled()),
                  number(totals.uncounted())));
    }
  }

  /** The sentence that says what it is all about. */
  static String headline(Summary summary) {
    List<String> twice = summary.executedTwice();
    String verdict =
        twice.isEmpty()
            ? "no action was executed twice"
            : "%d actions were executed twice, such as %s".formatted(twice.size(), twice.get(0));
    return "%s commands became %s executions; %s."
        .formatted(number(summary.totals().commands()), number(summary.executions()), verdict);
  }
}
