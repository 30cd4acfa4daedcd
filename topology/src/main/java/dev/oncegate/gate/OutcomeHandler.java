package dev.oncegate.gate;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.core.ledger.Settlement;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.EscalationKind;
import dev.oncegate.schema.SideEffectClass;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Handles what the executors report. */
final class OutcomeHandler {
  private final long dedupWindowMs;
  private final ActionLedger ledger;
  private final OutcomeCheck check;
  private final ActionStore actions;
  private final Settling settling;
  private final Outbox outbox;

  OutcomeHandler(GateParts parts, ActionStore actions, Settling settling, Outbox outbox) {
    this.dedupWindowMs = parts.times().dedupWindowMs();
    this.ledger = parts.ledger();
    this.check = new OutcomeCheck(parts.resultMaxBytes());
    this.actions = actions;
    this.settling = settling;
    this.outbox = outbox;
  }

  void handle(Arrival arrival, ActionOutcome reported, long nowMs) {
    String problem = check.problemOf(reported);
    if (problem != null) {
      outbox.deadLetter(arrival, new DeadLetter(DeadLetter.Cause.INVALID_OUTCOME, problem));
      return;
    }
    ActionId id = new ActionId(reported.getScope(), reported.getIdempotencyKey());
    ActionEntry entry =
        actions.find(id, EventTime.ofLookUp(arrival.eventTimeMs(), nowMs, dedupWindowMs));
    Settlement settlement = ledger.settle(entry, outcomeOf(reported));
    if (settlement instanceof Settlement.Settled settled && entry != null) {
      settling.settled(
          arrival,
          id,
          entry,
          settled,
          reported.getStateChanged(),
          CircuitEvents.Trigger.by(arrival.at()),
          reported.getCorrelationId(),
          nowMs);
    } else if (settlement instanceof Settlement.Contradicting contradicting) {
      contradicted(arrival, id, reported, contradicting, nowMs);
    } else if (settlement instanceof Settlement.Refused refused) {
      outbox.deadLetter(arrival, refusal(reported, refused, entry));
    }
  }

  private void contradicted(
      Arrival arrival,
      ActionId id,
      ActionOutcome reported,
      Settlement.Contradicting found,
      long nowMs) {
    ActionEntry entry = found.entry();
    ConflictEvent conflict =
        new ConflictEvent(
            ConflictKind.OUTCOME,
            id.scope(),
            entry.runId(),
            id.key(),
            reported.getAttempt(),
            found.storedHash(),
            found.reportedHash(),
            Results.coordinates(entry.command()),
            Results.coordinates(arrival.at()),
            Instant.ofEpochMilli(entry.firstSeenMs()),
            Instant.ofEpochMilli(nowMs));
    outbox.conflict(id.scope(), conflict, arrival.eventTimeMs());
    Escalation escalation =
        new Escalation(
            EscalationKind.OUTCOME_CONTRADICTED,
            id.scope(),
            entry.runId(),
            id.key(),
            reported.getAttempt(),
            entry.tool(),
            SideEffectClass.valueOf(entry.sideEffectClass().name()),
            "Two outcomes of this action disagree; the first one stays. Find out what really happened.",
            Instant.ofEpochMilli(entry.deadlineMs()),
            Results.coordinates(entry.command()),
            Instant.ofEpochMilli(nowMs));
    outbox.escalation(id.scope(), escalation, arrival.eventTimeMs());
  }

  private static DeadLetter refusal(
      ActionOutcome reported, Settlement.Refused refused, @Nullable ActionEntry entry) {
    return entry == null || refused.reason() == Settlement.Reason.UNKNOWN_ACTION
        ? new DeadLetter(
            DeadLetter.Cause.UNKNOWN_ACTION,
            "No effect of key '%s' in scope '%s' is known, or no longer."
                .formatted(reported.getIdempotencyKey(), reported.getScope()))
        : new DeadLetter(
            DeadLetter.Cause.UNKNOWN_ATTEMPT,
            "attempt is %d; attempts 1 to %d of this action were let through."
                .formatted(reported.getAttempt(), entry.attempt()));
  }

  private static Outcome outcomeOf(ActionOutcome reported) {
    return new Outcome(
        Outcome.Status.valueOf(reported.getStatus().name()),
        reported.getAttempt(),
        reported.getResult(),
        reported.getContentType(),
        reported.getResultUri(),
        reported.getErrorCode(),
        reported.getErrorMessage(),
        reported.getCompletedAt() == null ? null : reported.getCompletedAt().toEpochMilli());
  }
}
