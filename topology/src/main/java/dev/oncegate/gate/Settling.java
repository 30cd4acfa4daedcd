package dev.oncegate.gate;

import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.guard.RunGuard.Execution;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.core.ledger.Settlement;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.Timer;
import dev.oncegate.gate.store.TimerStore;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ResultEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes down how an attempt ended, whoever said so: its executor or a control. */
final class Settling {
  private final RunGuard guard;
  private final Observer observer;
  private final ActionStore actions;
  private final TimerStore timers;
  private final RunLog log;
  private final Results results;

  Settling(GateParts parts, ActionStore actions, TimerStore timers, RunLog log, Results results) {
    this.guard = parts.guard();
    this.observer = parts.observer();
    this.actions = actions;
    this.timers = timers;
    this.log = log;
    this.results = results;
  }

  /**
   * Stores a settlement, tells it, and lets the guard learn from it.
   *
   * @param before the entry before the settlement
   * @param stateChanged the executor's word; null where it said nothing
   */
  void settled(
      Arrival arrival,
      ActionId id,
      ActionEntry before,
      Settlement.Settled settled,
      @Nullable Boolean stateChanged,
      CircuitEvents.Trigger trigger,
      @Nullable String correlationId,
      long nowMs) {
    ActionEntry after = settled.after();
    timers.cancel(new Timer.Deadline(before.deadlineMs(), id));
    actions.put(id, after);
    RunId runId = new RunId(id.scope(), after.runId());
    RunState run = log.get(runId);
    int attempt = settled.stored().attempt();
    ActionResult result =
        results.event(
            runId,
            run.seq() + 1,
            after,
            id.key(),
            ResultEvent.SETTLED,
            attempt,
            arrival.eventTimeMs(),
            nowMs);
    result.setCorrelationId(correlationId);
    RunState told = log.append(runId, run, result, GateHeaders.carried(arrival.headers()), nowMs);
    Outcome reported = settled.stored();
    if (reported.status() == Outcome.Status.FAILED_TRANSIENT) {
      told = log.count(told, Tally.Item.TRANSIENT_FAILURE, arrival.eventTimeMs());
    }
    Execution execution = execution(after, ending(reported), hashOf(reported), stateChanged);
    RunGuard.Verdict verdict = guard.learn(told, execution, nowMs);
    log.store(runId, verdict.run(), verdict.changes(), trigger, nowMs);
    observer.settled(reported.status());
  }

  private static Ending ending(Outcome outcome) {
    return switch (outcome.status()) {
      case SUCCEEDED -> Ending.SUCCEEDED;
      case FAILED -> Ending.FAILED;
      case FAILED_TRANSIENT -> Ending.FAILED_TRANSIENT;
    };
  }

  static Execution execution(
      ActionEntry entry, Ending ending, long resultHash, @Nullable Boolean stateChanged) {
    return new Execution(
        entry.fingerprint(),
        entry.sideEffectClass(),
        ending,
        entry.effectSeq(),
        resultHash,
        stateChanged);
  }

  /**
   * Compared with the last result of the same call only: 64 bits of the executor's answer, never 0.
   */
  private static long hashOf(Outcome outcome) {
    long hash = 1125899906842597L;
    String text =
        Objects.toString(outcome.result(), "") + '\0' + Objects.toString(outcome.resultUri(), "");
    for (int i = 0; i < text.length(); i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return hash == 0 ? 1 : hash;
  }
}
