package dev.oncegate.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.Circuit.Cause;
import dev.oncegate.core.guard.Circuit.State;
import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.guard.RunGuard.Execution;
import dev.oncegate.core.guard.RunGuard.Verdict;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a circuit once it is no longer closed: cool-down, trials, and the operators'
 * controls.
 */
class RunCircuitTest {
  private static final long NOW = 1_000_000;

  private final ARun run = new ARun(limits().build());

  @Test
  void anOpenCircuitStaysOpenWithoutACoolDown() {
    run.open();
    assertThat(run.callAt(50, NOW + 1_000_000_000L).passes()).isFalse();
  }

  @Test
  void afterTheCoolDownAFewTrialsPassAndTheirSuccessesCloseTheCircuit() {
    ARun cooling = new ARun(limits().coolDown(1_000, 2).build());
    cooling.open();
    assertThat(cooling.call(50).passes()).isFalse();
    cooling.nowMs += 1_000;
    Verdict first = cooling.call(51);
    assertThat(first.passes()).isTrue();
    assertThat(first.changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.COOLED_DOWN);
    assertThat(cooling.call(52).passes()).isTrue();
    assertThat(cooling.call(53).passes()).as("no trial left").isFalse();
    assertThat(cooling.ends(51, SideEffectClass.READ, Ending.SUCCEEDED, 1, null).changes())
        .isEmpty();
    assertThat(cooling.ends(52, SideEffectClass.READ, Ending.SUCCEEDED, 1, null).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.TRIALS_PASSED);
    assertThat(cooling.state.circuit().state()).isEqualTo(State.CLOSED);
    assertThat(cooling.call(54).passes()).isTrue();
  }

  @Test
  void aTrialThatFailsOrIsOverdueOpensTheCircuitAgain() {
    for (Ending ending : List.of(Ending.FAILED, Ending.FAILED_TRANSIENT, Ending.OVERDUE)) {
      ARun cooling = new ARun(limits().coolDown(1_000, 2).build());
      cooling.open();
      cooling.nowMs += 1_000;
      cooling.call(51);
      assertThat(cooling.ends(51, SideEffectClass.WRITE, ending, 1, null).changes())
          .singleElement()
          .extracting(CircuitChange::cause)
          .isEqualTo(Cause.TRIAL_FAILED);
      assertThat(cooling.call(52).passes()).isFalse();
    }
  }

  @Test
  void whileHalfOpenACallThatWantsNoEffectUsesNoTrial() {
    ARun cooling = halfOpen(1);
    assertThat(cooling.duplicate(60).passes()).isTrue();
    assertThat(cooling.state.circuit().trialsLeft()).isEqualTo(1);
    assertThat(cooling.call(51).passes()).isTrue();
    assertThat(cooling.duplicate(61).passes()).isTrue();
    assertThat(cooling.call(52).passes()).isFalse();
  }

  @Test
  void whileHalfOpenTheLimitsHoldWithFullBudgets() {
    ARun cooling = halfOpen(3);
    for (int i = 0; i < 5; i++) {
      assertThat(cooling.duplicate(9_999).passes()).isTrue();
    }
    assertThat(cooling.duplicate(9_999).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.REPETITION);
    assertThat(cooling.state.circuit().state()).isEqualTo(State.OPEN);
  }

  @Test
  void aReopenedCircuitCoolsDownAnewAndALateOutcomeOfAnEarlierTrialDecidesNothing() {
    ARun cooling = halfOpen(2);
    cooling.call(51);
    cooling.call(52);
    cooling.nowMs += 500;
    cooling.ends(51, SideEffectClass.WRITE, Ending.FAILED, 1, null);
    cooling.nowMs += 999;
    assertThat(cooling.call(53).passes()).as("not cool yet").isFalse();
    cooling.nowMs += 1;
    assertThat(cooling.call(54).passes()).isTrue();
    assertThat(cooling.ends(52, SideEffectClass.WRITE, Ending.FAILED, 1, null).changes()).isEmpty();
    assertThat(cooling.state.circuit().state()).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void aResetClosesAHalfOpenCircuitAndItsTrialsDecideNothingMore() {
    ARun cooling = halfOpen(1);
    cooling.call(51);
    cooling.apply(cooling.guard.reset(cooling.state, cooling.nowMs));
    assertThat(cooling.ends(51, SideEffectClass.WRITE, Ending.FAILED, 1, null).changes()).isEmpty();
    assertThat(cooling.state.circuit().state()).isEqualTo(State.CLOSED);
  }

  private static ARun halfOpen(int trials) {
    ARun cooling = new ARun(limits().coolDown(1_000, trials).build());
    cooling.open();
    cooling.nowMs += 1_000;
    cooling.refused();
    assertThat(cooling.state.circuit().state()).isEqualTo(State.HALF_OPEN);
    return cooling;
  }

  @Test
  void anOutcomeOfAnEffectFromBeforeIsNoTrial() {
    ARun cooling = new ARun(limits().coolDown(1_000, 1).build());
    cooling.call(40);
    long before = cooling.seq;
    cooling.open();
    cooling.nowMs += 1_000;
    cooling.call(51);
    Execution old = new Execution(40, SideEffectClass.WRITE, Ending.FAILED, before, 1, null);
    assertThat(cooling.guard.learn(cooling.state, old, cooling.nowMs).changes()).isEmpty();
    long lastBefore = cooling.state.circuit().sinceSeq();
    Execution last = new Execution(40, SideEffectClass.WRITE, Ending.FAILED, lastBefore, 1, null);
    assertThat(cooling.guard.learn(cooling.state, last, cooling.nowMs).changes()).isEmpty();
    Execution trial =
        new Execution(51, SideEffectClass.WRITE, Ending.FAILED, lastBefore + 1, 1, null);
    assertThat(cooling.guard.learn(cooling.state, trial, cooling.nowMs).changes()).hasSize(1);
  }

  @Test
  void aResetClosesTheCircuitAndRenewsAllBudgetsButKeepsTheCounts() {
    run.open();
    long calls = run.state.total().calls();
    run.apply(run.guard.reset(run.state, NOW));
    assertThat(run.state.circuit().state()).isEqualTo(State.CLOSED);
    assertThat(run.state.budget()).isEqualTo(RunState.Budget.FULL);
    assertThat(run.state.total().calls()).isEqualTo(calls);
    assertThat(run.call(1).passes()).isTrue();
  }

  @Test
  void aForcedOpenCircuitDoesNotCoolDown() {
    ARun forced = new ARun(limits().coolDown(1_000, 2).build());
    forced.apply(forced.guard.forceOpen(forced.state, NOW));
    forced.nowMs += 1_000_000;
    assertThat(forced.call(1).passes()).isFalse();
    forced.apply(forced.guard.reset(forced.state, NOW));
    assertThat(forced.call(1).passes()).isTrue();
  }

  @Test
  void aForcedOpenCircuitStopsADisabledRunToo() {
    run.apply(run.guard.disable(run.state, NOW));
    run.apply(run.guard.forceOpen(run.state, NOW));
    assertThat(run.call(1).passes()).isFalse();
  }

  @Test
  void aResetEnablesADisabledGuardAgain() {
    run.apply(run.guard.disable(run.state, NOW));
    run.apply(run.guard.reset(run.state, NOW));
    for (int i = 0; i < 5; i++) {
      assertThat(run.call(1).passes()).isTrue();
    }
    assertThat(run.call(1).passes()).isFalse();
  }

  @Test
  void disablingAnOpenRunLetsItPass() {
    run.open();
    Verdict verdict = run.apply(run.guard.disable(run.state, NOW));
    assertThat(verdict.changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.DISABLED);
    assertThat(run.call(9_999).passes()).isTrue();
  }

  @Test
  void eachControlIsToldInOneChangeWithTheStateItLedTo() {
    assertThat(run.guard.forceOpen(run.state, NOW).changes())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.cause()).isEqualTo(Cause.FORCED);
              assertThat(change.circuit().state()).isEqualTo(State.FORCED_OPEN);
              assertThat(change.circuit().sinceMs()).isEqualTo(NOW);
            });
    assertThat(run.guard.abort(run.state, NOW).changes())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.cause()).isEqualTo(Cause.ABORTED);
              assertThat(change.circuit().aborted()).isTrue();
            });
    assertThat(run.guard.reset(run.state, NOW).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.RESET);
  }

  @Test
  void aDisabledGuardCountsAndLetsEverythingPass() {
    run.apply(run.guard.disable(run.state, NOW));
    for (int i = 0; i < 500; i++) {
      assertThat(run.call(1).passes()).isTrue();
    }
    assertThat(run.state.budget().calls()).isEqualTo(500);
  }

  @Test
  void anAbortedRunStaysEnded() {
    run.apply(run.guard.abort(run.state, NOW));
    assertThat(run.call(1).passes()).isFalse();
    assertThat(run.guard.reset(run.state, NOW).passes()).isFalse();
    assertThat(run.guard.disable(run.state, NOW).passes()).isFalse();
    assertThat(run.guard.forceOpen(run.state, NOW).passes()).isFalse();
  }

  @Test
  void anAbortedRunNeitherCoolsDownNorIsClosedByAnOutcome() {
    ARun aborted = halfOpen(1);
    aborted.call(51);
    aborted.apply(aborted.guard.abort(aborted.state, aborted.nowMs));
    aborted.ends(51, SideEffectClass.WRITE, Ending.SUCCEEDED, 1, null);
    aborted.nowMs += 1_000_000;
    assertThat(aborted.call(52).passes()).isFalse();
    assertThat(aborted.state.circuit().state()).isEqualTo(State.FORCED_OPEN);
  }

  private static LimitsBuilder limits() {
    return new LimitsBuilder();
  }
}
