package dev.oncegate.testbed.bench;

import java.util.HashMap;
import java.util.Map;

/**
 * Tells how long rounds do not count yet: until no contender is noticeably faster than in its round
 * before. While the JVM still compiles what is hot, a contender with more code is compared with one
 * that is done with that.
 */
final class WarmUp {
  private static final double NOTICEABLE = 1.05;

  private final int mostRounds;
  private final Map<String, Double> before = new HashMap<>();
  private int rounds;
  private boolean isFaster;

  /**
   * @param mostRounds after which all that follows counts
   */
  WarmUp(int mostRounds) {
    this.mostRounds = mostRounds;
  }

  /** Begins a round; false where it is the first one that counts. */
  boolean beginsRound() {
    boolean isOver = rounds >= mostRounds || rounds > 1 && !isFaster;
    rounds += isOver ? 0 : 1;
    isFaster = false;
    return !isOver;
  }

  /** The number of the round that was begun last, from 1 on. */
  int round() {
    return rounds;
  }

  /** What a contender reached in this round. */
  void add(String contender, double perSecond) {
    Double last = before.put(contender, perSecond);
    isFaster |= last != null && perSecond > last * NOTICEABLE;
  }
}
