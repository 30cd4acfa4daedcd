package dev.oncegate.core.guard;

/**
 * The circuit of one run. {@code CLOSED} lets calls pass until a limit trips it to {@code OPEN};
 * there it stays until a control resets it or, where a cool-down is set, until that is over: then
 * {@code HALF_OPEN} lets a few trial effects through, whose successes close it and whose first
 * failure opens it again. {@code FORCED_OPEN} is an operator's word and yields only to a reset;
 * after an abort, to nothing.
 *
 * @param sinceMs when the state was entered, in epoch milliseconds
 * @param sinceSeq run_seq of the last result before the state was entered: a trial is an effect
 *     later than this
 * @param trialsLeft effects that may still be let through while half open
 * @param trialsPassed trials that succeeded while half open
 * @param enabled false after a control disabled the guard for the run: it counts but never trips
 * @param aborted whether the run was ended for good
 */
public record Circuit(
    State state,
    long sinceMs,
    long sinceSeq,
    int trialsLeft,
    int trialsPassed,
    boolean enabled,
    boolean aborted) {

  /** Position of the circuit. */
  public enum State {
    CLOSED,
    OPEN,
    HALF_OPEN,
    FORCED_OPEN
  }

  /** Why a circuit changed. */
  public enum Cause {
    TOTAL_CALLS,
    CALL_RATE,
    REPETITION,
    REPEATED_FAILURE,
    CONFLICTS,
    RETRIES,
    TRIAL_FAILED,
    TRIALS_PASSED,
    COOLED_DOWN,
    FORCED,
    ABORTED,
    RESET,
    DISABLED
  }

  static final Circuit INITIAL = new Circuit(State.CLOSED, 0, 0, 0, 0, true, false);

  /** Whether calls are stopped whatever they are. */
  public boolean stops() {
    return state == State.OPEN || state == State.FORCED_OPEN;
  }

  Circuit to(State next, long nowMs, long seq, int trials) {
    return new Circuit(next, nowMs, seq, trials, 0, enabled, aborted);
  }

  Circuit withTrials(int left, int passed) {
    return new Circuit(state, sinceMs, sinceSeq, left, passed, enabled, aborted);
  }

  /** Lifts what the guard did, but no operator's stop. */
  Circuit disabled(long nowMs, long seq) {
    State next = state == State.FORCED_OPEN ? State.FORCED_OPEN : State.CLOSED;
    return new Circuit(next, nowMs, seq, 0, 0, false, aborted);
  }

  Circuit aborted(long nowMs, long seq) {
    return new Circuit(State.FORCED_OPEN, nowMs, seq, 0, 0, enabled, true);
  }
}
