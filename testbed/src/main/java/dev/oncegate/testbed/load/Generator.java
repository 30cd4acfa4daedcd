package dev.oncegate.testbed.load;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * An endless stream of deliveries of many runs, interleaved. The same settings give the same
 * stream, and what a run does depends on the seed and the run's number alone.
 *
 * <p>A run begins whenever no open one is due: so about as many are open as a run's steps lie
 * apart. It keeps the scripts of the open runs only, some 20 KB each.
 */
public final class Generator {
  private final LoadSettings settings;
  private final long dedupWindowMs;
  private final PriorityQueue<Open> open =
      new PriorityQueue<>(Comparator.comparingLong(Open::due).thenComparingLong(Open::number));
  private final Map<Conduct, Integer> mix;
  private final int weights;
  private long runs;
  private long deliveries;

  private record Open(long due, long number, Deque<Step> rest) {}

  /**
   * @param dedupWindowMs how long the gate remembers a key, in milliseconds
   */
  public Generator(LoadSettings settings, long dedupWindowMs) {
    this.settings = settings;
    this.dedupWindowMs = dedupWindowMs;
    this.mix = new EnumMap<>(settings.mix());
    this.weights = mix.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The next delivery. */
  public Delivery next() {
    Open run = open.peek();
    if (run == null || run.due > deliveries) {
      run = begun();
    } else {
      open.remove();
    }
    Delivery delivery = run.rest.remove().delivery();
    deliveries++;
    Step coming = run.rest.peek();
    if (coming != null) {
      open.add(new Open(deliveries + coming.after(), run.number, run.rest));
    }
    return delivery;
  }

  /** How many runs have begun and go on. */
  int openRuns() {
    return open.size();
  }

  private Open begun() {
    long number = ++runs;
    RandomGenerator random = Chance.of(settings.seed(), number);
    Conduct conduct = drawn(random.nextInt(weights));
    Script script =
        new Script(number, conduct, random, Chance.of(~settings.seed(), number), settings);
    Plots.play(script, dedupWindowMs);
    return new Open(deliveries, number, new ArrayDeque<>(script.steps()));
  }

  private Conduct drawn(int lot) {
    int left = lot;
    for (Map.Entry<Conduct, Integer> entry : mix.entrySet()) {
      left -= entry.getValue();
      if (left < 0) {
        return entry.getKey();
      }
    }
    throw new IllegalStateException("the weights of " + mix + " are more than " + weights);
  }
}
