package dev.oncegate.testbed.bench;

import dev.oncegate.testbed.page.Html;
import java.util.Arrays;
import java.util.List;

/** Percentiles of several contenders on one axis of time, which is logarithmic. */
final class Percentiles {
  private static final double WIDTH = 1_040;
  private static final double LEFT = 150;
  private static final double RIGHT = WIDTH - 60;
  private static final double TOP = 40;
  private static final double ROW = 40;
  private static final double[] SHOWN = {50, 99, 99.9};

  private final List<Latency.Measured> measured;
  private final LogAxis axis;
  private final Html out;

  private Percentiles(List<Latency.Measured> measured, Html out) {
    this.measured = measured;
    this.out = out;
    this.axis =
        LogAxis.around(
            LEFT,
            RIGHT,
            measured.stream().flatMapToDouble(one -> Arrays.stream(SHOWN).map(one::ms)).toArray());
  }

  static void draw(List<Latency.Measured> measured, Html out) {
    new Percentiles(measured, out).draw();
  }

  private void draw() {
    double bottom = TOP + ROW * measured.size();
    out.add(
        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"percentiles of latency\">",
        WIDTH, bottom + 24);
    for (int i = 0; i < SHOWN.length; i++) {
      double x = LEFT + i * 80;
      out.add("<circle class=\"dot-%d\" cx=\"%.1f\" cy=\"16\" r=\"6\"/>", i, x)
          .add("<text x=\"%.1f\" y=\"20\">p%s</text>", x + 12, plain(SHOWN[i]));
    }
    for (double ms : axis.ticks()) {
      out.add(
              "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
              axis.at(ms), TOP, axis.at(ms), bottom)
          .add(
              "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%s ms</text>",
              axis.at(ms), bottom + 16, plain(ms));
    }
    for (int i = 0; i < measured.size(); i++) {
      draw(measured.get(i), TOP + ROW * i + ROW / 2);
    }
    out.add("</svg>");
  }

  private void draw(Latency.Measured one, double y) {
    out.add("<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>", LEFT - 10, y + 4, one.name())
        .add(
            "<line class=\"whisker\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            axis.at(one.ms(SHOWN[0])), y, axis.at(one.ms(SHOWN[SHOWN.length - 1])), y);
    for (int i = 0; i < SHOWN.length; i++) {
      double ms = one.ms(SHOWN[i]);
      out.add(
          "<circle class=\"dot-%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"><title>%s: p%s %.1f ms</title></circle>",
          i, axis.at(ms), y, one.name(), plain(SHOWN[i]), ms);
    }
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }
}
