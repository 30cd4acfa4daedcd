package dev.oncegate.testbed.bench;

import dev.oncegate.testbed.page.Html;
import java.util.List;

/** Horizontal bars from zero, each with the span of its rounds. */
final class Bars {
  private static final double WIDTH = 1_040;
  private static final double LEFT = 150;
  private static final double RIGHT = WIDTH - 190;
  private static final double TOP = 14;
  private static final double ROW = 34;
  private static final double THICK = 20;

  private Bars() {}

  /**
   * One bar.
   *
   * @param style class of its colour
   * @param label told at its end
   */
  record Bar(String name, String style, Series figures, String label) {}

  /**
   * Draws.
   *
   * @param title for those who hear the picture
   */
  static void draw(String title, List<Bar> bars, Html out) {
    double most = bars.stream().mapToDouble(bar -> bar.figures.most()).max().orElse(1);
    double bottom = TOP + ROW * bars.size();
    double step = Html.niceStep(most / 5);
    out.add(
        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">",
        WIDTH, bottom + 24, title);
    for (double value = 0; value <= most; value += step) {
      double x = x(value, most);
      out.add(
              "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
              x, TOP, x, bottom)
          .add(
              "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%s</text>",
              x, bottom + 16, Html.count(Math.round(value)));
    }
    for (int i = 0; i < bars.size(); i++) {
      draw(bars.get(i), TOP + ROW * i + ROW / 2, most, out);
    }
    out.add("</svg>");
  }

  private static void draw(Bar bar, double y, double most, Html out) {
    double from = x(bar.figures.least(), most);
    double to = x(bar.figures.most(), most);
    out.add("<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>", LEFT - 10, y + 4, bar.name)
        .add(
            "<rect class=\"fill-%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\"><title>%s: %s</title></rect>",
            bar.style,
            LEFT,
            y - THICK / 2,
            Math.max(1, x(bar.figures.median(), most) - LEFT),
            THICK,
            bar.name,
            bar.label)
        .add(
            "<path class=\"whisker\" d=\"M%.1f %.1f v10 M%.1f %.1f H%.1f M%.1f %.1f v10\"/>",
            from, y - 5, from, y, to, to, y - 5)
        .add("<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%s</text>", to + 10, y + 4, bar.label);
  }

  private static double x(double value, double most) {
    return LEFT + (RIGHT - LEFT) * value / most;
  }
}
