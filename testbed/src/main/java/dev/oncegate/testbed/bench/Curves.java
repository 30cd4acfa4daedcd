package dev.oncegate.testbed.bench;

import dev.oncegate.testbed.page.Html;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** Throughput and latency over the commit interval, one panel each. */
final class Curves {
  private static final double WIDTH = 1_040;
  private static final double LEFT = 210;
  private static final double RIGHT = WIDTH - 40;
  private static final double TOP = 30;
  private static final double PANEL = 170;
  private static final double BETWEEN = 40;

  private final List<Report.CurvePoint> points;
  private final List<String> names;
  private final LogAxis intervals;
  private final Html out;

  private Curves(List<Report.CurvePoint> points, Html out) {
    this.points = points;
    this.out = out;
    this.names = points.stream().map(point -> point.latency().name()).distinct().toList();
    this.intervals =
        LogAxis.around(
            LEFT,
            RIGHT,
            points.stream().mapToDouble(point -> point.latency().commitIntervalMs()).toArray());
  }

  static void draw(List<Report.CurvePoint> points, Html out) {
    new Curves(points, out).draw();
  }

  private void draw() {
    double latencyTop = TOP + PANEL + BETWEEN;
    double bottom = latencyTop + PANEL;
    out.add(
        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"throughput and latency by commit interval\">",
        WIDTH, bottom + 26);
    throughput();
    latency(latencyTop);
    points.stream()
        .map(point -> point.latency().commitIntervalMs())
        .distinct()
        .forEach(
            ms ->
                out.add(
                    "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%d ms</text>",
                    intervals.at(ms), bottom + 18, ms));
    out.add("</svg>");
  }

  private void throughput() {
    double most = points.stream().mapToDouble(Report.CurvePoint::commandsPerSecond).max().orElse(1);
    double step = Html.niceStep(most / 4);
    double top = step * Math.ceil(most / step);
    out.add("<text class=\"title\" x=\"16\" y=\"%.1f\">commands/s</text>", TOP + 4);
    for (double value = 0; value <= top; value += step) {
      gridLine(TOP + PANEL * (1 - value / top), Html.count(Math.round(value)));
    }
    double legend = TOP + 22;
    for (String name : names) {
      String style = "line-" + ReportPage.style(name);
      legend(legend, style, name);
      legend += 16;
      line(style, name, point -> TOP + PANEL * (1 - point.commandsPerSecond() / top));
    }
  }

  private void latency(double top) {
    LogAxis axis =
        LogAxis.around(
            top + PANEL,
            top,
            points.stream()
                .flatMapToDouble(
                    point -> DoubleStream.of(point.latency().ms(50), point.latency().ms(99)))
                .toArray());
    out.add("<text class=\"title\" x=\"16\" y=\"%.1f\">latency</text>", top + 4);
    for (double ms : axis.ticks()) {
      gridLine(axis.at(ms), String.format(Locale.ROOT, "%,.0f ms", ms));
    }
    double legend = top + 22;
    for (String name : names) {
      String style = "line-" + ReportPage.style(name);
      legend(legend, style + " dashed", name + " p99");
      legend(legend + 16, style, name + " p50");
      legend += 32;
      line(style + " dashed", name, point -> axis.at(point.latency().ms(99)));
      line(style, name, point -> axis.at(point.latency().ms(50)));
    }
  }

  private void line(String style, String name, ToDoubleFunction<Report.CurvePoint> y) {
    StringBuilder path = new StringBuilder();
    points.stream()
        .filter(point -> point.latency().name().equals(name))
        .forEach(
            point ->
                path.append(path.isEmpty() ? 'M' : 'L')
                    .append(
                        String.format(
                            Locale.ROOT,
                            "%.1f %.1f ",
                            intervals.at(point.latency().commitIntervalMs()),
                            y.applyAsDouble(point))));
    out.add("<path class=\"%s\" d=\"%s\"/>", style, path.toString().strip());
  }

  private void legend(double y, String style, String name) {
    out.add("<line class=\"%s\" x1=\"8\" y1=\"%.1f\" x2=\"26\" y2=\"%.1f\"/>", style, y - 4, y - 4)
        .add("<text x=\"30\" y=\"%.1f\">%s</text>", y, name);
  }

  private void gridLine(double y, String label) {
    out.add(
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            LEFT, y, RIGHT, y)
        .add("<text class=\"end\" x=\"%.1f\" y=\"%.1f\">%s</text>", LEFT - 10, y + 4, label);
  }
}
