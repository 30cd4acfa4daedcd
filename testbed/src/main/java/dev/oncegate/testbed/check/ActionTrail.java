package dev.oncegate.testbed.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the topics say of one action: its state as of the last result read, and what was reported of
 * it. An action whose key was forgotten may have another life.
 *
 * <p>Most take some 300 bytes of the heap and 60 on disk once they are settled.
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
   * An outcome of an executor. It is kept until its trace is there and no result can have it as its
   * source.
   *
   * @param exhausted what a transient failure becomes where no attempt is left; else the ending
   *     itself
   * @param isTraced whether its trace was found
   */
  record Reported(
      int partition,
      long offset,
      long timestampMs,
      int attempt,
      boolean isTransient,
      Ending.Digest ending,
      Ending.Digest exhausted,
      boolean isTraced) {

    Reported traced() {
      return new Reported(
          partition, offset, timestampMs, attempt, isTransient, ending, exhausted, true);
    }
  }

  /**
   * What a control ordered for the action.
   *
   * @param isRelease whether it is to be released; else it is to be settled as {@code ending} says
   */
  record Ordered(
      int partition,
      long offset,
      long timestampMs,
      int attempt,
      boolean isRelease,
      Ending.Digest ending,
      boolean isTraced) {

    Ordered traced() {
      return new Ordered(partition, offset, timestampMs, attempt, isRelease, ending, true);
    }
  }

  /**
   * A SETTLED result.
   *
   * @param byControl whether only a control can have settled it
   * @param letThroughMs when the attempt was let through, in epoch milliseconds
   * @param validUntilMs until when the key was remembered at that time, in epoch milliseconds
   * @param hasSource whether what it tells was reported or ordered
   */
  record Settled(
      int partition,
      long offset,
      int attempt,
      boolean byControl,
      Ending.Digest ending,
      long letThroughMs,
      long validUntilMs,
      boolean hasSource) {

    Settled sourced() {
      return new Settled(
          partition, offset, attempt, byControl, ending, letThroughMs, validUntilMs, true);
    }
  }

  /** A conflict event, at {@code byOffset}, that names an outcome of the action. */
  record Accused(int partition, long offset, int byPartition, long byOffset) {}

  State state = State.UNKNOWN;
  int attempt;

  /** The highest attempt ever, also of an earlier life of the key. */
  int highestAttempt;

  /** How often the key was let through for the first time. */
  int lives;

  /** Bit n is set where attempt n was released; the attempts from 63 on share a bit. */
  long released;

  /** Until when the key is remembered, in epoch milliseconds. */
  long validUntilMs;

  /** When the last attempt was let through, in epoch milliseconds of the gate's clock. */
  long letThroughMs;

  int commandPartition;
  long commandOffset;

  /** What is replayed once the state is FINAL. */
  long stored;

  List<Reported> reported = Collections.emptyList();
  List<Ordered> ordered = Collections.emptyList();
  List<Settled> settled = Collections.emptyList();
  List<Accused> accused = Collections.emptyList();

  /** The list with one more; the empty one, which most share, is not changed. */
  static <T> List<T> plus(List<T> list, T one) {
    List<T> longer = list.isEmpty() ? new ArrayList<>(1) : list;
    longer.add(one);
    return longer;
  }

  /** Whether a command of the given event time finds nothing of the action. */
  boolean isForgottenAt(long eventTimeMs) {
    return state == State.UNKNOWN || eventTimeMs > validUntilMs;
  }

  void beginAnew() {
    state = State.UNKNOWN;
    attempt = 0;
    stored = 0;
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
