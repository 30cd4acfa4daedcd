package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.RunTrail.Published;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges I5, run by run: the counts published up to a run_seq equal what the log has up to there,
 * in all and window by window.
 */
final class Counts {
  private static final int COUNTS = 7;

  private final Findings findings;

  Counts(Findings findings) {
    this.findings = findings;
  }

  /** A window of the published counts. */
  private record Window(long endMs, long[] published, long[] counted) {}

  /**
   * Judges a run.
   *
   * @return its calls as published; null where results have come since, so that they cannot be
   *     compared
   */
  @Nullable Long judge(RunTrail trail, RunLives lives) {
    for (int i = 0; i < trail.published.size(); i++) {
      if (lives.ofCounts(i) == RunLives.NO_RESULTS) {
        compare(trail.published.get(i), new long[COUNTS], 0);
      }
    }
    Long calls = 0L;
    for (int life = 0; life < trail.lives.size(); life++) {
      judge(trail, lives, life);
      Published last = lives.lastOf(life);
      boolean isComplete = last != null && last.runSeq() == trail.lastSeq(life);
      calls = calls == null || last == null || !isComplete ? null : calls + last.total()[0];
    }
    return calls;
  }

  private void judge(RunTrail trail, RunLives lives, int life) {
    long[] counted = new long[COUNTS];
    long[] fromWindows = new long[COUNTS];
    TreeMap<Long, Window> windows = new TreeMap<>();
    int next = trail.lives.get(life).from();
    long lastSeq = 0;
    Published last = null;
    for (int i = 0; i < trail.published.size(); i++) {
      if (lives.ofCounts(i) != life) {
        continue;
      }
      Published counts = trail.published.get(i);
      if (counts.runSeq() < lastSeq) {
        findings.violated(
            Invariant.I5,
            "the counts at %s are as of run_seq %d, after others of %d",
            counts.at(),
            counts.runSeq(),
            lastSeq);
      }
      for (; next < trail.endOf(life) && trail.seq(next) <= counts.runSeq(); next++) {
        RunTrail.count(counted, trail.item(next));
        lastSeq = trail.seq(next);
      }
      addWindows(counts, windows, fromWindows);
      compare(counts, counted, lastSeq);
      if (!Arrays.equals(counts.total(), fromWindows)) {
        findings.violated(
            Invariant.I5,
            "the windows up to %s add up to %s, the total is %s",
            counts.at(),
            Arrays.toString(fromWindows),
            Arrays.toString(counts.total()));
      }
      last = counts;
    }
    if (last != null) {
      compareWindows(trail, life, last, windows);
    }
  }

  private void compare(Published counts, long[] counted, long lastSeq) {
    findings.checked(Invariant.I5, 1);
    if (counts.runSeq() > lastSeq) {
      findings.violated(
          Invariant.I5,
          "the counts at %s are as of run_seq %d, but the log ends with %d",
          counts.at(),
          counts.runSeq(),
          lastSeq);
    } else if (!Arrays.equals(counts.total(), counted)) {
      findings.violated(
          Invariant.I5,
          "the counts at %s are %s; up to run_seq %d the log has %s",
          counts.at(),
          Arrays.toString(counts.total()),
          counts.runSeq(),
          Arrays.toString(counted));
    }
  }

  private static void addWindows(Published counts, TreeMap<Long, Window> windows, long[] sum) {
    long[] flat = counts.windows();
    for (int at = 0; at < flat.length; at += COUNTS + 2) {
      long endMs = flat[at + 1];
      Window window =
          windows.computeIfAbsent(
              flat[at], ignored -> new Window(endMs, new long[COUNTS], new long[COUNTS]));
      for (int i = 0; i < COUNTS; i++) {
        window.published[i] += flat[at + 2 + i];
        sum[i] += flat[at + 2 + i];
      }
    }
  }

  private void compareWindows(
      RunTrail trail, int life, Published last, TreeMap<Long, Window> windows) {
    for (int i = trail.lives.get(life).from();
        i < trail.endOf(life) && trail.seq(i) <= last.runSeq();
        i++) {
      if (!trail.item(i).isCounted()) {
        continue;
      }
      Map.Entry<Long, Window> window = windows.floorEntry(trail.eventTimeMs(i));
      if (window == null || trail.eventTimeMs(i) >= window.getValue().endMs) {
        findings.violated(
            Invariant.I5,
            "run_seq %d is of %d, for which no window was published up to %s",
            trail.seq(i),
            trail.eventTimeMs(i),
            last.at());
        return;
      }
      RunTrail.count(window.getValue().counted, trail.item(i));
    }
    windows.forEach(
        (startMs, window) -> {
          if (!Arrays.equals(window.published, window.counted)) {
            findings.violated(
                Invariant.I5,
                "the window from %d was published up to %s as %s; the log has %s",
                startMs,
                last.at(),
                Arrays.toString(window.published),
                Arrays.toString(window.counted));
          }
        });
  }
}
