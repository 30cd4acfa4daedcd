package dev.oncegate.gate;

import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.Timer;
import dev.oncegate.gate.store.TimerStore;
import java.util.List;

/** Does what is due. */
final class TimerHandler {
  /** Bounds the records of one tick, so that a long outage does not become one huge transaction. */
  private static final int MOST_PER_TICK = 10_000;

  private final TimerStore timers;
  private final ActionStore actions;
  private final Overdue overdue;
  private final RunLog log;

  TimerHandler(TimerStore timers, ActionStore actions, Overdue overdue, RunLog log) {
    this.timers = timers;
    this.actions = actions;
    this.overdue = overdue;
    this.log = log;
  }

  /** Does what was due while nobody was there, all of it. */
  void catchUp(long nowMs) {
    while (!onTick(nowMs)) {
      // There is more.
    }
  }

  /** Does what is due; whether that was all of it. */
  boolean onTick(long nowMs) {
    // A deadline is passed only after its last millisecond.
    List<Timer> due = timers.takeDue(nowMs - 1, MOST_PER_TICK);
    for (Timer timer : due) {
      if (timer instanceof Timer.Deadline deadline) {
        // Looked up as of the deadline: the entry must be found even when its own validity ends
        // before this tick.
        ActionEntry entry = actions.find(deadline.action(), Math.min(deadline.dueMs(), nowMs));
        if (entry != null && entry.deadlineMs() == deadline.dueMs()) {
          overdue.noticed(deadline.action(), entry, nowMs);
        }
      } else if (timer instanceof Timer.Counts counts) {
        log.onCountsDue(counts.run(), nowMs);
      } else if (timer instanceof Timer.Retention retention) {
        log.onRetentionDue(retention.run(), nowMs);
      }
    }
    return due.size() < MOST_PER_TICK;
  }
}
