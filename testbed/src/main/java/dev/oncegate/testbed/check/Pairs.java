package dev.oncegate.testbed.check;

import java.util.HashMap;
import java.util.Map;

/**
 * Two kinds of records that must come in pairs, one to one: each names the other by the same
 * fingerprint. It does not matter which is seen first.
 */
final class Pairs {
  private static final class Pair {
    int lefts;
    int rights;
    int leftPartition;
    int rightPartition;
    long leftOffset;
    long rightOffset;
  }

  private final Map<Fingerprint, Pair> pairs = new HashMap<>();
  private final Invariant invariant;
  private final String left;
  private final String leftTopic;
  private final String right;
  private final String rightTopic;

  /**
   * @param left the one kind, in words, such as "effect"; all of it lies in {@code leftTopic}
   * @param right the other kind, in words; all of it lies in {@code rightTopic}
   */
  Pairs(Invariant invariant, String left, String leftTopic, String right, String rightTopic) {
    this.invariant = invariant;
    this.left = left;
    this.leftTopic = leftTopic;
    this.right = right;
    this.rightTopic = rightTopic;
  }

  void left(Fingerprint name, Place at) {
    Pair pair = pairs.computeIfAbsent(name, ignored -> new Pair());
    pair.lefts++;
    pair.leftPartition = at.partition();
    pair.leftOffset = at.offset();
  }

  void right(Fingerprint name, Place at) {
    Pair pair = pairs.computeIfAbsent(name, ignored -> new Pair());
    pair.rights++;
    pair.rightPartition = at.partition();
    pair.rightOffset = at.offset();
  }

  /** Whether each has its other. */
  boolean complete() {
    return pairs.values().stream().allMatch(pair -> pair.lefts > 0 && pair.rights > 0);
  }

  void judge(Findings findings) {
    for (Pair pair : pairs.values()) {
      Place leftAt = new Place(leftTopic, pair.leftPartition, pair.leftOffset);
      Place rightAt = new Place(rightTopic, pair.rightPartition, pair.rightOffset);
      findings.checked(invariant, pair.lefts);
      if (pair.rights == 0) {
        findings.violated(invariant, "the %s at %s has no %s", left, leftAt, right);
      } else if (pair.lefts == 0) {
        findings.violated(invariant, "the %s at %s has no %s", right, rightAt, left);
      } else if (pair.lefts > 1) {
        findings.violated(
            invariant,
            "the %s at %s is there %d times; its %s is at %s",
            left,
            leftAt,
            pair.lefts,
            right,
            rightAt);
      } else if (pair.rights > 1) {
        findings.violated(
            invariant,
            "the %s at %s is there %d times; its %s is at %s",
            right,
            rightAt,
            pair.rights,
            left,
            leftAt);
      }
    }
  }
}
