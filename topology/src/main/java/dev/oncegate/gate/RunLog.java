package dev.oncegate.gate;

import dev.oncegate.core.guard.CircuitChange;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.Timer;
import dev.oncegate.gate.store.TimerStore;
import dev.oncegate.schema.ActionResult;
import java.util.List;
import org.apache.kafka.common.header.Headers;

/**
 * Keeps the log and the counts of the runs: gives out run_seq without a gap, publishes counts and
 * circuit events, and sees to it that both happen in time.
 */
final class RunLog {
  private final RunStore runs;
  private final TimerStore timers;
  private final Outbox outbox;
  private final StoppedRuns stopped;
  private final Observer observer;
  private final GateTimes times;

  RunLog(RunStore runs, TimerStore timers, Outbox outbox, StoppedRuns stopped, GateParts parts) {
    this.runs = runs;
    this.timers = timers;
    this.outbox = outbox;
    this.stopped = stopped;
    this.observer = parts.observer();
    this.times = parts.times();
  }

  RunState get(RunId id) {
    return runs.get(id);
  }

  /** Writes the run's next result, which must bear the run's next seq; the run after it. */
  RunState append(RunId id, RunState run, ActionResult result, Headers headers, long nowMs) {
    RunState next = run.withNextSeq(nowMs);
    if (result.getRunSeq() != next.seq()) {
      throw new IllegalStateException(
          "run_seq %d where %d is next".formatted(result.getRunSeq(), next.seq()));
    }
    outbox.result(id.scope(), result, result.getEventTime().toEpochMilli(), headers);
    return next;
  }

  RunState count(RunState run, Tally.Item item, long eventTimeMs) {
    return run.counted(item, eventTimeMs, times.countsWindowMs());
  }

  /**
   * Tells the changes of the run's circuit, with the counts of that moment where there are any, and
   * stores the run.
   */
  void store(
      RunId id,
      RunState run,
      List<CircuitChange> changes,
      CircuitEvents.Trigger trigger,
      long nowMs) {
    RunState after = run;
    for (CircuitChange change : changes) {
      outbox.circuit(id.runId(), CircuitEvents.of(id, change, trigger, nowMs), nowMs);
      observer.circuitChanged(change.circuit().state(), change.cause());
    }
    if (!changes.isEmpty()) {
      stopped.changed(id, runs.get(id).circuit().stops(), run.circuit().stops());
    }
    boolean tripped = changes.stream().anyMatch(change -> change.circuit().stops());
    if (tripped) {
      boolean ended = changes.stream().anyMatch(change -> change.circuit().aborted());
      after = publishCounts(id, after, ended, nowMs);
    }
    store(id, after, nowMs);
  }

  /**
   * Stores the run, and sees to it that its counts are published and that it is forgotten in time.
   */
  void store(RunId id, RunState run, long nowMs) {
    RunState after = run.countsFull() ? publishCounts(id, run, false, nowMs) : run;
    if (!after.unpublished().isEmpty() && !after.countsDue()) {
      timers.schedule(new Timer.Counts(nowMs + times.countsEmitIntervalMs(), id));
      after = after.withCountsDue(true);
    }
    if (!after.retentionDue()) {
      timers.schedule(new Timer.Retention(nowMs + times.runRetentionMs(), id));
      after = after.withRetentionDue();
    }
    runs.put(id, after);
  }

  /** Publishes what was counted since the last time. */
  private RunState publishCounts(RunId id, RunState run, boolean isFinal, long nowMs) {
    outbox.counts(id.runId(), RunCounts.of(id, run, times.countsWindowMs(), isFinal, nowMs), nowMs);
    return run.countsPublished();
  }

  /** The counts of a run are due. */
  void onCountsDue(RunId id, long nowMs) {
    RunState run = runs.get(id);
    if (run == RunState.NEW) {
      return;
    }
    RunState idle = run.withCountsDue(false);
    runs.put(id, run.unpublished().isEmpty() ? idle : publishCounts(id, idle, false, nowMs));
  }

  /** A run may have been idle for so long that it is forgotten. */
  void onRetentionDue(RunId id, long nowMs) {
    RunState run = runs.get(id);
    if (run == RunState.NEW) {
      return;
    }
    long forgetMs = run.lastSeenMs() + times.runRetentionMs();
    if (nowMs < forgetMs) {
      timers.schedule(new Timer.Retention(forgetMs, id));
      return;
    }
    publishCounts(id, run, true, nowMs);
    if (run.circuitPublished()) {
      outbox.circuit(id.runId(), null, nowMs);
    }
    stopped.changed(id, run.circuit().stops(), false);
    runs.forget(id);
  }
}
