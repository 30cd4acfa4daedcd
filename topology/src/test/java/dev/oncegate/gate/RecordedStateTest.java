package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.aControl;
import static dev.oncegate.gate.RecordedStory.action;
import static dev.oncegate.gate.RecordedStory.destructive;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A gate goes on from the state that each release has left, as if there had been no upgrade. */
@ParameterizedClass
@MethodSource("dev.oncegate.gate.RecordedState#versions")
class RecordedStateTest {
  @Parameter private String version;
  @TempDir private Path folder;
  private GateDriver gate;

  @BeforeEach
  void goOn() {
    RecordedState.ofVersion(version).restoreTo(folder.resolve("state"));
    gate =
        GateDriver.with()
            .clock(new TestClock(RecordedStory.END))
            .stateDir(folder.resolve("state"))
            .open();
  }

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void whatIsSettledIsReplayedToday() {
    ActionResult succeeded = gate.send(action("succeeded", "k")).result();
    ActionResult failed = gate.send(action("failed", "k")).result();

    assertThat(succeeded.getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(succeeded.getStoredOutcome().getResult()).isEqualTo(RecordedStory.RESULT);
    assertThat(succeeded.getRunSeq()).isEqualTo(3);
    assertThat(failed.getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(failed.getStoredOutcome().getErrorCode()).isEqualTo(RecordedStory.ERROR_CODE);
    assertThat(failed.getStoredOutcome().getStatus()).isEqualTo(OutcomeStatus.FAILED);
  }

  @Test
  void whatWasSettledInTheBucketBeforeIsReplayedUntilItsWindowHasPassed() {
    ActionResult replayed = gate.send(action("yesterday", "k")).result();
    gate.wait(Duration.ofHours(11));
    ActionResult forgotten = gate.send(action("yesterday", "k")).result();

    assertThat(replayed.getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(replayed.getFirstSeenAt()).isEqualTo(GateDriver.START);
    assertThat(replayed.getValidUntil()).isEqualTo(GateDriver.START.plus(GateDriver.DEDUP_WINDOW));
    assertThat(forgotten.getDecision()).isEqualTo(Decision.ACCEPTED);
    assertThat(forgotten.getRunSeq()).isEqualTo(4);
  }

  @Test
  void aKnownKeyWithOtherArgumentsIsAConflict() {
    for (String run : List.of("yesterday", "succeeded", "pending", "overdue", "transient")) {
      Told told = gate.send(action(run, "k").setArgs("{\"seat\": \"12B\"}"));

      assertThat(told.result().getDecision()).as(run).isEqualTo(Decision.CONFLICT);
      assertThat(told.effects()).isEmpty();
    }
  }

  @Test
  void theSameOutcomeChangesNothingAndAnotherContradicts() {
    ActionOutcome.Builder same = outcome("succeeded").setResult(RecordedStory.RESULT);

    assertThat(gate.report(same)).isEqualTo(Told.NOTHING);
    assertThat(gate.report(same.setResult("{}")).conflicts())
        .extracting(ConflictEvent::getKind)
        .containsExactly(ConflictKind.OUTCOME);
  }

  @Test
  void whatIsPendingIsInProgressUntilItsDeadlineWhichIsToldOnce() {
    ActionResult before = gate.send(action("pending", "k")).result();
    Told deadline = gate.wait(Duration.ofSeconds(61));
    Told later = gate.wait(Duration.ofSeconds(61));
    ActionResult after = gate.send(action("pending", "k")).result();
    Told late = gate.report(outcome("pending").setResult(RecordedStory.RESULT));

    assertThat(before.getDecision()).isEqualTo(Decision.IN_PROGRESS);
    assertThat(before.getRunSeq()).isEqualTo(2);
    assertThat(deadline.escalations())
        .extracting(Escalation::getRunId)
        .contains("pending", "looping", "tripped", "forced")
        .doesNotContain("overdue", "released", "succeeded", "failed", "transient", "unconfirmed");
    assertThat(later.escalations()).isEmpty();
    assertThat(after.getDecision()).isEqualTo(Decision.INDETERMINATE);
    assertThat(after.getRunSeq()).isEqualTo(4);
    assertThat(late.result().getEvent()).isEqualTo(ResultEvent.SETTLED);
  }

  @Test
  void whatIsOverdueIsIndeterminateAndALateOutcomeSettlesIt() {
    assertThat(gate.send(action("overdue", "k")).result().getDecision())
        .isEqualTo(Decision.INDETERMINATE);
    gate.report(outcome("overdue").setResult(RecordedStory.RESULT));
    assertThat(gate.send(action("overdue", "k")).result().getDecision())
        .isEqualTo(Decision.REPLAYED);
  }

  @Test
  void whatMayBeTriedOnceMoreGetsItsSecondAttempt() {
    for (String run : List.of("released", "transient")) {
      Told told = gate.send(action(run, "k"));

      assertThat(told.result().getDecision()).as(run).isEqualTo(Decision.RETRIED);
      assertThat(told.effect().getAttempt()).as(run).isEqualTo(2);
    }
  }

  @Test
  void theTokenThatWasGivenOutConfirms() {
    ActionResult asked = gate.send(destructive()).result();
    Told confirmed =
        gate.send(destructive().setCommit(true).setConfirmationToken(RecordedStory.TOKEN));

    assertThat(asked.getConfirmationToken()).isEqualTo(RecordedStory.TOKEN);
    assertThat(confirmed.result().getDecision()).isEqualTo(Decision.ACCEPTED);
    assertThat(confirmed.effect().getAttempt()).isEqualTo(1);
  }

  @Test
  void anOpenCircuitStaysOpenUntilAControlResetsIt() {
    for (String run : List.of("tripped", "forced")) {
      Told refused = gate.send(action(run, "new"));
      Told reset = gate.order(aControl(ControlType.RESET).setRunId(run));
      Told accepted = gate.send(action(run, "new"));

      assertThat(refused.result().getDecision()).as(run).isEqualTo(Decision.CIRCUIT_OPEN);
      assertThat(refused.circuits()).as(run).isEmpty();
      assertThat(reset.circuits())
          .as(run)
          .extracting(CircuitEvent::getState)
          .containsExactly(CircuitState.CLOSED);
      assertThat(accepted.result().getDecision()).as(run).isEqualTo(Decision.ACCEPTED);
    }
  }

  @Test
  void repetitionsGoOnToBeCounted() {
    assertThat(gate.send(action("looping", "k5")).result().getDecision())
        .isEqualTo(Decision.ACCEPTED);
    Told sixth = gate.send(action("looping", "k6"));

    assertThat(sixth.result().getDecision()).isEqualTo(Decision.CIRCUIT_OPEN);
    assertThat(sixth.result().getRunSeq()).isEqualTo(6);
    assertThat(sixth.circuits()).hasSize(1);
    assertThat(sixth.circuits().get(0).getLastCalls()).hasSize(6);
  }

  @Test
  void countsGoOnAndWhatWasNotPublishedIsPublished() {
    gate.send(action("counted", "k"));
    Told told = gate.wait(Duration.ofSeconds(6));

    RunCallCounts counts =
        told.counts().stream()
            .filter(published -> published.getRunId().equals("counted"))
            .reduce((first, last) -> last)
            .orElseThrow();
    assertThat(counts.getTotal().getCalls()).isEqualTo(3);
    assertThat(counts.getTotal().getEffects()).isEqualTo(1);
    assertThat(counts.getTotal().getDuplicates()).isEqualTo(2);
  }

  @Test
  void idleRunsAreForgottenWhenTheirTimeHasCome() {
    // Their deadlines are the last thing that happens to them.
    gate.wait(Duration.ofSeconds(61));
    Told told = gate.wait(GateDriver.RUN_RETENTION.plusMinutes(2));

    assertThat(told.forgottenRuns()).contains("tripped", "forced");
    assertThat(gate.send(action("tripped", "new")).result().getRunSeq()).isEqualTo(1);
  }

  private static ActionOutcome.Builder outcome(String run) {
    return ActionOutcome.newBuilder()
        .setScope(run)
        .setRunId(run)
        .setIdempotencyKey("k")
        .setAttempt(1)
        .setStatus(OutcomeStatus.SUCCEEDED);
  }
}
