package dev.oncegate.testbed.check;

import org.jspecify.annotations.Nullable;

/**
 * What the topics say of one action: its state as of the last result read, and all that was
 * reported of it.
 */
final class ActionTrail {
  /** What the action waits for. */
  enum State {
    UNKNOWN,
    UNCONFIRMED,
    PENDING,
    OVERDUE,
    RELEASED,
    TRANSIENT,
    FINAL
  }

  /**
   * An outcome of an executor; with the others of the action a linked list, for most actions have
   * just one.
   *
   * @param exhaustedWhole null where it is no transient failure
   */
  record Reported(
      int partition,
      long offset,
      long timestampMs,
      int attempt,
      Fingerprint whole,
      Fingerprint essence,
      @Nullable Fingerprint exhaustedWhole,
      @Nullable Fingerprint exhaustedEssence,
      @Nullable Reported next) {}

  /** The outcome that a control ordered for the action. */
  record Ordered(Fingerprint whole, @Nullable Ordered next) {}

  /**
   * A SETTLED result.
   *
   * @param byControl whether only a control can have settled it
   */
  record Settled(
      int partition,
      long offset,
      int attempt,
      boolean byControl,
      Fingerprint whole,
      Fingerprint essence,
      @Nullable Settled next) {}

  State state = State.UNKNOWN;
  int attempt;

  /** The highest attempt ever, also of an earlier life of the key. */
  int highestAttempt;

  /** Bit n is set where attempt n was released; the attempts from 63 on share a bit. */
  long released;

  /** Until when the key is remembered, in epoch milliseconds. */
  long validUntilMs;

  /** When the last attempt was let through, in epoch milliseconds. */
  long letThroughMs;

  int commandPartition;
  long commandOffset;
  @Nullable Fingerprint stored;
  @Nullable Reported reported;
  @Nullable Ordered ordered;
  @Nullable Settled settled;

  /** Whether a command of the given event time finds nothing of the action. */
  boolean isForgottenAt(long eventTimeMs) {
    return state == State.UNKNOWN || eventTimeMs > validUntilMs;
  }

  void beginAnew() {
    state = State.UNKNOWN;
    attempt = 0;
    stored = null;
  }

  /** Whether the last attempt, let through at {@link #letThroughMs}, has no outcome yet. */
  boolean awaitsOutcome() {
    return state == State.PENDING || state == State.OVERDUE || state == State.RELEASED;
  }

  void letThrough(int number, Place command, long nowMs, long validUntil) {
    letThroughMs = nowMs;
    state = State.PENDING;
    attempt = number;
    highestAttempt = Math.max(highestAttempt, number);
    commandPartition = command.partition();
    commandOffset = command.offset();
    validUntilMs = validUntil;
  }

  void release(int number) {
    state = State.RELEASED;
    released |= bit(number);
  }

  boolean wasReleased(int number) {
    return (released & bit(number)) != 0;
  }

  private static long bit(int number) {
    return 1L << Math.min(Math.max(number, 0), 63);
  }
}
