package dev.oncegate.testbed.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Figures of several rounds.
 *
 * @param sorted ascending; at least one
 */
record Series(double[] sorted) {
  static <T> Series of(List<T> rounds, ToDoubleFunction<T> figure) {
    return new Series(rounds.stream().mapToDouble(figure).sorted().toArray());
  }

  double median() {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  double least() {
    return sorted[0];
  }

  double most() {
    return sorted[sorted.length - 1];
  }

  /** How far the rounds lie apart, as a part of the median. */
  double spread() {
    return (most() - least()) / median();
  }

  @Override
  public String toString() {
    return Arrays.toString(sorted);
  }
}
