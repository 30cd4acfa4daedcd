package dev.oncegate.gate;

import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.EscalationKind;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.SideEffectClass;
import java.time.Instant;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Tells, once for each attempt, that its outcome is overdue: by the clock, or by the first record
 * that notices.
 */
final class Overdue {
  private final ActionLedger ledger;
  private final RunGuard guard;
  private final Observer observer;
  private final ActionStore actions;
  private final RunLog log;
  private final Results results;
  private final Outbox outbox;

  Overdue(GateParts parts, ActionStore actions, RunLog log, Results results, Outbox outbox) {
    this.ledger = parts.ledger();
    this.guard = parts.guard();
    this.observer = parts.observer();
    this.actions = actions;
    this.log = log;
    this.results = results;
    this.outbox = outbox;
  }

  /**
   * The entry as it is now: overdue, and told so, where its deadline has passed with no outcome.
   */
  ActionEntry noticed(ActionId id, ActionEntry entry, long nowMs) {
    if (!entry.isPastDeadline(nowMs)) {
      return entry;
    }
    ActionEntry overdue = ledger.overdue(entry);
    actions.put(id, overdue);
    RunId runId = new RunId(id.scope(), entry.runId());
    RunState run = log.get(runId);
    ActionResult result =
        results.event(
            runId,
            run.seq() + 1,
            overdue,
            id.key(),
            ResultEvent.OVERDUE,
            overdue.attempt(),
            entry.deadlineMs(),
            nowMs);
    RunState told = log.append(runId, run, result, new RecordHeaders(), nowMs);
    RunGuard.Verdict verdict =
        guard.learn(told, Settling.execution(overdue, RunGuard.Ending.OVERDUE, 0, null), nowMs);
    log.store(runId, verdict.run(), verdict.changes(), CircuitEvents.Trigger.CLOCK, nowMs);
    outbox.escalation(id.scope(), escalation(id, overdue, nowMs), nowMs);
    observer.overdue();
    return overdue;
  }

  private static Escalation escalation(ActionId id, ActionEntry entry, long nowMs) {
    return new Escalation(
        EscalationKind.OVERDUE,
        id.scope(),
        entry.runId(),
        id.key(),
        entry.attempt(),
        entry.tool(),
        SideEffectClass.valueOf(entry.sideEffectClass().name()),
        "No outcome by the deadline: find out whether it happened, then send a control: SETTLE with what happened, or RELEASE to try once more.",
        Instant.ofEpochMilli(entry.deadlineMs()),
        Results.coordinates(entry.command()),
        Instant.ofEpochMilli(nowMs));
  }
}
