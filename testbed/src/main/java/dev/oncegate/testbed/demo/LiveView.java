package dev.oncegate.testbed.demo;

import static java.util.Locale.ROOT;

import dev.oncegate.schema.Decision;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws a scene as lines of text: a function of the scene and the size of the terminal, nothing
 * else.
 *
 * @param columns width of the terminal; drawn for 64 where it is narrower
 * @param rows height of the terminal; what does not fit is left out from the end, the events first
 */
record LiveView(int columns, int rows, boolean coloured) {
  private static final int NARROWEST = 64;
  private static final int ROOMY = 30;
  private static final int NAME = 16;
  private static final String FIGURES = "%6s%9s%11s%11s";
  private static final int FIGURES_WIDTH = 37;
  private static final int CIRCUIT = 10;
  private static final int LABEL = 21;
  private static final int COUNT = 7;

  /** The good ones left, the others right. */
  private static final List<List<Decision>> DECISIONS =
      List.of(
          List.of(Decision.ACCEPTED, Decision.CONFLICT),
          List.of(Decision.RETRIED, Decision.CIRCUIT_OPEN),
          List.of(Decision.REPLAYED, Decision.INDETERMINATE),
          List.of(Decision.IN_PROGRESS, Decision.EXPIRED),
          List.of(Decision.CONFIRMATION_REQUIRED, Decision.INVALID));

  LiveView {
    columns = Math.max(NARROWEST, columns);
  }

  /** The lines, none wider than the terminal, none too many for it. */
  List<String> render(Scene scene) {
    boolean roomy = rows >= ROOMY;
    List<String> lines = new ArrayList<>();
    lines.add(title(scene));
    rule(lines, roomy);
    lines.add(header());
    scene.agents().forEach(agent -> lines.add(agent(agent)));
    rule(lines, roomy);
    totals(scene.totals(), lines);
    rule(lines, roomy);
    decisions(scene.totals(), lines);
    rule(lines, roomy);
    int free = rows - 1 - lines.size();
    List<Event> events = scene.events();
    events
        .subList(Math.max(0, events.size() - Math.max(0, free)), events.size())
        .forEach(e -> lines.add(event(e)));
    return lines.subList(0, Math.min(lines.size(), Math.max(1, rows - 1)));
  }

  private String title(Scene scene) {
    String left = " oncegate demo";
    String right =
        String.format(
            ROOT, "%s  %.1f s ", scene.stage().words(), scene.elapsed().toMillis() / 1000.0);
    String gap = " ".repeat(Math.max(1, columns - left.length() - right.length()));
    return Ink.BOLD.on(left, coloured) + gap + Ink.CYAN.on(right, coloured);
  }

  private void rule(List<String> lines, boolean roomy) {
    if (roomy) {
      lines.add(Ink.DIM.on(" " + "─".repeat(columns - 2), coloured));
    }
  }

  private String header() {
    String figures = FIGURES.formatted("sent", "effects", "prevented", "conflicts");
    String line = " %-15s%s  %-8s%s".formatted("agent", figures, "circuits", " what it does");
    return Ink.DIM.on(cut(line, columns), coloured);
  }

  private String agent(AgentLine agent) {
    String name = " %-15s".formatted(cut(agent.name(), NAME - 1));
    boolean stopped = agent.stopped() > 0;
    String circuit =
        "  %-8s".formatted(stopped ? agent.stopped() + " open" : agent.runs() == 0 ? "" : "closed");
    int left = columns - NAME - FIGURES_WIDTH - CIRCUIT - 1;
    String does = left < 4 ? "" : " " + cut(agent.does(), left);
    return Ink.BOLD.on(name, coloured)
        + "%6s".formatted(number(agent.sent()))
        + Ink.GREEN.on("%9s".formatted(number(agent.effects())), coloured)
        + figure(agent.prevented(), Ink.CYAN)
        + figure(agent.conflicts(), Ink.YELLOW)
        + (stopped ? Ink.RED : Ink.GREEN).on(circuit, coloured)
        + Ink.DIM.on(does, coloured);
  }

  private String figure(long number, Ink ink) {
    return (number == 0 ? Ink.DIM : ink).on("%11s".formatted(number(number)), coloured);
  }

  private void totals(Totals totals, List<String> lines) {
    String first =
        " %s commands → %s effects · %s duplicates prevented · %s conflicts"
            .formatted(
                number(totals.commands()),
                number(totals.effects()),
                number(totals.duplicatesPrevented()),
                number(totals.conflicts()));
    String second =
        " %s circuits tripped · %s dead letters · %s undecided · %s unsettled"
            .formatted(
                number(totals.circuitsTripped()),
                number(totals.deadLetters()),
                number(totals.undecided()),
                number(totals.unsettled()));
    lines.add(Ink.BOLD.on(cut(first, columns), coloured));
    lines.add(cut(second, columns));
  }

  private void decisions(Totals totals, List<String> lines) {
    long most = totals.decisions().values().stream().mapToLong(Long::longValue).max().orElse(0);
    int half = (columns - 1) / 2;
    for (List<Decision> row : DECISIONS) {
      StringBuilder line = new StringBuilder();
      for (Decision decision : row) {
        long count = totals.decisions().getOrDefault(decision, 0L);
        String label = " %-21s%7s ".formatted(decision, number(count));
        String bar = bar(count, most, half - LABEL - COUNT - 2);
        line.append((count == 0 ? Ink.DIM : Ink.PLAIN).on(label, coloured))
            .append(inkOf(decision).on(bar, coloured));
      }
      lines.add(line.toString());
    }
  }

  /** As wide as {@code width}, filled in proportion, in eighths of a character. */
  private static String bar(long count, long most, int width) {
    if (width <= 0) {
      return "";
    }
    long eighths = most == 0 ? 0 : Math.max(count == 0 ? 0 : 1, count * width * 8 / most);
    int whole = (int) (eighths / 8);
    String rest = eighths % 8 == 0 ? "" : String.valueOf((char) ('▉' + 7 - eighths % 8));
    String filled = "█".repeat(whole) + rest;
    return filled + " ".repeat(Math.max(0, width - filled.length()));
  }

  private static Ink inkOf(Decision decision) {
    return switch (decision) {
      case ACCEPTED, RETRIED -> Ink.GREEN;
      case REPLAYED, IN_PROGRESS, CONFIRMATION_REQUIRED -> Ink.CYAN;
      case CONFLICT, INDETERMINATE, EXPIRED -> Ink.YELLOW;
      case CIRCUIT_OPEN, INVALID -> Ink.RED;
      case UNKNOWN -> Ink.DIM;
    };
  }

  private String event(Event event) {
    String time = String.format(ROOT, " %6.1f s  ", event.atMs() / 1000.0);
    String text = cut(event.who() + ": " + event.text(), columns - time.length());
    return Ink.DIM.on(time, coloured) + inkOf(event.kind()).on(text, coloured);
  }

  static Ink inkOf(Event.Kind kind) {
    return switch (kind) {
      case NEWS -> Ink.PLAIN;
      case GOOD -> Ink.GREEN;
      case WARNING -> Ink.YELLOW;
      case STOP -> Ink.RED;
    };
  }

  static String number(long number) {
    return String.format(ROOT, "%,d", number);
  }

  private static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
  }
}
