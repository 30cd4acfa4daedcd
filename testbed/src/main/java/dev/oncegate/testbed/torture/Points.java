package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.load.Second;
import java.util.ArrayList;
import java.util.List;

/** Seconds, put together so that they fit on a page. */
final class Points {
  private Points() {}

  /**
   * Some seconds in a row.
   *
   * @param sentPerSecond on average
   * @param decidedPerSecond on average
   * @param p50Ms the middle of the seconds' own; 0 where nothing was decided
   * @param p99Ms the worst second's own; 0 where nothing was decided
   */
  record Point(
      long fromMs,
      long toMs,
      double sentPerSecond,
      double decidedPerSecond,
      long p50Ms,
      long p99Ms) {
    /** Whether there is a latency. */
    boolean isDecided() {
      return decidedPerSecond > 0;
    }
  }

  /**
   * All seconds in not more than so many points of the same length.
   *
   * @param most 1 or more
   */
  static List<Point> of(List<Second> seconds, int most) {
    int together = Math.max(1, (seconds.size() + most - 1) / most);
    List<Point> points = new ArrayList<>();
    for (int from = 0; from < seconds.size(); from += together) {
      int to = Math.min(seconds.size(), from + together);
      long endMs =
          to < seconds.size() ? seconds.get(to).atMs() : seconds.get(to - 1).atMs() + 1_000;
      points.add(point(seconds.subList(from, to), endMs));
    }
    return points;
  }

  private static Point point(List<Second> seconds, long endMs) {
    long fromMs = seconds.get(0).atMs();
    double length = Math.max(1, endMs - fromMs) / 1_000.0;
    long[] typical =
        seconds.stream()
            .filter(second -> second.decided() > 0)
            .mapToLong(Second::p50Ms)
            .sorted()
            .toArray();
    return new Point(
        fromMs,
        endMs,
        seconds.stream().mapToLong(Second::sent).sum() / length,
        seconds.stream().mapToLong(Second::decided).sum() / length,
        typical.length == 0 ? 0 : typical[typical.length / 2],
        seconds.stream().mapToLong(Second::p99Ms).max().orElse(0));
  }
}
