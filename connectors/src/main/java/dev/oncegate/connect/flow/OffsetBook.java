package dev.oncegate.connect.flow;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which effects of one partition are settled, from one assignment of it to the end of that.
 *
 * <p>The promise: {@link #committable} never goes beyond an effect that is not settled, in whatever
 * order they are. Offsets may have gaps, as transaction markers leave them. Thread safe: the task
 * takes, the producer's thread settles.
 */
public final class OffsetBook {
  private final ArrayDeque<Long> open = new ArrayDeque<>();
  private final Set<Long> settledAhead = new HashSet<>();
  private long lastTaken = -1;
  private long lastDone = -1;

  /**
   * Takes note of an effect.
   *
   * @param offset beyond all that were taken before
   * @return false where it was taken before: Connect delivers again after some failures
   */
  public synchronized boolean take(long offset) {
    if (offset <= lastTaken) {
      return false;
    }
    lastTaken = offset;
    open.addLast(offset);
    return true;
  }

  /** Takes note that nothing is left to do for an effect that was taken. */
  public synchronized void settle(long offset) {
    settledAhead.add(offset);
    while (!open.isEmpty() && settledAhead.remove(open.peekFirst())) {
      lastDone = open.removeFirst();
    }
  }

  /** The offset from which on effects have to be read again after a crash; empty: as before. */
  public synchronized OptionalLong committable() {
    return lastDone < 0 ? OptionalLong.empty() : OptionalLong.of(lastDone + 1);
  }

  /**
   * How many effects, settled or not, lie after the first that is not: read again after a crash.
   */
  public synchronized int ahead() {
    return open.size();
  }
}
