package dev.oncegate.testbed.check;

import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.testbed.check.store.Fingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the topics say of one run: its log, the counts published of it, the changes of its circuit,
 * each in the order in which it was written. A run that was forgotten may begin anew, so that a
 * trail has one life or more.
 *
 * <p>13 bytes of the heap a result, 5 on disk, and some 250 for each publication of counts. All of
 * one run must fit the heap: 13 megabytes a million results.
 */
final class RunTrail {
  /** Which of the counts a result belongs to. */
  enum Item {
    NONE,
    EFFECT,
    DUPLICATE,
    CONFLICT,
    REJECTION,
    CIRCUIT_OPEN,
    CONFIRMATION,
    TRANSIENT_FAILURE,
    SUCCESS;

    private static final Item[] ALL = values();

    boolean isCall() {
      return isCounted() && this != TRANSIENT_FAILURE;
    }

    boolean isCounted() {
      return this != NONE && this != SUCCESS;
    }
  }

  /**
   * Results from {@code from} on belong to the life that began at {@code beganMs} of the gate's
   * clock.
   */
  record Life(int from, long beganMs, Place beganAt) {}

  /**
   * Counts as they were published.
   *
   * @param windows start, end and counts of each window, one after the other
   */
  record Published(
      Place at, long runSeq, long publishedMs, boolean isFinal, long[] total, long[] windows) {}

  /**
   * A change of the circuit.
   *
   * @param tripCount what was counted against a limit; -1 where no limit was the cause
   */
  record Turn(Place at, CircuitState state, CircuitCause cause, long afterSeq, long tripCount) {
    boolean stops() {
      return state == CircuitState.OPEN || state == CircuitState.FORCED_OPEN;
    }
  }

  Fingerprint runId = new Fingerprint(0, 0);
  final List<Life> lives = new ArrayList<>(1);
  final List<Published> published = new ArrayList<>(1);
  final List<Turn> turns = new ArrayList<>(0);

  /** Whether it has decisions on commands that are not judged. */
  boolean reachesOut;

  private int size;
  private int[] seqs = new int[4];
  private byte[] items = new byte[4];
  private long[] eventTimes = new long[4];

  void append(long seq, Item item, long eventTimeMs) {
    if (size == seqs.length) {
      int larger = size + (size >> 1) + 4;
      seqs = Arrays.copyOf(seqs, larger);
      items = Arrays.copyOf(items, larger);
      eventTimes = Arrays.copyOf(eventTimes, larger);
    }
    seqs[size] = (int) seq;
    items[size] = (byte) item.ordinal();
    eventTimes[size] = eventTimeMs;
    size++;
  }

  int size() {
    return size;
  }

  /** What the arrays take of the heap. */
  int heapBytes() {
    return seqs.length * 13;
  }

  long seq(int index) {
    return seqs[index];
  }

  Item item(int index) {
    return Item.ALL[items[index]];
  }

  long eventTimeMs(int index) {
    return eventTimes[index];
  }

  /** run_seq of the last result; 0 where there is none. */
  long lastSeq() {
    return size == 0 ? 0 : seqs[size - 1];
  }

  /** run_seq of the last result of a life. */
  long lastSeq(int life) {
    return seqs[endOf(life) - 1];
  }

  /** Index behind the last result of a life. */
  int endOf(int life) {
    return life + 1 < lives.size() ? lives.get(life + 1).from : size;
  }

  static void count(long[] counts, Item item) {
    counts[0] += item.isCall() ? 1 : 0;
    switch (item) {
      case EFFECT -> counts[1]++;
      case DUPLICATE -> counts[2]++;
      case CONFLICT -> counts[3]++;
      case REJECTION, CIRCUIT_OPEN -> counts[4]++;
      case CONFIRMATION -> counts[5]++;
      case TRANSIENT_FAILURE -> counts[6]++;
      case NONE, SUCCESS -> {}
    }
  }

  static long[] countsOf(CallCounts counts) {
    return new long[] {
      counts.getCalls(),
      counts.getEffects(),
      counts.getDuplicates(),
      counts.getConflicts(),
      counts.getRejections(),
      counts.getConfirmations(),
      counts.getTransientFailures()
    };
  }
}
