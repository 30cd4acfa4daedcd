package dev.oncegate.testbed.torture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Which fault comes next: each kind once, in an order that the seed gives, then any. */
final class Schedule {
  private final List<FaultKind> kinds;
  private final Deque<FaultKind> first;
  private final Random random;

  /**
   * @param kinds at least one
   */
  Schedule(List<FaultKind> kinds, long seed) {
    this.kinds = List.copyOf(kinds);
    this.random = new Random(seed);
    List<FaultKind> shuffled = new ArrayList<>(kinds);
    Collections.shuffle(shuffled, random);
    this.first = new ArrayDeque<>(shuffled);
  }

  FaultKind next() {
    FaultKind next = first.poll();
    return next == null ? kinds.get(random.nextInt(kinds.size())) : next;
  }

  /** Whether each kind has come. */
  boolean isComplete() {
    return first.isEmpty();
  }

  /** Of the chance of one fault. */
  Random chance() {
    return new Random(random.nextLong());
  }
}
