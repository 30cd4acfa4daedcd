package dev.oncegate.core.guard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often a run made the same call, by fingerprint of (tool, arguments), least recently seen
 * first.
 *
 * <p>Bounded: the one not seen for longest makes room for a new one. That can only lose counts,
 * never invent them, so the bound trips no honest run; a loop longer than the bound is left to the
 * cap on all calls.
 *
 * <p>Packed into numbers, three for each fingerprint: every call of a run copies and stores them
 * all.
 */
public final class Repeats {
  /** Fingerprint; count in the upper and failures in the lower half; last result. */
  private static final int WIDTH = 3;

  static final Repeats NONE = new Repeats(new long[0]);

  private final long[] packed;

  private Repeats(long[] packed) {
    this.packed = packed;
  }

  /**
   * One fingerprint's record.
   *
   * @param count calls since the last state change
   * @param failures failing answers since the last success or state change
   * @param lastResult 64 bits of a hash of the last successful result; 0 where there is none yet
   */
  public record Repeat(long fingerprint, int count, int failures, long lastResult) {}

  /** The repeats of a list, least recently seen first. */
  public static Repeats of(List<Repeat> byRecency) {
    long[] packed = new long[byRecency.size() * WIDTH];
    for (int i = 0; i < byRecency.size(); i++) {
      put(packed, i * WIDTH, byRecency.get(i));
    }
    return new Repeats(packed);
  }

  /** How many fingerprints are known. */
  public int size() {
    return packed.length / WIDTH;
  }

  /** A fingerprint by its place, from 0, least recently seen first. */
  public long fingerprintAt(int index) {
    return packed[index * WIDTH];
  }

  /** Its calls since the last state change. */
  public int countAt(int index) {
    return (int) (packed[index * WIDTH + 1] >>> Integer.SIZE);
  }

  /** Its failing answers since the last success or state change. */
  public int failuresAt(int index) {
    return (int) packed[index * WIDTH + 1];
  }

  /** 64 bits of a hash of its last successful result; 0 where there is none yet. */
  public long lastResultAt(int index) {
    return packed[index * WIDTH + 2];
  }

  /** All that is known, least recently seen first. */
  public List<Repeat> byRecency() {
    List<Repeat> list = new ArrayList<>(size());
    for (int i = 0; i < size(); i++) {
      list.add(repeat(i));
    }
    return list;
  }

  int count(long fingerprint) {
    int index = indexOf(fingerprint);
    return index < 0 ? 0 : countAt(index);
  }

  int failures(long fingerprint) {
    int index = indexOf(fingerprint);
    return index < 0 ? 0 : failuresAt(index);
  }

  /** Counts one call, which was answered by a stored failure or not, as the most recent one. */
  Repeats called(long fingerprint, boolean answeredByFailure, int bound) {
    int index = indexOf(fingerprint);
    int more = answeredByFailure ? 1 : 0;
    Repeat after =
        index < 0
            ? new Repeat(fingerprint, 1, more, 0)
            : new Repeat(
                fingerprint, countAt(index) + 1, failuresAt(index) + more, lastResultAt(index));
    int others = size() - (index < 0 ? 0 : 1);
    int forgotten = Math.max(0, others + 1 - bound);
    long[] next = new long[(others - forgotten + 1) * WIDTH];
    int skip = forgotten * WIDTH;
    int at = index * WIDTH;
    if (index < 0) {
      System.arraycopy(packed, skip, next, 0, packed.length - skip);
    } else if (at < skip) {
      // The one called lies among the oldest, which go: one more of the others does.
      System.arraycopy(packed, skip + WIDTH, next, 0, packed.length - skip - WIDTH);
    } else {
      System.arraycopy(packed, skip, next, 0, at - skip);
      System.arraycopy(packed, at + WIDTH, next, at - skip, packed.length - at - WIDTH);
    }
    put(next, next.length - WIDTH, after);
    return new Repeats(next);
  }

  Repeats failed(long fingerprint) {
    Repeat before = find(fingerprint);
    return before == null
        ? this
        : with(new Repeat(fingerprint, before.count, before.failures + 1, before.lastResult));
  }

  /** A success of a READ: another answer than last time is progress, so the count begins anew. */
  Repeats read(long fingerprint, long result) {
    Repeat before = find(fingerprint);
    if (before == null) {
      return this;
    }
    boolean progress = before.lastResult != 0 && before.lastResult != result;
    return with(new Repeat(fingerprint, progress ? 0 : before.count, 0, result));
  }

  /** A success that is no READ: the failures of this fingerprint are over, its count stays. */
  Repeats succeeded(long fingerprint, long result) {
    Repeat before = find(fingerprint);
    return before == null ? this : with(new Repeat(fingerprint, before.count, 0, result));
  }

  /**
   * The state changed by {@code fingerprint}: what other fingerprints repeated before no longer
   * counts.
   */
  Repeats stateChangedBy(long fingerprint) {
    long[] next = packed.clone();
    for (int at = 0; at < next.length; at += WIDTH) {
      if (next[at] != fingerprint) {
        next[at + 1] = 0;
      }
    }
    return new Repeats(next);
  }

  private Repeats with(Repeat changed) {
    long[] next = packed.clone();
    put(next, indexOf(changed.fingerprint) * WIDTH, changed);
    return new Repeats(next);
  }

  private @Nullable Repeat find(long fingerprint) {
    int index = indexOf(fingerprint);
    return index < 0 ? null : repeat(index);
  }

  /** The place of a fingerprint; -1 where it is not known. */
  private int indexOf(long fingerprint) {
    for (int i = size() - 1; i >= 0; i--) {
      if (fingerprintAt(i) == fingerprint) {
        return i;
      }
    }
    return -1;
  }

  private Repeat repeat(int index) {
    return new Repeat(fingerprintAt(index), countAt(index), failuresAt(index), lastResultAt(index));
  }

  private static void put(long[] packed, int at, Repeat repeat) {
    packed[at] = repeat.fingerprint;
    packed[at + 1] = (long) repeat.count << Integer.SIZE | repeat.failures & 0xFFFF_FFFFL;
    packed[at + 2] = repeat.lastResult;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Repeats repeats && Arrays.equals(repeats.packed, packed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(packed);
  }

  @Override
  public String toString() {
    return byRecency().toString();
  }
}
