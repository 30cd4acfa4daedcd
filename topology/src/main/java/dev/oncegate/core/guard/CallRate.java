package dev.oncegate.core.guard;

import java.util.Arrays;

/**
 * Calls in a sliding window of event time, counted in tenths of the window.
 *
 * <p>Tenths keep the state small whatever the limit is. The window then slides in steps of a tenth
 * and may miss up to a tenth of its oldest calls: it can trip a little late, never early.
 *
 * @param newestStartMs when the newest tenth began, in epoch milliseconds: a time, not an index, so
 *     that it stays comparable where the window is configured anew
 * @param counts calls of the ten newest tenths, oldest first
 */
public record CallRate(long newestStartMs, int[] counts) {
  private static final int TENTHS = 10;

  static final CallRate NONE = new CallRate(0, new int[TENTHS]);

  /** The rate with one more call; a call older than the window changes nothing. */
  CallRate plusCallAt(long eventTimeMs, long windowMs) {
    long tenthMs = Math.max(1, windowMs / TENTHS);
    long tenth = eventTimeMs / tenthMs;
    long newestTenth = newestStartMs / tenthMs;
    long shift = Math.max(0, tenth - newestTenth);
    int[] next = new int[TENTHS];
    if (shift < TENTHS) {
      System.arraycopy(counts, (int) shift, next, 0, TENTHS - (int) shift);
    }
    long newest = Math.max(newestTenth, tenth);
    long index = TENTHS - 1 - (newest - tenth);
    if (index >= 0) {
      next[(int) index]++;
    }
    return new CallRate(newest * tenthMs, next);
  }

  long inWindow() {
    return Arrays.stream(counts).asLongStream().sum();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CallRate rate
        && rate.newestStartMs == newestStartMs
        && Arrays.equals(rate.counts, counts);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(newestStartMs) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "CallRate[newestStartMs=" + newestStartMs + ", counts=" + Arrays.toString(counts) + "]";
  }
}
