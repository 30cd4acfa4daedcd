package dev.oncegate.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.Circuit.Cause;
import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.guard.RunGuard.Verdict;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(last.changes())
        .singleElement()
        .satisfies(
            change -> {
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
    assertThat(sixth.changes())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.trip()).isEqualTo(new Trip(Cause.REPETITION, 5, 6));
              assertThat(change.call()).isNotNull();
              assertThat(change.lastCalls())
                  .hasSize(6)
                  .extracting(RecentCall::tool)
                  .containsOnly("tool-7");
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void aCycleOfAnyPeriodTripsAtTheSixthRound(int period) {
    int calls = 0;
    while (run.call(calls % period).passes()) {
      calls++;
    }
    assertThat(calls).isEqualTo(5 * period);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void aCycleOfReadsWithEverTheSameAnswersTripsAtTheSixthRound(int period) {
    int calls = 0;
    while (run.call(calls % period).passes()) {
      run.ends(calls % period, SideEffectClass.READ, Ending.SUCCEEDED, 77, null);
      calls++;
    }
    assertThat(calls).isEqualTo(5 * period);
  }

  @Test
  void twoWritesThatUndoEachOtherForeverAreLeftToTheCapOnAllCalls() {
    int calls = 0;
    while (run.call(calls % 2).passes()) {
      run.ends(calls % 2, SideEffectClass.WRITE, Ending.SUCCEEDED, 77, null);
      calls++;
    }
    assertThat(calls).isEqualTo(200);
  }

  @Test
  void aLoopAmongHonestCallsTripsToo() {
    for (int i = 0; i < 5; i++) {
      assertThat(run.call(7).passes()).isTrue();
      assertThat(run.call(100 + i).passes()).isTrue();
    }
    assertThat(run.call(7).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.REPETITION);
  }

  @Test
  void aDeclaredRetryIsNoRepetitionButHasItsOwnLimit() {
    ARun retrying = new ARun(limits().retries(20).build());
    retrying.call(1);
    for (int i = 0; i < 20; i++) {
      assertThat(retrying.retry(1).passes()).isTrue();
    }
    assertThat(retrying.retry(1).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.RETRIES);
  }

  @Test
  void tenConflictsPassAndTheEleventhTrips() {
    for (int i = 0; i < 10; i++) {
      assertThat(run.conflict(i).passes()).isTrue();
    }
    assertThat(run.conflict(10).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.CONFLICTS);
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
    assertThat(run.call(1).changes())
        .singleElement()
        .extracting(CircuitChange::trip)
        .isEqualTo(new Trip(Cause.REPEATED_FAILURE, 4, 5));
  }

  @Test
  void aReplayedFailureOfAKeyTheAgentDidNotSendIsAFailureAgain() {
    run.call(1);
    run.ends(1, SideEffectClass.WRITE, Ending.FAILED, 1, null);
    for (int i = 0; i < 3; i++) {
      assertThat(run.failingDuplicate(1).passes()).isTrue();
    }
    assertThat(run.failingDuplicate(1).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
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
    assertThat(hurried.callAt(10, NOW + 100).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
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
  void aLateCallCountsInTheTenthItBelongsToAndOneOlderThanTheWindowInNone() {
    ARun late = new ARun(limits().off().rate(3, 1_000).build());
    late.callAt(1, NOW);
    late.callAt(2, NOW - 900);
    assertThat(late.state.rate().inWindow()).isEqualTo(2);
    late.callAt(3, NOW - 1_000);
    assertThat(late.state.rate().inWindow()).as("older than the window").isEqualTo(2);
    late.callAt(4, NOW + 100);
    assertThat(late.state.rate().inWindow()).as("the late one has left the window").isEqualTo(2);
    assertThat(late.callAt(5, NOW + 100).passes()).isTrue();
    assertThat(late.callAt(6, NOW - 500).changes())
        .singleElement()
        .extracting(CircuitChange::trip)
        .isEqualTo(new Trip(Cause.CALL_RATE, 3, 4));
  }

  @Test
  void theRateGoesOnCountingAfterItsWindowWasConfiguredAnew() {
    for (long windowMs : new long[] {100, 100_000}) {
      ARun before = new ARun(limits().off().rate(3, 1_000).build());
      before.callAt(1, NOW);
      ARun after = new ARun(limits().off().rate(3, windowMs).build());
      after.state = before.state;
      int passed = 0;
      while (after.callAt(2, NOW + 1_000_000).passes()) {
        passed++;
      }
      assertThat(passed).as("window of %d ms", windowMs).isEqualTo(3);
    }
  }

  @Test
  void aRefusedCallCountsAgainstTheRateToo() {
    ARun refused = new ARun(limits().off().rate(1, 1_000).build());
    assertThat(refused.refused().passes()).isTrue();
    assertThat(refused.refused().changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(Cause.CALL_RATE);
  }

  @Test
  void aToolMayHaveEachLimitOfItsOwn() {
    assertOverridden(limits().off().calls(1), Cause.TOTAL_CALLS, r -> r.call(1));
    assertOverridden(limits().off().rate(1, 10_000), Cause.CALL_RATE, r -> r.call(1));
    assertOverridden(limits().off().repetitions(1), Cause.REPETITION, r -> r.call(1));
    assertOverridden(
        limits().off().failures(1), Cause.REPEATED_FAILURE, r -> r.failingDuplicate(1));
    assertOverridden(limits().off().conflicts(1), Cause.CONFLICTS, r -> r.conflict(1));
    assertOverridden(limits().off().retries(1), Cause.RETRIES, r -> r.retry(1));
  }

  private static void assertOverridden(
      LimitsBuilder own, Cause cause, Function<ARun, Verdict> call) {
    RunGuard guard = new RunGuard(limits().off().build(), Map.of("tool-1", own.build()));
    ARun overridden = new ARun(guard);
    assertThat(call.apply(overridden).passes()).as("the first, under %s", cause).isTrue();
    for (int i = 0; i < 20; i++) {
      assertThat(overridden.callAt(2, NOW - 9_500).passes())
          .as("another tool, under %s", cause)
          .isTrue();
    }
    assertThat(call.apply(overridden).changes())
        .singleElement()
        .extracting(CircuitChange::cause)
        .isEqualTo(cause);
  }

  @Test
  void aLimitThatIsOffNeverTrips() {
    ARun free = new ARun(limits().off().build());
    free.call(1);
    for (int i = 0; i < 1_000; i++) {
      assertThat(free.call(1).passes()).isTrue();
      assertThat(free.failingDuplicate(1).passes()).isTrue();
      assertThat(free.conflict(1).passes()).isTrue();
      assertThat(free.retry(1).passes()).isTrue();
      assertThat(free.refused().passes()).isTrue();
    }
  }

  @Test
  void aHostileRunWithEverNewCallsCostsNoMoreThanTheBound() {
    ARun hostile = new ARun(limits().off().build());
    for (int i = 0; i < 200_000; i++) {
      hostile.callAt(i, NOW + i * 60_000L);
      if (hostile.state.countsFull()) {
        hostile.state = hostile.state.countsPublished();
      }
      assertThat(hostile.state.repeats().byRecency().size()).isLessThanOrEqualTo(16);
      assertThat(hostile.state.lastCalls().size()).isLessThanOrEqualTo(10);
      assertThat(hostile.state.unpublished().size()).isLessThan(60);
    }
    assertThat(hostile.state.total().calls()).isEqualTo(200_000);
    assertThat(hostile.state.repeats().byRecency()).hasSize(16);
    assertThat(hostile.state.rate().counts()).hasSize(10);
  }

  @Test
  void theBoundHoldsWhereAToolHasASmallerOne() {
    RunGuard guard =
        new RunGuard(limits().off().build(), Map.of("tool-1", limits().off().bounds(4, 2).build()));
    ARun narrow = new ARun(guard);
    for (int what = 1; what <= 16; what++) {
      narrow.call(what);
    }
    narrow.call(1);
    assertThat(narrow.state.repeats().byRecency())
        .extracting(Repeats.Repeat::fingerprint)
        .containsExactly(14L, 15L, 16L, 1L);
    assertThat(narrow.state.repeats().count(1)).isEqualTo(2);
    assertThat(narrow.state.lastCalls())
        .extracting(RecentCall::tool)
        .containsExactly("tool-16", "tool-1");
  }

  @Test
  void aRecentCallOfAToolWithASmallerBoundForgetsTheOldestOthersOnly() {
    RunGuard guard =
        new RunGuard(limits().off().build(), Map.of("tool-1", limits().off().bounds(4, 2).build()));
    ARun narrow = new ARun(guard);
    for (int what : new int[] {2, 3, 4, 1, 5, 6, 1}) {
      narrow.call(what);
    }
    assertThat(narrow.state.repeats().byRecency())
        .containsExactly(
            new Repeats.Repeat(4, 1, 0, 0),
            new Repeats.Repeat(5, 1, 0, 0),
            new Repeats.Repeat(6, 1, 0, 0),
            new Repeats.Repeat(1, 2, 0, 0));
  }

  @Test
  void theCallNotSeenForLongestIsForgottenFirst() {
    ARun forgetful = new ARun(limits().off().bounds(3, 1).build());
    for (int what : new int[] {1, 2, 3, 1, 4}) {
      forgetful.call(what);
    }
    assertThat(forgetful.state.repeats().byRecency())
        .extracting(Repeats.Repeat::fingerprint)
        .containsExactly(3L, 1L, 4L);
  }

  @Test
  void aFailureThatSaysItChangedTheStateClearsTheRepetitionsOfOthers() {
    run.call(1);
    run.call(2);
    run.ends(2, SideEffectClass.WRITE, Ending.FAILED, 9, null);
    assertThat(run.state.repeats().count(1)).isEqualTo(1);
    run.ends(2, SideEffectClass.WRITE, Ending.FAILED, 9, true);
    assertThat(run.state.repeats().count(1)).isZero();
    assertThat(run.state.repeats().failures(2)).isEqualTo(2);
  }

  @Test
  void anOverdueExecutionIsNeitherASuccessNorAFailure() {
    run.call(1);
    run.call(2);
    run.ends(1, SideEffectClass.WRITE, Ending.FAILED, 9, null);
    run.ends(1, SideEffectClass.WRITE, Ending.OVERDUE, 0, null);
    assertThat(run.state.repeats().failures(1)).isEqualTo(1);
    assertThat(run.state.repeats().count(2)).isEqualTo(1);
  }

  @Test
  void anAnswerThatComesBackAfterAnotherOneIsProgressEachTime() {
    for (int i = 0; i < 50; i++) {
      assertThat(run.call(1).passes()).isTrue();
      run.ends(1, SideEffectClass.READ, Ending.SUCCEEDED, 1 + i % 2, null);
    }
  }

  private static LimitsBuilder limits() {
    return new LimitsBuilder();
  }
}
