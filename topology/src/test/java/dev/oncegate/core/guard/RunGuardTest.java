package dev.oncegate.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.Circuit.Cause;
import dev.oncegate.core.guard.Circuit.State;
import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.guard.RunGuard.Execution;
import dev.oncegate.core.guard.RunGuard.Verdict;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunGuardTest {
  private static final long NOW = 1_000_000;

  private final ARun run = new ARun(limits().build());

  @Test
  void withACapOf200Exactly200CallsPass() {
    ARun capped = new ARun(limits().calls(200).build());
    for (int i = 1; i <= 200; i++) {
      assertThat(capped.call(i).passes()).isTrue();
    }
    Verdict last = capped.call(201);
    assertThat(last.passes()).isFalse();
    assertThat(last.changes()).singleElement().satisfies(change -> {
      assertThat(change.cause()).isEqualTo(Cause.TOTAL_CALLS);
      assertThat(change.trip()).isEqualTo(new Trip(Cause.TOTAL_CALLS, 200, 201));
      assertThat(change.circuit().sinceSeq()).isEqualTo(201);
    });
    assertThat(capped.call(202).passes()).isFalse();
    assertThat(capped.call(203).changes()).as("a trip is told once").isEmpty();
  }

  @Test
  void aRefusedCallCountsAgainstTheCapToo() {
    ARun capped = new ARun(limits().calls(2).build());
    capped.refused();
    capped.refused();
    assertThat(capped.call(1).passes()).isFalse();
  }

  @Test
  void theSameCallFiveTimesPassesAndTheSixthTrips() {
    for (int i = 0; i < 5; i++) {
      assertThat(run.call(7).passes()).isTrue();
    }
    Verdict sixth = run.call(7);
    assertThat(sixth.passes()).isFalse();
    assertThat(sixth.changes()).singleElement().satisfies(change -> {
      assertThat(change.trip()).isEqualTo(new Trip(Cause.REPETITION, 5, 6));
      assertThat(change.call()).isNotNull();
      assertThat(change.lastCalls()).hasSize(6).extracting(RecentCall::tool).containsOnly("tool-7");
    });
  }

  @Test
  void cyclesOfTwoAndThreeTripToo() {
    for (int period = 2; period <= 3; period++) {
      ARun cycling = new ARun(limits().build());
      int calls = 0;
      while (cycling.call(calls % period).passes()) {
        calls++;
      }
      assertThat(calls).isEqualTo(5 * period);
    }
  }

  @Test
  void aDeclaredRetryIsNoRepetitionButHasItsOwnLimit() {
    ARun retrying = new ARun(limits().retries(20).build());
    retrying.call(1);
    for (int i = 0; i < 20; i++) {
      assertThat(retrying.retry(1).passes()).isTrue();
    }
    assertThat(retrying.retry(1).changes()).singleElement().extracting(CircuitChange::cause).isEqualTo(Cause.RETRIES);
  }

  @Test
  void tenConflictsPassAndTheEleventhTrips() {
    for (int i = 0; i < 10; i++) {
      assertThat(run.conflict(i).passes()).isTrue();
    }
    assertThat(run.conflict(10).changes()).singleElement().extracting(CircuitChange::cause).isEqualTo(Cause.CONFLICTS);
  }

  @Test
  void aWriteThatSucceedsClearsTheRepetitionsOfOthersButNotItsOwn() {
    for (int i = 0; i < 4; i++) {
      run.call(1);
    }
    for (int i = 0; i < 4; i++) {
      run.call(2);
    }
    run.ends(2, SideEffectClass.WRITE, Ending.SUCCEEDED, 99, null);
    for (int i = 0; i < 5; i++) {
      assertThat(run.call(1).passes()).as("call %d of the cleared one", i).isTrue();
    }
    assertThat(run.call(2).passes()).as("its fifth").isTrue();
    assertThat(run.call(2).passes()).as("its sixth: a loop, though every time succeeded").isFalse();
  }

  @Test
  void anOutcomeMaySayThatNothingChangedOrThatAReadDid() {
    run.call(1);
    run.call(2);
    run.ends(2, SideEffectClass.WRITE, Ending.SUCCEEDED, 99, false);
    assertThat(run.state.repeats().count(1)).isEqualTo(1);
    run.ends(2, SideEffectClass.READ, Ending.SUCCEEDED, 99, true);
    assertThat(run.state.repeats().count(1)).isZero();
    assertThat(run.state.repeats().count(2)).isEqualTo(1);
  }

  @Test
  void aPollWhoseAnswerChangesNeverTrips() {
    for (int i = 0; i < 100; i++) {
      assertThat(run.call(1).passes()).isTrue();
      run.ends(1, SideEffectClass.READ, Ending.SUCCEEDED, 1_000 + i, null);
    }
  }

  @Test
  void aPollThatGetsTheSameAnswerTripsAtTheSixthCall() {
    for (int i = 0; i < 5; i++) {
      assertThat(run.call(1).passes()).isTrue();
      run.ends(1, SideEffectClass.READ, Ending.SUCCEEDED, 1_000, null);
    }
    assertThat(run.call(1).passes()).isFalse();
  }

  @Test
  void theSameCallFailingFourTimesTripsAtTheFifth() {
    for (int i = 0; i < 4; i++) {
      assertThat(run.call(1).passes()).isTrue();
      run.ends(1, SideEffectClass.READ, Ending.FAILED, 1_000 + i, null);
    }
    assertThat(run.call(1).changes()).singleElement().extracting(CircuitChange::trip)
        .isEqualTo(new Trip(Cause.REPEATED_FAILURE, 4, 5));
  }

  @Test
  void aReplayedFailureOfAKeyTheAgentDidNotSendIsAFailureAgain() {
    run.call(1);
    run.ends(1, SideEffectClass.WRITE, Ending.FAILED, 1, null);
    for (int i = 0; i < 3; i++) {
      assertThat(run.failingDuplicate(1).passes()).isTrue();
    }
    assertThat(run.failingDuplicate(1).changes()).singleElement().extracting(CircuitChange::cause)
        .isEqualTo(Cause.REPEATED_FAILURE);
  }

  @Test
  void aSuccessEndsARowOfFailures() {
    for (int i = 0; i < 3; i++) {
      run.call(1);
      run.ends(1, SideEffectClass.WRITE, Ending.FAILED_TRANSIENT, 1, null);
    }
    run.ends(1, SideEffectClass.WRITE, Ending.SUCCEEDED, 1, null);
    assertThat(run.state.repeats().failures(1)).isZero();
  }

  @Test
  void moreCallsThanAllowedInTheSlidingWindowTrip() {
    ARun hurried = new ARun(limits().rate(10, 1_000).build());
    for (int i = 0; i < 10; i++) {
      assertThat(hurried.callAt(i, NOW + i * 10).passes()).isTrue();
    }
    assertThat(hurried.callAt(10, NOW + 100).changes()).singleElement().extracting(CircuitChange::cause)
        .isEqualTo(Cause.CALL_RATE);
  }

  @Test
  void callsThatLeftTheSlidingWindowNoLongerCount() {
    ARun patient = new ARun(limits().rate(10, 1_000).build());
    for (int i = 0; i < 100; i++) {
      assertThat(patient.callAt(i, NOW + i * 101L).passes()).isTrue();
    }
  }

  @Test
  void aBacklogIsJudgedByEventTimeAndIsNoStorm() {
    ARun backlog = new ARun(limits().rate(10, 1_000).build());
    for (int i = 0; i < 100; i++) {
      assertThat(backlog.callAt(i, NOW - 1_000_000 + i * 200L).passes()).isTrue();
    }
  }

  @Test
  void aToolMayHaveLimitsOfItsOwn() {
    RunGuard guard = new RunGuard(limits().build(), Map.of("tool-1", limits().repetitions(1).build()));
    ARun overridden = new ARun(guard);
    assertThat(overridden.call(1).passes()).isTrue();
    assertThat(overridden.call(2).passes()).isTrue();
    assertThat(overridden.call(2).passes()).isTrue();
    assertThat(overridden.call(1).passes()).isFalse();
  }

  @Test
  void aHostileRunWithEverNewCallsCostsNoMoreThanTheBound() {
    ARun hostile = new ARun(limits().calls(GuardLimits.OFF).rate(GuardLimits.OFF, 1_000).build());
    for (int i = 0; i < 100_000; i++) {
      hostile.call(i);
    }
    assertThat(hostile.state.repeats().byRecency()).hasSize(16);
    assertThat(hostile.state.lastCalls()).hasSize(10);
  }

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
    assertThat(first.changes()).singleElement().extracting(CircuitChange::cause).isEqualTo(Cause.COOLED_DOWN);
    assertThat(cooling.call(52).passes()).isTrue();
    assertThat(cooling.call(53).passes()).as("no trial left").isFalse();
    assertThat(cooling.ends(51, SideEffectClass.READ, Ending.SUCCEEDED, 1, null).changes()).isEmpty();
    assertThat(cooling.ends(52, SideEffectClass.READ, Ending.SUCCEEDED, 1, null).changes()).singleElement()
        .extracting(CircuitChange::cause).isEqualTo(Cause.TRIALS_PASSED);
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
      assertThat(cooling.ends(51, SideEffectClass.WRITE, ending, 1, null).changes()).singleElement()
          .extracting(CircuitChange::cause).isEqualTo(Cause.TRIAL_FAILED);
      assertThat(cooling.call(52).passes()).isFalse();
    }
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

  private static LimitsBuilder limits() {
    return new LimitsBuilder();
  }
}
