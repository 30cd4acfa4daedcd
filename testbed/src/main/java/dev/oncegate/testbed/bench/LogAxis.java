package dev.oncegate.testbed.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An axis on which each step multiplies.
 *
 * @param from where the least value lies
 * @param to where the greatest value lies
 * @param least more than 0
 * @param most more than {@code least}
 */
record LogAxis(double from, double to, double least, double most) {
  private static final double[] STEPS = {1, 2, 5};
  private static final double LEAST = 0.1;

  /** From the last tick below all values to the first above. */
  static LogAxis around(double from, double to, double... values) {
    double least = Math.max(LEAST, Arrays.stream(values).min().orElse(1));
    double most = Math.max(LEAST, Arrays.stream(values).max().orElse(10));
    double below = LEAST;
    for (double tick : between(LEAST, least)) {
      below = tick;
    }
    double above = below;
    for (double decade = LEAST; above <= most; decade *= 10) {
      for (double step : STEPS) {
        above = above <= most ? Math.max(above, decade * step) : above;
      }
    }
    return new LogAxis(from, to, below, above);
  }

  double at(double value) {
    double part = Math.log(Math.max(least, value) / least) / Math.log(most / least);
    return from + (to - from) * part;
  }

  /** 1, 2 and 5 of each power of ten. */
  List<Double> ticks() {
    return between(least, most);
  }

  private static List<Double> between(double least, double most) {
    List<Double> ticks = new ArrayList<>();
    double first = Math.pow(10, Math.floor(Math.log10(least)));
    for (double decade = first; decade <= most * 1.001; decade *= 10) {
      for (double step : STEPS) {
        // Not 0.30000000000000004.
        double tick = Math.round(decade * step * 1_000) / 1_000.0;
        if (tick >= least * 0.999 && tick <= most * 1.001) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }
}
