package dev.oncegate.core.guard;

import java.util.ArrayList;
import java.util.List;

/**
 * All that the gate knows of a run: small, immutable, of bounded size.
 *
 * @param seq run_seq of the last result
 * @param budget calls, conflicts and retries since the budgets were last renewed
 * @param total all calls since the run began
 * @param unpublished what each tumbling window gained since the counts were last published
 * @param lastCalls the last calls, oldest first
 * @param lastCallMs event time of the last call, in epoch milliseconds
 * @param lastSeenMs when the run was last heard of by the gate's clock, in epoch milliseconds
 * @param countsDue whether a publication of the counts is already scheduled
 * @param retentionDue whether the end of the run's retention is already scheduled
 * @param circuitPublished whether the circuits topic has an event of this run
 */
public record RunState(
    long seq,
    Circuit circuit,
    Budget budget,
    CallRate rate,
    Repeats repeats,
    Tally total,
    List<WindowTally> unpublished,
    List<RecentCall> lastCalls,
    long lastCallMs,
    long lastSeenMs,
    boolean countsDue,
    boolean retentionDue,
    boolean circuitPublished) {

  private static final int MAX_UNPUBLISHED = 60;

  /** What a run has used up of its limits. */
  public record Budget(long calls, long conflicts, long retries) {
    static final Budget FULL = new Budget(0, 0, 0);
  }

  /** What a tumbling window, beginning at {@code startMs}, gained. */
  public record WindowTally(long startMs, Tally added) {}

  public RunState {
    unpublished = List.copyOf(unpublished);
    lastCalls = List.copyOf(lastCalls);
  }

  /** A run that has not been heard of. */
  public static final RunState NEW =
      new RunState(
          0,
          Circuit.INITIAL,
          Budget.FULL,
          CallRate.NONE,
          Repeats.NONE,
          Tally.ZERO,
          List.of(),
          List.of(),
          0,
          0,
          false,
          false,
          false);

  /** The run after one more result was written. */
  public RunState withNextSeq(long nowMs) {
    return new RunState(
        seq + 1,
        circuit,
        budget,
        rate,
        repeats,
        total,
        unpublished,
        lastCalls,
        lastCallMs,
        Math.max(lastSeenMs, nowMs),
        countsDue,
        retentionDue,
        circuitPublished);
  }

  /** The run after it was heard of without a result, as by a control. */
  public RunState heardOf(long nowMs) {
    return new RunState(
        seq,
        circuit,
        budget,
        rate,
        repeats,
        total,
        unpublished,
        lastCalls,
        lastCallMs,
        Math.max(lastSeenMs, nowMs),
        countsDue,
        retentionDue,
        circuitPublished);
  }

  /**
   * The run after {@code item} was counted, in all and in the tumbling window of {@code windowMs}
   * it falls into.
   */
  public RunState counted(Tally.Item item, long eventTimeMs, long windowMs) {
    long startMs = Math.floorDiv(eventTimeMs, windowMs) * windowMs;
    List<WindowTally> windows = new ArrayList<>(unpublished.size() + 1);
    boolean found = false;
    for (WindowTally window : unpublished) {
      boolean same = window.startMs == startMs;
      windows.add(same ? new WindowTally(startMs, window.added.plus(item)) : window);
      found |= same;
    }
    if (!found) {
      windows.add(new WindowTally(startMs, Tally.ZERO.plus(item)));
    }
    return new RunState(
        seq,
        circuit,
        budget,
        rate,
        repeats,
        total.plus(item),
        windows,
        lastCalls,
        Math.max(lastCallMs, eventTimeMs),
        lastSeenMs,
        countsDue,
        retentionDue,
        circuitPublished);
  }

  /**
   * Whether the counts must be published before more is counted: a run whose calls scatter over
   * ever more windows costs no more state than the bound.
   */
  public boolean countsFull() {
    return unpublished.size() >= MAX_UNPUBLISHED;
  }

  /** The run after its counts were published. */
  public RunState countsPublished() {
    return new RunState(
        seq,
        circuit,
        budget,
        rate,
        repeats,
        total,
        List.of(),
        lastCalls,
        lastCallMs,
        lastSeenMs,
        countsDue,
        retentionDue,
        circuitPublished);
  }

  /** The run with a publication of its counts scheduled, or not. */
  public RunState withCountsDue(boolean due) {
    return new RunState(
        seq,
        circuit,
        budget,
        rate,
        repeats,
        total,
        unpublished,
        lastCalls,
        lastCallMs,
        lastSeenMs,
        due,
        retentionDue,
        circuitPublished);
  }

  /** The run with the end of its retention scheduled. */
  public RunState withRetentionDue() {
    return new RunState(
        seq,
        circuit,
        budget,
        rate,
        repeats,
        total,
        unpublished,
        lastCalls,
        lastCallMs,
        lastSeenMs,
        countsDue,
        true,
        circuitPublished);
  }

  RunState with(Circuit next) {
    return new RunState(
        seq,
        next,
        budget,
        rate,
        repeats,
        total,
        unpublished,
        lastCalls,
        lastCallMs,
        lastSeenMs,
        countsDue,
        retentionDue,
        true);
  }

  RunState withTrials(Circuit next) {
    return new RunState(
        seq,
        next,
        budget,
        rate,
        repeats,
        total,
        unpublished,
        lastCalls,
        lastCallMs,
        lastSeenMs,
        countsDue,
        retentionDue,
        circuitPublished);
  }

  RunState with(Repeats next) {
    return new RunState(
        seq,
        circuit,
        budget,
        rate,
        next,
        total,
        unpublished,
        lastCalls,
        lastCallMs,
        lastSeenMs,
        countsDue,
        retentionDue,
        circuitPublished);
  }

  RunState with(
      Budget nextBudget, CallRate nextRate, Repeats nextRepeats, List<RecentCall> nextCalls) {
    return new RunState(
        seq,
        circuit,
        nextBudget,
        nextRate,
        nextRepeats,
        total,
        unpublished,
        nextCalls,
        lastCallMs,
        lastSeenMs,
        countsDue,
        retentionDue,
        circuitPublished);
  }

  /** The run with full budgets and nothing held against it; its counts in all stay. */
  RunState renewed() {
    return with(Budget.FULL, CallRate.NONE, Repeats.NONE, lastCalls);
  }
}
