package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.aControl;
import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CallEvidence;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.StoredOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the orders of operators and reconcilers do. */
class ControlsTest {
  private static final Duration PAST_DEADLINE = Duration.ofMillis(GateDriver.DEADLINE_MS + 1);

  private GateDriver gate = GateDriver.open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void forceOpenStopsARunThatHasNotBegun() {
    Told told = gate.order(aControl(ControlType.FORCE_OPEN));

    assertThat(told)
        .isEqualTo(
            Told.only(
                aChange(CircuitState.FORCED_OPEN, CircuitCause.FORCED, "A control stopped the run.")
                    .build(),
                counts(0, CircuitState.FORCED_OPEN, false)));
    assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.CIRCUIT_OPEN);
  }

  @Test
  void resetClosesTheCircuitAndRenewsTheBudgets() {
    gate.close();
    gate =
        GateDriver.with()
            .limits(new GuardLimits(1, -1, 10_000, -1, -1, -1, -1, 0, 3, 64, 10))
            .open();
    gate.send(aCommand().setIdempotencyKey("a"));
    gate.send(aCommand().setIdempotencyKey("b"));

    Told told = gate.order(aControl(ControlType.RESET));

    CircuitEvent change = told.circuits().get(0);
    assertThat(told).isEqualTo(Told.only(change));
    assertThat(change.getState()).isEqualTo(CircuitState.CLOSED);
    assertThat(change.getCause()).isEqualTo(CircuitCause.RESET);
    assertThat(change.getControlId()).isEqualTo("control-1");
    assertThat(change.getAfterRunSeq()).isEqualTo(2);
    assertThat(change.getLastCalls()).extracting(CallEvidence::getRunSeq).containsExactly(1L, 2L);
    assertThat(gate.send(aCommand().setIdempotencyKey("c")).result().getDecision())
        .isEqualTo(Decision.ACCEPTED);
    assertThat(gate.send(aCommand().setIdempotencyKey("d")).result().getDecision())
        .isEqualTo(Decision.CIRCUIT_OPEN);
  }

  @Test
  void disableLetsARunPassBeyondItsLimitsUntilAReset() {
    gate.close();
    gate =
        GateDriver.with()
            .limits(new GuardLimits(1, -1, 10_000, -1, -1, -1, -1, 0, 3, 64, 10))
            .open();

    assertThat(gate.order(aControl(ControlType.DISABLE)))
        .isEqualTo(
            Told.only(
                aChange(
                        CircuitState.CLOSED,
                        CircuitCause.DISABLED,
                        "A control switched the guard off for the run.")
                    .setGuardEnabled(false)
                    .build()));
    gate.send(aCommand().setIdempotencyKey("a"));
    assertThat(gate.send(aCommand().setIdempotencyKey("b")).result().getDecision())
        .isEqualTo(Decision.ACCEPTED);
  }

  @Test
  void abortEndsTheRunForGoodAndItsCountsAreFinal() {
    Told told = gate.order(aControl(ControlType.ABORT));
    Told reset = gate.order(aControl(ControlType.RESET));

    assertThat(told)
        .isEqualTo(
            Told.only(
                aChange(
                        CircuitState.FORCED_OPEN,
                        CircuitCause.ABORTED,
                        "A control ended the run for good.")
                    .build(),
                counts(0, CircuitState.FORCED_OPEN, true)));
    assertThat(reset.onlyDeadLetter().headers())
        .containsEntry(GateHeaders.CAUSE, "CONTROL_NOT_APPLICABLE")
        .containsEntry(
            GateHeaders.MESSAGE, "type is RESET; the run was aborted, which is for good.");
    assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.CIRCUIT_OPEN);
  }

  @Test
  void releaseLetsTheNextCommandThroughOnceMore() {
    gate.send(aCommand());
    gate.wait(PAST_DEADLINE);

    Told released = gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("k").setAttempt(1));
    Told again = gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("k").setAttempt(1));
    Told next = gate.send(aCommand());

    assertThat(released)
        .isEqualTo(
            Told.only(
                ActionResult.newBuilder()
                    .setScope("run")
                    .setRunId("run")
                    .setRunSeq(3)
                    .setEvent(ResultEvent.RELEASED)
                    .setReason("RELEASED_BY_CONTROL")
                    .setMessage(
                        "Attempt 1 was given up by a control; the next command is let through once more.")
                    .setIdempotencyKey("k")
                    .setTool("book")
                    .setEffectAttempt(1)
                    .setCommand(new RecordCoordinates("agent.commands", 0, 0L))
                    .setFirstSeenAt(START)
                    .setValidUntil(START.plus(GateDriver.DEDUP_WINDOW))
                    .setEventTime(gate.now())
                    .setDecidedAt(gate.now())
                    .build()));
    assertThat(again).isEqualTo(Told.NOTHING);
    assertThat(next.result().getDecision()).isEqualTo(Decision.RETRIED);
    assertThat(next.effect().getAttempt()).isEqualTo(2);
  }

  @Test
  void aReleaseThatMeansAnEarlierAttemptIsStale() {
    gate.send(aCommand());
    gate.wait(PAST_DEADLINE);
    gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("k").setAttempt(1));
    gate.send(aCommand());
    gate.wait(PAST_DEADLINE);

    Told stale = gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("k").setAttempt(1));

    assertThat(stale.onlyDeadLetter().headers())
        .containsEntry(GateHeaders.CAUSE, "STALE_CONTROL")
        .containsEntry(GateHeaders.MESSAGE, "attempt is 1; the last one let through is 2.");
    assertThat(gate.send(aCommand()).effects()).isEmpty();
  }

  @Test
  void aReleaseOfAnActionThatIsStillInTimeDoesNotApply() {
    gate.send(aCommand());

    Told told = gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("k").setAttempt(1));

    assertThat(told.onlyDeadLetter().headers())
        .containsEntry(GateHeaders.CAUSE, "CONTROL_NOT_APPLICABLE")
        .containsEntry(GateHeaders.MESSAGE, "type is RELEASE; the action is PENDING.");
  }

  @Test
  void aReleaseThatComesBeforeTheTimerNoticesTheDeadlineItself() {
    gate.send(aCommand());
    gate.moveClockOnly(PAST_DEADLINE);

    Told told = gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("k").setAttempt(1));

    assertThat(told.results())
        .extracting(ActionResult::getEvent)
        .containsExactly(ResultEvent.OVERDUE, ResultEvent.RELEASED);
    assertThat(told.escalations()).hasSize(1);
  }

  @Test
  void settleGivesAnOverdueActionItsFinalOutcome() {
    gate.send(aCommand());
    gate.wait(PAST_DEADLINE);
    StoredOutcome outcome = anOutcomeByControl(OutcomeStatus.SUCCEEDED);

    Told settled = gate.order(aSettlement(outcome));
    Told again = gate.order(aSettlement(outcome));
    Told otherwise = gate.order(aSettlement(anOutcomeByControl(OutcomeStatus.FAILED)));
    ActionResult duplicate = gate.send(aCommand()).result();

    assertThat(settled.result().getEvent()).isEqualTo(ResultEvent.SETTLED);
    assertThat(settled).isEqualTo(Told.only(settled.result()));
    assertThat(again).isEqualTo(Told.NOTHING);
    assertThat(otherwise.onlyDeadLetter().cause()).isEqualTo("CONTROL_NOT_APPLICABLE");
    assertThat(duplicate.getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(duplicate.getStoredOutcome()).isEqualTo(outcome);
  }

  @Test
  void anExecutorThatContradictsASettlementIsAConflict() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.wait(PAST_DEADLINE);
    gate.order(aSettlement(anOutcomeByControl(OutcomeStatus.FAILED)));

    Told late = gate.report(anOutcome(effect, OutcomeStatus.SUCCEEDED).setResult("it did happen"));

    assertThat(late.conflicts()).hasSize(1);
    assertThat(late.escalations()).hasSize(1);
    assertThat(late.results()).isEmpty();
  }

  @Test
  void controlsThatSayTooLittleArePutAsideWithWhatIsMissing() {
    assertInvalid(
        aControl(ControlType.UNKNOWN),
        "type is UNKNOWN; allowed are RESET, FORCE_OPEN, DISABLE, ABORT, RELEASE and SETTLE.");
    assertInvalid(
        aControl(ControlType.RELEASE).setAttempt(1),
        "idempotency_key is missing; RELEASE needs the action's.");
    assertInvalid(
        aControl(ControlType.RELEASE).setIdempotencyKey("k"),
        "attempt is null; RELEASE needs the attempt it means, 1 or more.");
    assertInvalid(
        aControl(ControlType.SETTLE).setIdempotencyKey("k").setAttempt(1),
        "outcome is missing; SETTLE needs it.");
    assertInvalid(
        aSettlement(anOutcomeByControl(OutcomeStatus.FAILED_TRANSIENT)),
        "outcome.status is FAILED_TRANSIENT; SETTLE allows SUCCEEDED and FAILED.");
    StoredOutcome large = anOutcomeByControl(OutcomeStatus.SUCCEEDED);
    large.setResult("x".repeat(32_769));
    assertInvalid(
        aSettlement(large),
        "outcome.result has 32769 bytes; at most 32768 are stored. Put it elsewhere and name it in result_uri.");
    assertInvalid(
        aControl(ControlType.RESET).setControlId("x".repeat(256)),
        "control_id has 256 characters; at most 255 are allowed.");
  }

  @Test
  void aControlWithoutARunIsPutAside() {
    assertThat(gate.order(aControl(ControlType.RESET).setRunId("")).onlyDeadLetter().cause())
        .isEqualTo("NO_RUN_ID");
  }

  @Test
  void aControlWithoutTheFieldOfTheScopeIsPutAsideAndChangesNoOtherRunOfThatName() {
    try (GateDriver agents = GateDriver.with().scope(Scope.AGENT).open()) {
      agents.send(aCommand().setAgentId("agent"));
      for (String agentId : new String[] {null, " ", "x".repeat(256)}) {
        Told.Raw letter =
            agents.order(aControl(ControlType.FORCE_OPEN).setAgentId(agentId)).onlyDeadLetter();

        assertThat(letter.cause()).isEqualTo("INVALID_CONTROL");
        assertThat(letter.headers().get(GateHeaders.MESSAGE))
            .startsWith("agent_id is ")
            .endsWith("; 1 to 255 characters are required where gate.scope is agent.");
      }
      agents.order(aControl(ControlType.FORCE_OPEN).setAgentId("agent"));

      assertThat(agents.send(aCommand().setAgentId("agent")).result().getDecision())
          .isEqualTo(Decision.CIRCUIT_OPEN);
    }
  }

  @Test
  void disableDoesNotLiftAnOperatorsStop() {
    gate.order(aControl(ControlType.FORCE_OPEN));

    Told disabled = gate.order(aControl(ControlType.DISABLE));

    assertThat(disabled.circuits().get(0).getState()).isEqualTo(CircuitState.FORCED_OPEN);
    assertThat(disabled.circuits().get(0).getGuardEnabled()).isFalse();
    assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.CIRCUIT_OPEN);
    gate.order(aControl(ControlType.RESET));
    assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.ACCEPTED);
  }

  @Test
  void aControlOfAnUnknownActionIsPutAside() {
    assertThat(
            gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("x").setAttempt(1))
                .onlyDeadLetter()
                .headers())
        .containsEntry(GateHeaders.CAUSE, "UNKNOWN_ACTION")
        .containsEntry(GateHeaders.MESSAGE, "No effect of key 'x' is known, or no longer.");
  }

  private void assertInvalid(ControlCommand.Builder control, String message) {
    assertThat(gate.order(control).onlyDeadLetter().headers())
        .containsEntry(GateHeaders.CAUSE, "INVALID_CONTROL")
        .containsEntry(GateHeaders.MESSAGE, message);
  }

  private static ControlCommand.Builder aSettlement(StoredOutcome outcome) {
    return aControl(ControlType.SETTLE).setIdempotencyKey("k").setAttempt(1).setOutcome(outcome);
  }

  private static StoredOutcome anOutcomeByControl(OutcomeStatus status) {
    return new StoredOutcome(status, 1, "seen in the ledger", null, null, null, null, null);
  }

  private static CircuitEvent.Builder aChange(
      CircuitState state, CircuitCause cause, String message) {
    return CircuitEvent.newBuilder()
        .setRunId("run")
        .setScope("run")
        .setState(state)
        .setCause(cause)
        .setMessage(message)
        .setLastCalls(List.of())
        .setGuardEnabled(true)
        .setAfterRunSeq(0)
        .setTrigger(new RecordCoordinates("agent.controls", 0, 0L))
        .setControlId("control-1")
        .setChangedAt(START);
  }

  private static RunCallCounts counts(long calls, CircuitState circuit, boolean isFinal) {
    return RunCallCounts.newBuilder()
        .setRunId("run")
        .setScope("run")
        .setTotal(new CallCounts(calls, 0L, 0L, 0L, 0L, 0L, 0L))
        .setWindows(List.of())
        .setCircuit(circuit)
        .setFinal$(isFinal)
        .setRunSeq(0)
        .setLastCallAt(java.time.Instant.EPOCH)
        .setPublishedAt(START)
        .build();
  }
}
