package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.RunTrail.Published;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which life of a run its published counts belong to, and of I2 that a run begins anew only where
 * it was forgotten: only final counts tell that.
 *
 * <p>The counts of a run lie in the order in which they were written, and so do its results;
 * nothing here goes by the clock, which may jump. A run of which only a control spoke has a life
 * without results: its counts are as of run_seq 0, and belong to none of the lives here.
 */
final class RunLives {
  /** Counts of a life without results. */
  static final int NO_RESULTS = -1;

  /** Counts that are ahead of the results that were read. */
  static final int AHEAD = -2;

  private final RunTrail trail;
  private final int[] lifeOfCounts;
  private final boolean[] forgotten;

  private RunLives(RunTrail trail) {
    this.trail = trail;
    this.lifeOfCounts = new int[trail.published.size()];
    this.forgotten = new boolean[trail.lives.size()];
  }

  /**
   * @param isQuiet whether all results were read; else counts may be ahead of them
   */
  static RunLives of(RunTrail trail, boolean isQuiet, Findings findings) {
    RunLives lives = new RunLives(trail);
    lives.tellApart(isQuiet);
    for (int life = 0; life + 1 < trail.lives.size(); life++) {
      if (!lives.forgotten[life]) {
        findings.violated(
            Invariant.I2,
            "the result at %s has run_seq 1, but the run had %d results and no final counts",
            trail.lives.get(life + 1).beganAt(),
            trail.lastSeq(life));
      }
    }
    return lives;
  }

  private void tellApart(boolean isQuiet) {
    int life = 0;
    Published before = null;
    for (int i = 0; i < lifeOfCounts.length; i++) {
      Published counts = trail.published.get(i);
      if (counts.runSeq() == 0 || trail.lives.isEmpty()) {
        lifeOfCounts[i] = NO_RESULTS;
        continue;
      }
      if (before != null && life + 1 < trail.lives.size() && isOfTheNext(life, before, counts)) {
        life++;
      }
      if (!isQuiet && life + 1 == trail.lives.size() && counts.runSeq() > trail.lastSeq()) {
        Arrays.fill(lifeOfCounts, i, lifeOfCounts.length, AHEAD);
        return;
      }
      lifeOfCounts[i] = life;
      forgotten[life] |= counts.isFinal() && counts.runSeq() == trail.lastSeq(life);
      before = counts;
    }
  }

  /**
   * Whether counts belong to the life after the one that those before belong to. Final counts need
   * not be the last of a life, for an aborted run goes on to count; but then no result came
   * between.
   */
  private boolean isOfTheNext(int life, Published before, Published counts) {
    boolean mayHaveEnded = before.isFinal() && before.runSeq() == trail.lastSeq(life);
    if (!mayHaveEnded) {
      return counts.runSeq() < before.runSeq() || counts.runSeq() > trail.lastSeq(life);
    }
    boolean mayGoOn =
        counts.runSeq() == before.runSeq()
            && counts.windows().length == 0
            && Arrays.equals(counts.total(), before.total());
    if (mayGoOn && Arrays.stream(counts.total()).allMatch(count -> count == 0)) {
      // Neither counts anything: both lives fit, and so does either answer.
      return counts.publishedMs() >= trail.lives.get(life + 1).beganMs();
    }
    return !mayGoOn;
  }

  /** The life that counts belong to, or {@link #NO_RESULTS}. */
  int ofCounts(int index) {
    return lifeOfCounts[index];
  }

  /** Whether the run was forgotten after a life. */
  boolean isForgotten(int life) {
    return forgotten[life];
  }

  /** Whether the run had, or may have, a life without results. */
  boolean mayHaveEmptyOnes() {
    for (int i = 0; i < lifeOfCounts.length; i++) {
      if (lifeOfCounts[i] == NO_RESULTS && trail.published.get(i).isFinal()) {
        return true;
      }
    }
    return trail.lives.isEmpty() || forgotten[forgotten.length - 1];
  }

  /** The last counts of a life; null where there are none. */
  @Nullable Published lastOf(int life) {
    Published last = null;
    for (int i = 0; i < lifeOfCounts.length; i++) {
      last = lifeOfCounts[i] == life ? trail.published.get(i) : last;
    }
    return last;
  }
}
