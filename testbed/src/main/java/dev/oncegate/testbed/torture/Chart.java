package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.load.Second;
import dev.oncegate.testbed.page.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Throughput and latency over time, faults as bands through both and as bars in a lane for each
 * kind: a picture that can be read whether there are ten faults or a thousand.
 */
final class Chart {
  private static final double WIDTH = 1_040;
  private static final double LEFT = 150;
  private static final double RIGHT = WIDTH - 34;
  private static final double TOP = 48;
  private static final double PANEL = 170;
  private static final double BETWEEN = 44;
  private static final double LANE = 19;
  private static final double THINNEST = 2;
  private static final double BADGES_APART = 22;

  /** With more than these, bands and numbers would cover all: the lanes tell alone. */
  private static final int MOST_BANDS = 80;

  private static final int MOST_POINTS = 600;
  private static final int MOST_TICKS = 10;
  private static final long[] TICKS_S = {
    1, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400
  };

  private final List<Points.Point> points;
  private final List<Mark> marks;
  private final List<FaultKind> kinds;
  private final long endMs;
  private final Html out;

  private Chart(List<Points.Point> points, List<Mark> marks, Html out) {
    this.points = points;
    this.marks = marks;
    this.out = out;
    this.kinds = marks.stream().map(Mark::kind).distinct().sorted().toList();
    long lastPoint = points.isEmpty() ? 1_000 : points.get(points.size() - 1).toMs();
    this.endMs = Math.max(lastPoint, marks.stream().mapToLong(Mark::toMs).max().orElse(0));
  }

  /**
   * Draws.
   *
   * @param marks in the order of their numbers, from 1
   */
  static void draw(List<Second> seconds, List<Mark> marks, Html out) {
    new Chart(Points.of(seconds, MOST_POINTS), marks, out).draw();
  }

  private void draw() {
    double latencyTop = TOP + PANEL + BETWEEN;
    double lanesTop = latencyTop + PANEL + BETWEEN;
    double bottom = lanesTop + LANE * kinds.size();
    out.add(
        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"throughput and latency over time, with the faults\">",
        WIDTH, bottom + 26);
    if (!kinds.isEmpty()) {
      lanes(lanesTop);
    }
    boolean isDense = marks.size() > MOST_BANDS;
    if (!isDense) {
      bands(latencyTop + PANEL);
    }
    throughput();
    latency(latencyTop);
    timeAxis(bottom);
    if (!isDense) {
      badges();
    }
    out.add("</svg>");
  }

  private double x(double ms) {
    return LEFT + (RIGHT - LEFT) * ms / endMs;
  }

  private void bands(double to) {
    for (Mark mark : marks) {
      double from = x(mark.fromMs());
      double width = Math.max(THINNEST, x(mark.toMs()) - from);
      out.add(
          "<rect class=\"band\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>",
          from, TOP, width, to - TOP, told(mark));
      out.add(
          "<line class=\"edge\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
          from, TOP - 8, from, to);
    }
  }

  private static String told(Mark mark) {
    return "%s: %s, %s for %s"
        .formatted(
            Html.clock(mark.fromMs()),
            mark.target(),
            Html.words(mark.kind()),
            Html.span(mark.toMs() - mark.fromMs()));
  }

  /** Numbers as in the table; where they would lie on each other the later one is left out. */
  private void badges() {
    double last = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < marks.size(); i++) {
      double at = x(marks.get(i).fromMs());
      if (at - last >= BADGES_APART) {
        last = at;
        out.add("<circle class=\"badge\" cx=\"%.1f\" cy=\"%.1f\" r=\"8.5\"/>", at, TOP - 16);
        out.add("<text class=\"number\" x=\"%.1f\" y=\"%.1f\">%d</text>", at, TOP - 12.5, i + 1);
      }
    }
  }

  private void lanes(double top) {
    out.add("<text class=\"title\" x=\"%.1f\" y=\"%.1f\">faults</text>", LEFT, top - 10);
    for (int lane = 0; lane < kinds.size(); lane++) {
      double y = top + lane * LANE;
      FaultKind kind = kinds.get(lane);
      out.add(
          "<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>",
          LEFT - 10, y + 13, Html.words(kind));
      out.add(
          "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
          LEFT, y + LANE, RIGHT, y + LANE);
      for (Mark mark : marks) {
        if (mark.kind() == kind) {
          double from = x(mark.fromMs());
          out.add(
              "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"><title>%s</title></rect>",
              from, y + 4, Math.max(THINNEST, x(mark.toMs()) - from), LANE - 8, told(mark));
        }
      }
    }
  }

  private void throughput() {
    double most =
        points.stream()
            .mapToDouble(point -> Math.max(point.sentPerSecond(), point.decidedPerSecond()))
            .max()
            .orElse(1);
    double step = Html.niceStep(Math.max(1, most) / 4);
    double top = step * Math.ceil(Math.max(1, most) / step);
    out.add("<text class=\"title\" x=\"16\" y=\"%.1f\">commands/s</text>", TOP + 4);
    legend(TOP + 22, "decided", "decided");
    legend(TOP + 38, "sent", "sent");
    for (double value = 0; value <= top; value += step) {
      gridLine(TOP + PANEL * (1 - value / top), String.format(Locale.ROOT, "%,.0f", value));
    }
    ToDoubleFunction<Double> y = value -> TOP + PANEL * (1 - value / top);
    String decided = path(points, point -> y.applyAsDouble(point.decidedPerSecond()));
    if (!points.isEmpty()) {
      out.add(
          "<path class=\"decided-area\" d=\"%s L%.1f %.1f L%.1f %.1f Z\"/>",
          decided,
          x(middle(points.get(points.size() - 1))),
          TOP + PANEL,
          x(middle(points.get(0))),
          TOP + PANEL);
    }
    out.add(
        "<path class=\"sent\" d=\"%s\"/>",
        path(points, point -> y.applyAsDouble(point.sentPerSecond())));
    out.add("<path class=\"decided\" d=\"%s\"/>", decided);
  }

  private void latency(double top) {
    double most =
        points.stream().mapToDouble(point -> Math.max(1, point.p99Ms())).max().orElse(1_000);
    double least =
        points.stream()
            .filter(Points.Point::isDecided)
            .mapToDouble(point -> Math.max(1, point.p50Ms()))
            .min()
            .orElse(1);
    int low = (int) Math.floor(Math.log10(least));
    int high = Math.max(low + 1, (int) Math.ceil(Math.log10(most)));
    out.add("<text class=\"title\" x=\"16\" y=\"%.1f\">latency</text>", top + 4);
    legend(top + 22, "slow", "p99");
    legend(top + 38, "typical", "p50");
    for (int power = low; power <= high; power++) {
      long ms = (long) Math.pow(10, power);
      gridLine(
          top + PANEL * (1 - (double) (power - low) / (high - low)),
          ms < 1_000 ? ms + " ms" : Html.count(ms / 1_000) + " s");
    }
    ToDoubleFunction<Long> y =
        ms -> top + PANEL * (1 - (Math.log10(Math.max(1, ms)) - low) / (high - low));
    for (List<Points.Point> stretch : stretches()) {
      out.add(
          "<path class=\"slow\" d=\"%s\"/>",
          path(stretch, point -> y.applyAsDouble(point.p99Ms())));
      out.add(
          "<path class=\"typical\" d=\"%s\"/>",
          path(stretch, point -> y.applyAsDouble(point.p50Ms())));
    }
  }

  /** Points in a row with a latency: where nothing is decided there is none, and no line. */
  private List<List<Points.Point>> stretches() {
    List<List<Points.Point>> stretches = new ArrayList<>();
    boolean goesOn = false;
    for (Points.Point point : points) {
      if (point.isDecided()) {
        if (!goesOn) {
          stretches.add(new ArrayList<>());
        }
        stretches.get(stretches.size() - 1).add(point);
      }
      goesOn = point.isDecided();
    }
    return stretches;
  }

  private void legend(double y, String style, String name) {
    out.add(
        "<line class=\"%s\" x1=\"16\" y1=\"%.1f\" x2=\"34\" y2=\"%.1f\"/>", style, y - 4, y - 4);
    out.add("<text x=\"40\" y=\"%.1f\">%s</text>", y, name);
  }

  private void gridLine(double y, String label) {
    out.add(
        "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        LEFT, y, RIGHT, y);
    out.add("<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>", LEFT - 10, y + 4, label);
  }

  private void timeAxis(double y) {
    long step = TICKS_S[TICKS_S.length - 1] * 1_000;
    for (int i = TICKS_S.length - 1; i >= 0; i--) {
      step = endMs / (TICKS_S[i] * 1_000) <= MOST_TICKS ? TICKS_S[i] * 1_000 : step;
    }
    out.add(
        "<line class=\"axis\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        LEFT, y, RIGHT, y);
    for (long at = 0; at <= endMs; at += step) {
      out.add(
          "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>", x(at), y + 17, Html.clock(at));
    }
  }

  private static double middle(Points.Point point) {
    return (point.fromMs() + point.toMs()) / 2.0;
  }

  private String path(List<Points.Point> through, ToDoubleFunction<Points.Point> y) {
    StringBuilder path = new StringBuilder();
    for (Points.Point point : through) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(String.format(Locale.ROOT, "%.1f %.1f", x(middle(point)), y.applyAsDouble(point)))
          .append(' ');
    }
    // A single point is a dot.
    return through.size() == 1 ? path + "h0.1" : path.toString().strip();
  }
}
