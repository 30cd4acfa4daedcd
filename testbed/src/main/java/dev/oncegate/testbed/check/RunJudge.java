package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.RunTrail.Item;
import dev.oncegate.testbed.check.RunTrail.Published;
import dev.oncegate.testbed.check.RunTrail.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges one run once all of it is known, life by life.
 *
 * <p>A life reaches from behind the final counts of the one before to its own. A run of which only
 * a control spoke has a life without results: what was published of it lies between the lives that
 * have some.
 */
final class RunJudge {
  private static final int COUNTS = 7;
  private static final int NO_RESULTS = -1;

  private final RunTrail trail;
  private final boolean wasReset;
  private final Findings findings;
  private final long[] notBeforeMs;
  private final long[] forgottenMs;

  /**
   * @param wasReset whether a control renewed the run's budgets
   */
  RunJudge(RunTrail trail, boolean wasReset, Findings findings) {
    this.trail = trail;
    this.wasReset = wasReset;
    this.findings = findings;
    this.notBeforeMs = new long[trail.lives.size()];
    this.forgottenMs = new long[trail.lives.size()];
  }

  /** A window of the published counts. */
  private record Window(long endMs, long[] published, long[] counted) {}

  void judge() {
    for (int life = 0; life < trail.lives.size(); life++) {
      notBeforeMs[life] = lastFinalCounts(Long.MIN_VALUE, trail.lives.get(life).beganMs(), null);
      forgottenMs[life] = whenForgotten(life);
    }
    for (int life = 0; life < trail.lives.size(); life++) {
      judgeCircuit(life);
      judgeCounts(life);
    }
    for (Published counts : trail.published) {
      if (lifeAt(counts.publishedMs()) == NO_RESULTS) {
        compare(counts, new long[COUNTS], 0);
      }
    }
  }

  /**
   * Only the final counts of a run tell that it was forgotten; only then may its log begin anew.
   */
  private long whenForgotten(int life) {
    boolean isLast = life + 1 == trail.lives.size();
    long untilMs = isLast ? Long.MAX_VALUE : trail.lives.get(life + 1).beganMs();
    long lastSeq = trail.seq(trail.endOf(life) - 1);
    long forgotten = lastFinalCounts(trail.lives.get(life).beganMs(), untilMs, lastSeq);
    if (forgotten != Long.MIN_VALUE) {
      return forgotten;
    }
    if (isLast) {
      return Long.MAX_VALUE;
    }
    findings.violated(
        Invariant.I2,
        "the result at %s has run_seq 1, but the run had %d results and no final counts",
        trail.lives.get(life + 1).beganAt(),
        lastSeq);
    return untilMs - 1;
  }

  /**
   * When the last final counts in a span of time, as of the given run_seq if any, were published.
   */
  private long lastFinalCounts(long fromMs, long untilMs, @Nullable Long runSeq) {
    long last = Long.MIN_VALUE;
    for (Published counts : trail.published) {
      boolean inSpan = counts.publishedMs() >= fromMs && counts.publishedMs() <= untilMs;
      if (counts.isFinal() && inSpan && (runSeq == null || counts.runSeq() == runSeq)) {
        last = Math.max(last, counts.publishedMs());
      }
    }
    return last;
  }

  private int lifeAt(long timeMs) {
    for (int life = 0; life < forgottenMs.length; life++) {
      if (timeMs > notBeforeMs[life] && timeMs <= forgottenMs[life]) {
        return life;
      }
    }
    return NO_RESULTS;
  }

  private void judgeCircuit(int life) {
    List<Turn> turns = new ArrayList<>();
    for (Turn turn : trail.turns) {
      if (lifeAt(turn.changedMs()) == life) {
        turns.add(turn);
      }
    }
    Turn last = null;
    int next = 0;
    for (int i = trail.lives.get(life).from(); i < trail.endOf(life); i++) {
      while (next < turns.size() && turns.get(next).afterSeq() < trail.seq(i)) {
        last = turns.get(next++);
      }
      if (trail.item(i) == Item.EFFECT) {
        findings.checked(Invariant.I4, 1);
        Turn stops = last != null && last.stops() ? last : trippedBy(turns, next, trail.seq(i));
        if (stops != null) {
          findings.violated(
              Invariant.I4,
              "run_seq %d has an effect, but the circuit is %s after run_seq %d by %s",
              trail.seq(i),
              stops.state(),
              stops.afterSeq(),
              stops.at());
        }
      }
    }
    if (!turns.isEmpty() && turns.get(0).isTotalCalls() && !wasReset) {
      judgeCap(life, turns.get(0));
    }
  }

  /** The call that trips gets no effect itself. */
  private static @Nullable Turn trippedBy(List<Turn> turns, int from, long seq) {
    for (int i = from; i < turns.size() && turns.get(i).afterSeq() <= seq; i++) {
      if (turns.get(i).tripCount() >= 0 && turns.get(i).afterSeq() == seq) {
        return turns.get(i);
      }
    }
    return null;
  }

  /** With a cap of N exactly N calls pass: the first trip comes with call N + 1. */
  private void judgeCap(int life, Turn trip) {
    long calls = 0;
    for (int i = trail.lives.get(life).from();
        i < trail.endOf(life) && trail.seq(i) <= trip.afterSeq();
        i++) {
      if (trail.item(i) == Item.CIRCUIT_OPEN && trail.seq(i) < trip.afterSeq()) {
        return;
      }
      calls += trail.item(i).isCall() ? 1 : 0;
    }
    if (calls != trip.tripCount()) {
      findings.violated(
          Invariant.I4,
          "the circuit event at %s counts %d calls; the log has %d",
          trip.at(),
          trip.tripCount(),
          calls);
    }
  }

  private void judgeCounts(int life) {
    long[] counted = new long[COUNTS];
    long[] fromWindows = new long[COUNTS];
    TreeMap<Long, Window> windows = new TreeMap<>();
    int next = trail.lives.get(life).from();
    long lastSeq = 0;
    Published last = null;
    for (Published counts : trail.published) {
      if (lifeAt(counts.publishedMs()) != life) {
        continue;
      }
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
      compareWindows(life, last, windows);
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

  private void compareWindows(int life, Published last, TreeMap<Long, Window> windows) {
    for (int i = trail.lives.get(life).from();
        i < trail.endOf(life) && trail.seq(i) <= last.runSeq();
        i++) {
      if (trail.item(i) == Item.NONE) {
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

  /**
   * Calls of all lives as published; null where results have come since, so that they cannot be
   * compared.
   */
  @Nullable Long callsInAll() {
    long calls = 0;
    for (int life = 0; life < trail.lives.size(); life++) {
      Published last = null;
      for (Published counts : trail.published) {
        last = lifeAt(counts.publishedMs()) == life ? counts : last;
      }
      if (last == null || last.runSeq() != trail.seq(trail.endOf(life) - 1)) {
        return null;
      }
      calls += last.total()[0];
    }
    return calls;
  }
}
