package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Real calls of a real agent at default limits: its runs pass, and each of them made to loop is
 * stopped.
 */
class RecordedRunsTest {
  private static final Duration PACE = Duration.ofSeconds(2);
  private static final int MAX_REPETITIONS = 5;
  private static final int MAX_REPEATED_FAILURES = 4;

  private final Map<String, List<RecordedCall>> runs = RecordedCall.runs();
  private final TestClock clock = new TestClock(GateDriver.START);
  private final GateDriver gate = GateDriver.with().clock(clock).open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void noRecordedRunIsTrippedNorAnyOfItsCallsRefused() {
    assertThat(runs).hasSizeGreaterThan(80);
    for (Run run : replayed()) {
      assertThat(run.decisions)
          .as(run.id)
          .isSubsetOf(Decision.ACCEPTED, Decision.CONFIRMATION_REQUIRED);
      assertThat(run.decisions)
          .filteredOn(Decision.ACCEPTED::equals)
          .as(run.id)
          .hasSize(runs.get(run.id).size());
      assertThat(run.tripped).as(run.id).isNull();
    }
  }

  @Test
  void aRunThatRepeatsItsLastCallIsStopped() {
    for (Run run : replayed()) {
      RecordedCall last = run.last();
      int repetitions = 0;
      while (run.tripped == null && repetitions <= MAX_REPETITIONS) {
        run.call(last);
        repetitions++;
      }
      assertThat(run.tripped).as("%s: %s", run.id, last).isNotNull();
      run.assertStopped();
    }
  }

  @Test
  void aRunThatAlternatesItsLastTwoCallsIsStoppedUnlessBothOfThemChangeTheState() {
    int alternated = 0;
    for (Run run : replayed()) {
      List<RecordedCall> calls = runs.get(run.id);
      if (calls.size() < 2) {
        continue;
      }
      List<RecordedCall> lastTwo = calls.subList(calls.size() - 2, calls.size());
      boolean bothChange =
          !lastTwo.get(0).sameAs(lastTwo.get(1))
              && lastTwo.stream()
                  .allMatch(
                      call -> call.sideEffectClass() != SideEffectClass.READ && !call.failed());
      for (int i = 0; i < 2 * (MAX_REPETITIONS + 1) && run.tripped == null; i++) {
        run.call(lastTwo.get(i % 2));
      }
      assertThat(run.tripped)
          .as("%s: %s", run.id, lastTwo)
          .matches(cause -> (cause == null) == bothChange);
      alternated++;
    }
    assertThat(alternated).isGreaterThan(70);
  }

  @Test
  void aRunThatRepeatsItsLastFailingCallIsStoppedEarlier() {
    int stoppedEarlier = 0;
    for (Run run : replayed()) {
      List<RecordedCall> failures = runs.get(run.id).stream().filter(RecordedCall::failed).toList();
      if (failures.isEmpty()) {
        continue;
      }
      for (int i = 0; i <= MAX_REPEATED_FAILURES && run.tripped == null; i++) {
        run.call(failures.get(failures.size() - 1));
      }
      assertThat(run.tripped).as(run.id).isNotNull();
      run.assertStopped();
      stoppedEarlier += run.tripped == CircuitCause.REPEATED_FAILURE ? 1 : 0;
    }
    // One run's failing call had succeeded before, so often that its repetition is noticed first.
    assertThat(stoppedEarlier).isGreaterThan(10);
  }

  @Test
  void aPollWhoseAnswerChangesEveryTimeIsNoLoop() {
    int polling = 0;
    for (Run run : replayed()) {
      List<RecordedCall> reads =
          runs.get(run.id).stream()
              .filter(call -> call.sideEffectClass() == SideEffectClass.READ)
              .toList();
      if (reads.isEmpty()) {
        continue;
      }
      RecordedCall poll = reads.get(reads.size() - 1);
      for (int i = 0; i < 100; i++) {
        run.call(poll.answering("answer " + i));
      }
      assertThat(run.tripped).as(run.id).isNull();
      polling++;
    }
    assertThat(polling).isGreaterThan(70);
  }

  private List<Run> replayed() {
    List<Run> replayed = new ArrayList<>();
    runs.forEach(
        (id, calls) -> {
          Run run = new Run(id);
          calls.forEach(run::call);
          replayed.add(run);
        });
    return replayed;
  }

  /** A run at the gate, and beside it a plain count of what the contract counts. */
  private final class Run {
    final String id;
    final List<Decision> decisions = new ArrayList<>();
    final Map<List<String>, Integer> counts = new HashMap<>();
    final Map<List<String>, Integer> failures = new HashMap<>();
    final Map<List<String>, String> answers = new HashMap<>();
    @Nullable CircuitCause tripped;
    int step;

    Run(String id) {
      this.id = id;
    }

    RecordedCall last() {
      List<RecordedCall> calls = runs.get(id);
      return calls.get(calls.size() - 1);
    }

    /** Makes the call with a key of its own, confirms it where asked, and reports its answer. */
    void call(RecordedCall call) {
      clock.move(PACE);
      ActionCommand.Builder command =
          ActionCommand.newBuilder()
              .setRunId(id)
              .setTool(call.tool())
              .setArgs(call.args())
              .setIdempotencyKey("step-" + ++step)
              .setSideEffectClass(call.sideEffectClass());
      Told told = sent(call, command);
      if (told.result().getDecision() == Decision.CONFIRMATION_REQUIRED) {
        String token = told.result().getConfirmationToken();
        told = sent(call, command.setCommit(true).setConfirmationToken(token));
      }
      if (tripped == null) {
        report(call, told.effect());
      }
    }

    private Told sent(RecordedCall call, ActionCommand.Builder command) {
      // To confirm is to answer the gate, not to call again.
      CircuitCause expected = command.getCommit() ? null : counted(call);
      Told told = gate.send(command);
      ActionResult result = told.result();
      decisions.add(result.getDecision());
      assertThat(result.getDecision() == Decision.CIRCUIT_OPEN)
          .as("%s, step %d: %s %s", id, step, result, call)
          .isEqualTo(expected != null);
      if (expected != null) {
        assertThat(told.effects()).isEmpty();
        assertThat(told.circuits())
            .extracting(CircuitEvent::getCause)
            .as(id)
            .containsExactly(expected);
        tripped = expected;
      }
      return told;
    }

    /** Counts the call; why it is one too many, null where it is not. */
    private @Nullable CircuitCause counted(RecordedCall call) {
      List<String> same = List.of(call.tool(), call.args());
      boolean tooOften = counts.merge(same, 1, Integer::sum) > MAX_REPETITIONS;
      if (failures.getOrDefault(same, 0) >= MAX_REPEATED_FAILURES) {
        return CircuitCause.REPEATED_FAILURE;
      }
      return tooOften ? CircuitCause.REPETITION : null;
    }

    private void report(RecordedCall call, ActionEffect effect) {
      List<String> same = List.of(call.tool(), call.args());
      if (call.failed()) {
        failures.merge(same, 1, Integer::sum);
        gate.report(anOutcome(effect, OutcomeStatus.FAILED).setErrorMessage(call.response()));
        return;
      }
      gate.succeed(effect, call.response());
      failures.remove(same);
      String before = answers.put(same, call.response());
      if (call.sideEffectClass() != SideEffectClass.READ) {
        counts.keySet().retainAll(Set.of(same));
        failures.keySet().retainAll(Set.of(same));
      } else if (before != null && !before.equals(call.response())) {
        counts.remove(same);
      }
    }

    void assertStopped() {
      Told told =
          gate.send(
              ActionCommand.newBuilder().setRunId(id).setTool("think").setIdempotencyKey("after"));

      assertThat(told.result().getDecision()).isEqualTo(Decision.CIRCUIT_OPEN);
      assertThat(told.effects()).isEmpty();
      assertThat(Stream.of(told.circuits(), told.counts())).allMatch(List::isEmpty);
    }
  }
}
