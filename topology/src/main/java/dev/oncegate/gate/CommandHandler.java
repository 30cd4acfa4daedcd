package dev.oncegate.gate;

import dev.oncegate.core.guard.Call;
import dev.oncegate.core.guard.CircuitChange;
import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.Admission;
import dev.oncegate.core.intake.Intake;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.core.ledger.Decision;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.Timer;
import dev.oncegate.gate.store.TimerStore;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Handles a command: the intake admits it, the ledger says what it would answer, the guard lets
 * that pass or stops the run. Exactly one result, whatever the decision.
 */
final class CommandHandler {
  private final GateParts parts;
  private final Intake intake;
  private final ActionLedger ledger;
  private final RunGuard guard;
  private final Supplier<String> tokens;
  private final ActionStore actions;
  private final TimerStore timers;
  private final RunLog log;
  private final Overdue overdue;
  private final Results results;
  private final Outbox outbox;
  private final LongSupplier toldUntilMs;

  /**
   * @param toldUntilMs up to when all deadlines are told, in epoch milliseconds
   */
  CommandHandler(
      GateParts parts,
      ActionStore actions,
      TimerStore timers,
      RunLog log,
      Overdue overdue,
      Results results,
      Outbox outbox,
      LongSupplier toldUntilMs) {
    this.parts = parts;
    this.intake = parts.newIntake();
    this.ledger = parts.ledger();
    this.guard = parts.guard();
    this.tokens = parts.tokens();
    this.actions = actions;
    this.timers = timers;
    this.log = log;
    this.overdue = overdue;
    this.results = results;
    this.outbox = outbox;
    this.toldUntilMs = toldUntilMs;
  }

  void handle(Arrival arrival, ActionCommand command, long nowMs) {
    RunId runId = new RunId(parts.scopeOf(command), command.getRunId());
    Admission admission =
        intake.admit(Commands.of(command), arrival.at(), arrival.eventTimeMs(), nowMs);
    if (admission instanceof Admission.Admitted admitted) {
      decide(arrival, command, runId, admitted.intent(), nowMs);
    } else {
      refuse(arrival, command, runId, admission, nowMs);
    }
  }

  private void decide(
      Arrival arrival, ActionCommand command, RunId runId, Intent intent, long nowMs) {
    ActionEntry entry = remembered(intent.id(), arrival.eventTimeMs(), nowMs);
    RunState run = log.get(runId);
    long seq = run.seq() + 1;
    // A token costs a read of the system's entropy: only where it may be given out.
    String token = intent.sideEffectClass() == SideEffectClass.DESTRUCTIVE ? tokens.get() : "";
    Decision decision = ledger.decide(entry, intent, arrival.at(), seq, nowMs, token);
    RunGuard.Verdict verdict =
        guard.judge(run, Calls.of(decision, intent, arrival.eventTimeMs(), seq), nowMs);
    ActionResult result = Results.begin(runId, seq, arrival.at(), arrival.eventTimeMs(), nowMs);
    result.setIdempotencyKey(intent.id().key());
    result.setTool(intent.tool());
    result.setCorrelationId(command.getCorrelationId());
    Headers carried = carried(arrival);
    Tally.Item item = Tally.Item.REJECTION;
    if (verdict.passes()) {
      item = Calls.itemOf(decision);
      grant(arrival, command, intent, decision, seq, carried, nowMs);
      results.decided(result, decision, intent);
    } else {
      Results.stopped(result, verdict.run().circuit(), trippedBy(verdict));
    }
    close(arrival, runId, verdict, result, carried, item, nowMs);
    parts.observer().decided(command, intent, result, carried);
  }

  /**
   * What is remembered of an action. What is forgotten may still have a deadline that nobody has
   * told: that is told before the key begins anew, for no timer finds the old entry afterwards. Its
   * entry is no older than a window before the deadline, so where the timers lag it is looked for
   * that much further back.
   */
  private @Nullable ActionEntry remembered(ActionId id, long eventTimeMs, long nowMs) {
    ActionEntry latest = actions.findLatest(id, Math.min(eventTimeMs, toldUntilMs.getAsLong()));
    if (latest == null) {
      return null;
    }
    ActionEntry entry = overdue.noticed(id, latest, nowMs);
    return actions.isRemembered(entry, eventTimeMs) ? entry : null;
  }

  /** Does what a decision that passed the guard brings with it: stores, effect, conflict. */
  private void grant(
      Arrival arrival,
      ActionCommand command,
      Intent intent,
      Decision decision,
      long seq,
      Headers carried,
      long nowMs) {
    ActionId id = intent.id();
    ActionEntry effect = decision.effect();
    if (effect != null) {
      actions.put(id, effect);
      timers.schedule(new Timer.Deadline(effect.deadlineMs(), id));
      outbox.effect(
          id.scope(),
          Effects.of(command, intent, effect, seq, nowMs),
          arrival.eventTimeMs(),
          carried);
    } else if (decision instanceof Decision.ConfirmationRequired confirmation
        && confirmation.changed()) {
      actions.put(id, confirmation.after());
    } else if (decision instanceof Decision.Conflicting conflict) {
      outbox.conflict(
          id.scope(),
          Effects.conflict(intent, conflict.entry(), arrival.at(), nowMs),
          arrival.eventTimeMs());
    }
  }

  private void refuse(
      Arrival arrival, ActionCommand command, RunId runId, Admission refusal, long nowMs) {
    RunState run = log.get(runId);
    long seq = run.seq() + 1;
    ActionResult result = Results.begin(runId, seq, arrival.at(), arrival.eventTimeMs(), nowMs);
    result.setCorrelationId(nameOrNone(command.getCorrelationId()));
    result.setTool(nameOrNone(command.getTool()));
    if (refusal instanceof Admission.Invalid invalid) {
      result.setField(invalid.field());
      result.setIdempotencyKey(nameOrNone(command.getIdempotencyKey()));
      Results.decided(
          result, dev.oncegate.schema.Decision.INVALID, "FIELD_INVALID", invalid.message());
    } else if (refusal instanceof Admission.Expired expired) {
      result.setIdempotencyKey(expired.intent().id().key());
      Results.decided(
          result, dev.oncegate.schema.Decision.EXPIRED, expired.reason().name(), expired.message());
    }
    Call call = new Call(null, Call.Kind.REFUSED, false, false, arrival.eventTimeMs(), seq);
    RunGuard.Verdict verdict = guard.judge(run, call, nowMs);
    Headers carried = carried(arrival);
    close(arrival, runId, verdict, result, carried, Tally.Item.REJECTION, nowMs);
    parts.observer().decided(command, null, result, carried);
  }

  private Headers carried(Arrival arrival) {
    return parts.observer().carried(GateHeaders.carried(arrival.headers()), arrival.at());
  }

  private static @Nullable String nameOrNone(@Nullable String text) {
    return GateParts.isName(text) ? text : null;
  }

  private void close(
      Arrival arrival,
      RunId runId,
      RunGuard.Verdict verdict,
      ActionResult result,
      Headers carried,
      Tally.Item item,
      long nowMs) {
    RunState told = log.append(runId, verdict.run(), result, carried, nowMs);
    RunState counted = log.count(told, item, arrival.eventTimeMs());
    log.store(runId, counted, verdict.changes(), CircuitEvents.Trigger.by(arrival.at()), nowMs);
  }

  private static @Nullable String trippedBy(RunGuard.Verdict verdict) {
    for (CircuitChange change : verdict.changes()) {
      if (change.circuit().stops()) {
        return change.cause().name();
      }
    }
    return null;
  }
}
