package dev.oncegate.gate;

import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.core.ledger.Settlement;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.StoredOutcome;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Handles the orders of operators and reconcilers. One that cannot be carried out becomes a dead
 * letter, with its cause.
 */
final class ControlHandler {
  private final GateParts parts;
  private final RunGuard guard;
  private final ActionLedger ledger;
  private final OutcomeCheck check;
  private final ActionStore actions;
  private final Settling settling;
  private final Overdue overdue;
  private final RunLog log;
  private final Results results;
  private final Outbox outbox;

  ControlHandler(
      GateParts parts,
      ActionStore actions,
      Settling settling,
      Overdue overdue,
      RunLog log,
      Results results,
      Outbox outbox) {
    this.parts = parts;
    this.guard = parts.guard();
    this.ledger = parts.ledger();
    this.check = new OutcomeCheck(parts.resultMaxBytes());
    this.actions = actions;
    this.settling = settling;
    this.overdue = overdue;
    this.log = log;
    this.results = results;
    this.outbox = outbox;
  }

  void handle(Arrival arrival, ControlCommand control, long nowMs) {
    if (control.getControlId().length() > GateParts.MAX_NAME) {
      invalid(
          arrival,
          "control_id has %d characters; at most %d are allowed."
              .formatted(control.getControlId().length(), GateParts.MAX_NAME));
      return;
    }
    String scope = parts.scope().of(control.getRunId(), control.getAgentId(), control.getTenant());
    if (!GateParts.isName(scope)) {
      // Judged by its run's name alone it would change another run, and the operator would believe
      // this one stopped.
      invalid(
          arrival,
          "%s is %s; 1 to %d characters are required where gate.scope is %s."
              .formatted(
                  parts.scope().field(),
                  scope == null ? "missing" : scope.isBlank() ? "blank" : "longer",
                  GateParts.MAX_NAME,
                  parts.scope().name().toLowerCase(Locale.ROOT)));
      return;
    }
    switch (control.getType()) {
      case RESET, FORCE_OPEN, DISABLE, ABORT -> changeCircuit(arrival, control, nowMs);
      case RELEASE, SETTLE -> changeAction(arrival, control, nowMs);
      case UNKNOWN ->
          invalid(
              arrival,
              "type is UNKNOWN; allowed are RESET, FORCE_OPEN, DISABLE, ABORT, RELEASE and SETTLE.");
    }
  }

  private void changeCircuit(Arrival arrival, ControlCommand control, long nowMs) {
    RunId runId = new RunId(parts.scopeOf(control), control.getRunId());
    RunState run = log.get(runId);
    RunGuard.Verdict verdict =
        switch (control.getType()) {
          case FORCE_OPEN -> guard.forceOpen(run, nowMs);
          case DISABLE -> guard.disable(run, nowMs);
          case ABORT -> guard.abort(run, nowMs);
          default -> guard.reset(run, nowMs);
        };
    if (!verdict.passes()) {
      outbox.deadLetter(
          arrival,
          new DeadLetter(
              DeadLetter.Cause.CONTROL_NOT_APPLICABLE,
              "type is %s; the run was aborted, which is for good.".formatted(control.getType())));
      return;
    }
    RunState after = verdict.run().heardOf(nowMs);
    CircuitEvents.Trigger trigger = new CircuitEvents.Trigger(arrival.at(), control.getControlId());
    log.store(runId, after, verdict.changes(), trigger, nowMs);
  }

  private void changeAction(Arrival arrival, ControlCommand control, long nowMs) {
    String key = control.getIdempotencyKey();
    Integer attempt = control.getAttempt();
    String problem = problemOf(control);
    if (problem != null || key == null || attempt == null) {
      invalid(arrival, String.valueOf(problem));
      return;
    }
    ActionId id = new ActionId(parts.scopeOf(control), key);
    ActionEntry known =
        actions.find(
            id, EventTime.ofLookUp(arrival.eventTimeMs(), nowMs, parts.times().dedupWindowMs()));
    ActionEntry entry = known == null ? null : overdue.noticed(id, known, nowMs);
    StoredOutcome outcome = control.getOutcome();
    Settlement settlement =
        control.getType() == ControlType.RELEASE || outcome == null
            ? ledger.release(entry, attempt)
            : ledger.settleByControl(entry, outcomeOf(outcome, attempt));
    CircuitEvents.Trigger trigger = new CircuitEvents.Trigger(arrival.at(), control.getControlId());
    if (settlement instanceof Settlement.Settled settled && entry != null) {
      settling.settled(arrival, id, entry, settled, null, trigger, null, nowMs);
    } else if (settlement instanceof Settlement.Released released) {
      release(arrival, id, released.after(), nowMs);
    } else if (settlement instanceof Settlement.Refused refused) {
      outbox.deadLetter(arrival, refusal(control, refused, entry));
    }
  }

  private void release(Arrival arrival, ActionId id, ActionEntry released, long nowMs) {
    actions.put(id, released);
    RunId runId = new RunId(id.scope(), released.runId());
    RunState run = log.get(runId);
    ActionResult result =
        results.event(
            runId,
            run.seq() + 1,
            released,
            id.key(),
            ResultEvent.RELEASED,
            released.attempt(),
            arrival.eventTimeMs(),
            nowMs);
    log.store(
        runId,
        log.append(runId, run, result, GateHeaders.carried(arrival.headers()), nowMs),
        nowMs);
    parts.observer().released();
  }

  private @Nullable String problemOf(ControlCommand control) {
    if (control.getIdempotencyKey() == null || control.getIdempotencyKey().isBlank()) {
      return "idempotency_key is missing; %s needs the action's.".formatted(control.getType());
    }
    if (control.getAttempt() == null || control.getAttempt() < 1) {
      return "attempt is %s; %s needs the attempt it means, 1 or more."
          .formatted(control.getAttempt(), control.getType());
    }
    if (control.getType() == ControlType.RELEASE) {
      return null;
    }
    StoredOutcome outcome = control.getOutcome();
    if (outcome == null) {
      return "outcome is missing; SETTLE needs it.";
    }
    if (outcome.getStatus() != OutcomeStatus.SUCCEEDED
        && outcome.getStatus() != OutcomeStatus.FAILED) {
      return "outcome.status is %s; SETTLE allows SUCCEEDED and FAILED."
          .formatted(outcome.getStatus());
    }
    String problem = check.problemOf(outcome);
    return problem == null ? null : "outcome." + problem;
  }

  private static DeadLetter refusal(
      ControlCommand control, Settlement.Refused refused, @Nullable ActionEntry entry) {
    return switch (refused.reason()) {
      case UNKNOWN_ACTION, UNKNOWN_ATTEMPT ->
          new DeadLetter(
              DeadLetter.Cause.UNKNOWN_ACTION,
              "No effect of key '%s' is known, or no longer."
                  .formatted(control.getIdempotencyKey()));
      case STALE_ATTEMPT ->
          new DeadLetter(
              DeadLetter.Cause.STALE_CONTROL,
              "attempt is %d; the last one let through is %s."
                  .formatted(control.getAttempt(), entry == null ? "unknown" : entry.attempt()));
      case NOT_APPLICABLE ->
          new DeadLetter(
              DeadLetter.Cause.CONTROL_NOT_APPLICABLE,
              "type is %s; the action is %s."
                  .formatted(control.getType(), entry == null ? "unknown" : entry.status()));
    };
  }

  private void invalid(Arrival arrival, String problem) {
    outbox.deadLetter(arrival, new DeadLetter(DeadLetter.Cause.INVALID_CONTROL, problem));
  }

  private static Outcome outcomeOf(StoredOutcome outcome, int attempt) {
    return new Outcome(
        Outcome.Status.valueOf(outcome.getStatus().name()),
        attempt,
        outcome.getResult(),
        outcome.getContentType(),
        outcome.getResultUri(),
        outcome.getErrorCode(),
        outcome.getErrorMessage(),
        outcome.getCompletedAt() == null ? null : outcome.getCompletedAt().toEpochMilli());
  }
}
