package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.EscalationKind;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an executor's report does. */
class OutcomesTest {
  private final GateDriver gate = GateDriver.open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void aSuccessIsToldOnceInTheRunsLog() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.moveClockOnly(Duration.ofSeconds(3));

    Told told =
        gate.report(
            anOutcome(effect, OutcomeStatus.SUCCEEDED).setResult("12A").setCorrelationId("c-1"));

    assertThat(told)
        .isEqualTo(
            Told.only(
                ActionResult.newBuilder()
                    .setScope("run")
                    .setRunId("run")
                    .setRunSeq(2)
                    .setEvent(ResultEvent.SETTLED)
                    .setReason("SUCCEEDED")
                    .setMessage("Attempt 1 succeeded.")
                    .setIdempotencyKey("k")
                    .setTool("book")
                    .setEffectAttempt(1)
                    .setCommand(new RecordCoordinates("agent.commands", 0, 0L))
                    .setStoredOutcome(
                        new StoredOutcome(
                            OutcomeStatus.SUCCEEDED, 1, "12A", null, null, null, null, null))
                    .setFirstSeenAt(START)
                    .setValidUntil(START.plus(GateDriver.DEDUP_WINDOW))
                    .setEventTime(gate.now())
                    .setDecidedAt(gate.now())
                    .setCorrelationId("c-1")
                    .build()));
  }

  @Test
  void aFinalFailureIsToldAsSuch() {
    ActionEffect effect = gate.send(aCommand()).effect();

    ActionResult result =
        gate.report(anOutcome(effect, OutcomeStatus.FAILED).setErrorCode("SOLD_OUT")).result();

    assertThat(result.getReason()).isEqualTo("FAILED");
    assertThat(result.getStoredOutcome().getErrorCode()).isEqualTo("SOLD_OUT");
  }

  @Test
  void transientFailuresAreRetriedUntilTheAttemptsAreUsedUpAndThenItHasFailed() {
    for (int attempt = 1; attempt <= 2; attempt++) {
      ActionEffect effect = gate.send(aCommand()).effect();
      assertThat(effect.getAttempt()).isEqualTo(attempt);
      ActionResult told = gate.report(anOutcome(effect, OutcomeStatus.FAILED_TRANSIENT)).result();
      assertThat(told.getReason()).isEqualTo("FAILED_TRANSIENT");
    }
    ActionEffect third = gate.send(aCommand()).effect();
    assertThat(third.getAttempt()).isEqualTo(3);

    ActionResult last = gate.report(anOutcome(third, OutcomeStatus.FAILED_TRANSIENT)).result();
    Told duplicate = gate.send(aCommand());

    assertThat(last.getReason()).isEqualTo("FAILED");
    assertThat(last.getStoredOutcome())
        .isEqualTo(
            new StoredOutcome(
                OutcomeStatus.FAILED, 3, null, null, null, "ATTEMPTS_EXHAUSTED", null, null));
    assertThat(duplicate.effects()).isEmpty();
    assertThat(duplicate.result().getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(duplicate.result().getStoredOutcome()).isEqualTo(last.getStoredOutcome());
  }

  @Test
  void aLateOutcomeStillSettlesAnOverdueAction() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.wait(Duration.ofMinutes(2));

    ActionResult settled = gate.succeed(effect, "late").result();
    ActionResult duplicate = gate.send(aCommand()).result();

    assertThat(settled.getEvent()).isEqualTo(ResultEvent.SETTLED);
    assertThat(duplicate.getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(duplicate.getStoredOutcome().getResult()).isEqualTo("late");
  }

  @Test
  void theSameOutcomeAgainChangesNothingAndSaysNothing() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.succeed(effect, "done");

    assertThat(gate.succeed(effect, "done")).isEqualTo(Told.NOTHING);
  }

  @Test
  void aContradictingOutcomeIsAConflictAndAHumanIsCalledAndTheFirstOneStays() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.succeed(effect, "done");
    gate.moveClockOnly(Duration.ofSeconds(1));

    Told told = gate.report(anOutcome(effect, OutcomeStatus.FAILED));

    ConflictEvent conflict = told.conflicts().get(0);
    assertThat(conflict.getFirstHash()).hasSize(64).isNotEqualTo(conflict.getSecondHash());
    assertThat(conflict.getSecondHash()).hasSize(64);
    assertThat(told)
        .isEqualTo(
            Told.only(
                new ConflictEvent(
                    ConflictKind.OUTCOME,
                    "run",
                    "run",
                    "k",
                    1,
                    conflict.getFirstHash(),
                    conflict.getSecondHash(),
                    new RecordCoordinates("agent.commands", 0, 0L),
                    new RecordCoordinates("agent.outcomes", 0, 1L),
                    START,
                    gate.now()),
                new Escalation(
                    EscalationKind.OUTCOME_CONTRADICTED,
                    "run",
                    "run",
                    "k",
                    1,
                    "book",
                    SideEffectClass.WRITE,
                    "Two outcomes of this action disagree; the first one stays. Find out what really happened.",
                    START.plusMillis(GateDriver.DEADLINE_MS),
                    new RecordCoordinates("agent.commands", 0, 0L),
                    gate.now())));
    assertThat(gate.send(aCommand()).result().getStoredOutcome().getResult()).isEqualTo("done");
  }

  @Test
  void anOutcomeOfAnUnknownActionIsPutAside() {
    ActionEffect effect = gate.send(aCommand()).effect();

    Told.Raw letter =
        gate.report(anOutcome(effect, OutcomeStatus.SUCCEEDED).setIdempotencyKey("x"))
            .onlyDeadLetter();

    assertThat(letter.cause()).isEqualTo("UNKNOWN_ACTION");
    assertThat(letter.headers())
        .containsEntry(
            GateHeaders.MESSAGE, "No effect of key 'x' in scope 'run' is known, or no longer.");
  }

  @Test
  void anOutcomeOfAnUnconfirmedActionIsPutAside() {
    gate.send(aCommand().setSideEffectClass(SideEffectClass.DESTRUCTIVE));

    Told told =
        gate.report(
            ActionOutcome.newBuilder()
                .setScope("run")
                .setIdempotencyKey("k")
                .setStatus(OutcomeStatus.SUCCEEDED));

    assertThat(told.onlyDeadLetter().cause()).isEqualTo("UNKNOWN_ACTION");
  }

  @Test
  void anOutcomeOfAnAttemptThatWasNeverLetThroughIsPutAside() {
    ActionEffect effect = gate.send(aCommand()).effect();

    Told.Raw letter =
        gate.report(anOutcome(effect, OutcomeStatus.SUCCEEDED).setAttempt(2)).onlyDeadLetter();

    assertThat(letter.cause()).isEqualTo("UNKNOWN_ATTEMPT");
    assertThat(letter.headers())
        .containsEntry(
            GateHeaders.MESSAGE, "attempt is 2; attempts 1 to 1 of this action were let through.");
  }

  @Test
  void aResultThatIsTooLargeIsPutAsideWithAdviceAndTheActionStaysPending() {
    ActionEffect effect = gate.send(aCommand()).effect();

    Told.Raw letter = gate.succeed(effect, "\u20ac".repeat(10_923)).onlyDeadLetter();

    assertThat(letter.cause()).isEqualTo("INVALID_OUTCOME");
    assertThat(letter.headers())
        .containsEntry(
            GateHeaders.MESSAGE,
            "result has 32769 bytes; at most 32768 are stored. Put it elsewhere and name it in result_uri.");
    assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.IN_PROGRESS);
    assertThat(gate.succeed(effect, "\u20ac".repeat(10_922)).result().getEvent())
        .isEqualTo(ResultEvent.SETTLED);
  }

  @Test
  void anOutcomeThatSaysNothingIsPutAside() {
    ActionEffect effect = gate.send(aCommand()).effect();

    assertThat(gate.report(anOutcome(effect, OutcomeStatus.UNKNOWN)).onlyDeadLetter().headers())
        .containsEntry(GateHeaders.CAUSE, "INVALID_OUTCOME")
        .containsEntry(
            GateHeaders.MESSAGE,
            "status is UNKNOWN; allowed are SUCCEEDED, FAILED and FAILED_TRANSIENT.");
  }

  @Test
  void whatIsTooLongForItsFieldIsPutAside() {
    ActionEffect effect = gate.send(aCommand()).effect();

    assertThat(
            gate.report(anOutcome(effect, OutcomeStatus.FAILED).setErrorMessage("x".repeat(2_049)))
                .onlyDeadLetter()
                .headers())
        .containsEntry(
            GateHeaders.MESSAGE, "error_message has 2049 characters; at most 2048 are allowed.");
    assertThat(
            gate.report(anOutcome(effect, OutcomeStatus.FAILED).setCorrelationId("x".repeat(256)))
                .onlyDeadLetter()
                .headers())
        .containsEntry(
            GateHeaders.MESSAGE, "correlation_id has 256 characters; at most 255 are allowed.");
  }

  @Test
  void aTransientFailureOfAnEarlierAttemptSaysNothingNew() {
    ActionEffect first = gate.send(aCommand()).effect();
    gate.report(anOutcome(first, OutcomeStatus.FAILED_TRANSIENT));
    gate.send(aCommand());

    assertThat(gate.report(anOutcome(first, OutcomeStatus.FAILED_TRANSIENT)))
        .isEqualTo(Told.NOTHING);
  }
}
