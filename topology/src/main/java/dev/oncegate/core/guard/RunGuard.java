package dev.oncegate.core.guard;

import static dev.oncegate.core.guard.GuardLimits.exceeded;

import dev.oncegate.core.guard.Circuit.Cause;
import dev.oncegate.core.guard.Circuit.State;
import dev.oncegate.core.intake.Digest256;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges the calls of a run: state, call and time in; verdict and new state out.
 *
 * <p>The guard is asked after the ledger has said what it would answer, and overrules it: only so
 * can the very call that conflicts or retries once too often be the one that trips. A limit of N
 * lets exactly N pass.
 */
public final class RunGuard {
  private final GuardLimits limits;
  private final Map<String, GuardLimits> limitsByTool;

  /**
   * @param limits by which calls are judged
   * @param limitsByTool by which calls of the named tools are judged instead; the sliding window,
   *     the cool-down and the trials are the run's, so those of {@code limits} hold for all
   */
  public RunGuard(GuardLimits limits, Map<String, GuardLimits> limitsByTool) {
    this.limits = limits;
    this.limitsByTool = Map.copyOf(limitsByTool);
  }

  /**
   * The guard's word on a call or an outcome.
   *
   * @param run the state after it
   * @param passes whether the call may have what the ledger would answer; false: CIRCUIT_OPEN
   * @param changes of the circuit, in order; usually none
   */
  public record Verdict(RunState run, boolean passes, List<CircuitChange> changes) {}

  /** How an execution ended, as the guard sees it. */
  public enum Ending {
    SUCCEEDED,
    FAILED,
    FAILED_TRANSIENT,
    OVERDUE
  }

  /**
   * The end of an execution.
   *
   * @param effectSeq run_seq of the result that let the effect through
   * @param resultHash 64 bits of a hash of the result, never 0
   * @param stateChanged the executor's word; null where it said nothing
   */
  public record Execution(
      long fingerprint,
      SideEffectClass sideEffectClass,
      Ending ending,
      long effectSeq,
      long resultHash,
      @Nullable Boolean stateChanged) {

    boolean changedState() {
      if (ending != Ending.SUCCEEDED) {
        return Boolean.TRUE.equals(stateChanged);
      }
      return stateChanged != null ? stateChanged : sideEffectClass != SideEffectClass.READ;
    }
  }

  /** Judges one call and counts it against the run's budgets. */
  public Verdict judge(RunState run, Call call, long nowMs) {
    List<CircuitChange> changes = new ArrayList<>(1);
    GuardLimits judged = limitsFor(call);
    RunState before = run;
    if (coolDownIsOver(run.circuit(), nowMs)) {
      Circuit halfOpen =
          run.circuit().to(State.HALF_OPEN, nowMs, run.seq(), limits.halfOpenTrials());
      before = run.renewed().with(halfOpen);
      changes.add(new CircuitChange(halfOpen, Cause.COOLED_DOWN, null, null, before.lastCalls()));
    }
    RunState spent = spend(before, call, judged);
    if (before.circuit().stops()) {
      return new Verdict(spent, false, changes);
    }
    Trip trip = before.circuit().enabled() ? trip(before, spent, call, judged) : null;
    if (trip != null) {
      return tripped(spent, call, trip, nowMs, changes);
    }
    return admitted(spent, call, changes);
  }

  private Verdict tripped(
      RunState spent, Call call, Trip trip, long nowMs, List<CircuitChange> changes) {
    Circuit open = spent.circuit().to(State.OPEN, nowMs, call.runSeq(), 0);
    changes.add(new CircuitChange(open, trip.cause(), trip, call, spent.lastCalls()));
    return new Verdict(spent.with(open), false, changes);
  }

  private static Verdict admitted(RunState spent, Call call, List<CircuitChange> changes) {
    Circuit circuit = spent.circuit();
    if (circuit.state() != State.HALF_OPEN || !call.wantsEffect()) {
      return new Verdict(spent, true, changes);
    }
    if (circuit.trialsLeft() == 0) {
      return new Verdict(spent, false, changes);
    }
    Circuit oneLess = circuit.withTrials(circuit.trialsLeft() - 1, circuit.trialsPassed());
    return new Verdict(spent.withTrials(oneLess), true, changes);
  }

  /**
   * Learns how an execution ended: that may clear repetitions, and decides the trials of a
   * half-open run.
   */
  public Verdict learn(RunState run, Execution execution, long nowMs) {
    Repeats repeats = run.repeats();
    long fingerprint = execution.fingerprint;
    if (execution.ending == Ending.SUCCEEDED) {
      repeats =
          execution.sideEffectClass == SideEffectClass.READ
              ? repeats.read(fingerprint, execution.resultHash)
              : repeats.succeeded(fingerprint, execution.resultHash);
    } else if (execution.ending != Ending.OVERDUE) {
      repeats = repeats.failed(fingerprint);
    }
    if (execution.changedState()) {
      repeats = repeats.stateChangedBy(fingerprint);
    }
    RunState learned = run.with(repeats);
    Circuit circuit = run.circuit();
    boolean isTrial =
        circuit.state() == State.HALF_OPEN && execution.effectSeq > circuit.sinceSeq();
    return isTrial ? decideTrial(learned, execution, nowMs) : new Verdict(learned, true, List.of());
  }

  private Verdict decideTrial(RunState run, Execution trial, long nowMs) {
    Circuit circuit = run.circuit();
    if (trial.ending != Ending.SUCCEEDED) {
      return changed(run, circuit.to(State.OPEN, nowMs, run.seq(), 0), Cause.TRIAL_FAILED);
    }
    int passed = circuit.trialsPassed() + 1;
    if (passed < limits.halfOpenTrials()) {
      return new Verdict(
          run.withTrials(circuit.withTrials(circuit.trialsLeft(), passed)), true, List.of());
    }
    return changed(
        run.renewed(), circuit.to(State.CLOSED, nowMs, run.seq(), 0), Cause.TRIALS_PASSED);
  }

  /**
   * Closes the circuit, renews all budgets and enables the guard; an aborted run stays as it is.
   */
  public Verdict reset(RunState run, long nowMs) {
    if (run.circuit().aborted()) {
      return new Verdict(run, false, List.of());
    }
    Circuit closed = new Circuit(State.CLOSED, nowMs, run.seq(), 0, 0, true, false);
    return changed(run.renewed(), closed, Cause.RESET);
  }

  /** Stops the run until a reset. */
  public Verdict forceOpen(RunState run, long nowMs) {
    return run.circuit().aborted()
        ? new Verdict(run, false, List.of())
        : changed(run, run.circuit().to(State.FORCED_OPEN, nowMs, run.seq(), 0), Cause.FORCED);
  }

  /** Switches the guard off for the run until a reset: calls are counted, none trips. */
  public Verdict disable(RunState run, long nowMs) {
    return run.circuit().aborted()
        ? new Verdict(run, false, List.of())
        : changed(run, run.circuit().disabled(nowMs, run.seq()), Cause.DISABLED);
  }

  /** Ends the run for good. */
  public Verdict abort(RunState run, long nowMs) {
    return changed(run, run.circuit().aborted(nowMs, run.seq()), Cause.ABORTED);
  }

  private static Verdict changed(RunState run, Circuit circuit, Cause cause) {
    CircuitChange change = new CircuitChange(circuit, cause, null, null, run.lastCalls());
    return new Verdict(run.with(circuit), true, List.of(change));
  }

  private boolean coolDownIsOver(Circuit circuit, long nowMs) {
    return circuit.state() == State.OPEN
        && limits.coolDownMs() > 0
        && nowMs >= circuit.sinceMs() + limits.coolDownMs();
  }

  private GuardLimits limitsFor(Call call) {
    Call.Identity identity = call.identity();
    return identity == null ? limits : limitsByTool.getOrDefault(identity.tool(), limits);
  }

  private RunState spend(RunState run, Call call, GuardLimits judged) {
    RunState.Budget used = run.budget();
    RunState.Budget budget =
        new RunState.Budget(
            used.calls() + 1,
            used.conflicts() + (call.kind() == Call.Kind.CONFLICT ? 1 : 0),
            used.retries() + (call.kind() == Call.Kind.DECLARED_RETRY ? 1 : 0));
    Call.Identity identity = call.identity();
    Repeats repeats = run.repeats();
    List<RecentCall> lastCalls = run.lastCalls();
    if (identity != null) {
      if (repeatsCount(call)) {
        repeats =
            repeats.called(
                identity.fingerprint(), call.answeredByFailure(), judged.maxFingerprints());
      }
      lastCalls = new ArrayList<>(lastCalls);
      Digest256 argsHash = Digest256.ofHex(identity.argsHash());
      lastCalls.add(new RecentCall(identity.tool(), argsHash, call.eventTimeMs(), call.runSeq()));
      lastCalls =
          lastCalls.subList(
              Math.max(0, lastCalls.size() - judged.evidenceCalls()), lastCalls.size());
    }
    return run.with(
        budget,
        run.rate().plusCallAt(call.eventTimeMs(), limits.rateWindowMs()),
        repeats,
        lastCalls);
  }

  private static boolean repeatsCount(Call call) {
    return call.kind() == Call.Kind.CALL || call.kind() == Call.Kind.CONFLICT;
  }

  private static @Nullable Trip trip(
      RunState before, RunState spent, Call call, GuardLimits judged) {
    RunState.Budget used = spent.budget();
    if (exceeded(used.calls(), judged.maxCalls())) {
      return new Trip(Cause.TOTAL_CALLS, judged.maxCalls(), used.calls());
    }
    if (exceeded(spent.rate().inWindow(), judged.maxCallsPerWindow())) {
      return new Trip(Cause.CALL_RATE, judged.maxCallsPerWindow(), spent.rate().inWindow());
    }
    return switch (call.kind()) {
      case REFUSED -> null;
      case DECLARED_RETRY ->
          exceeded(used.retries(), judged.maxRetries())
              ? new Trip(Cause.RETRIES, judged.maxRetries(), used.retries())
              : null;
      case CONFLICT ->
          exceeded(used.conflicts(), judged.maxConflicts())
              ? new Trip(Cause.CONFLICTS, judged.maxConflicts(), used.conflicts())
              : repetition(before, spent, call, judged);
      case CALL -> repetition(before, spent, call, judged);
    };
  }

  private static @Nullable Trip repetition(
      RunState before, RunState spent, Call call, GuardLimits judged) {
    Call.Identity identity = call.identity();
    if (identity == null) {
      return null;
    }
    // Failures are those answered so far: the call after the last allowed one trips.
    long failures = before.repeats().failures(identity.fingerprint());
    if (judged.maxRepeatedFailures() != GuardLimits.OFF
        && failures >= judged.maxRepeatedFailures()) {
      return new Trip(Cause.REPEATED_FAILURE, judged.maxRepeatedFailures(), failures + 1);
    }
    long count = spent.repeats().count(identity.fingerprint());
    return exceeded(count, judged.maxRepetitions())
        ? new Trip(Cause.REPETITION, judged.maxRepetitions(), count)
        : null;
  }
}
