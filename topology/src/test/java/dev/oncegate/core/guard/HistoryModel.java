package dev.oncegate.core.guard;

import dev.oncegate.core.guard.GuardProperties.Kind;
import dev.oncegate.core.guard.GuardProperties.Step;
import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.ArrayList;
import java.util.List;

/**
 * The guard as one would explain it: a list of what happened since the last reset, read from the
 * start each time.
 */
final class HistoryModel {
  private final int maxCalls;
  private final int maxRepetitions;
  private final int maxFailures;
  private final int maxConflicts;
  private final int maxRetries;
  private final List<Step> since = new ArrayList<>();
  private boolean enabled = true;
  private boolean open;
  private boolean forced;

  HistoryModel(
      int maxCalls, int maxRepetitions, int maxFailures, int maxConflicts, int maxRetries) {
    this.maxCalls = maxCalls;
    this.maxRepetitions = maxRepetitions;
    this.maxFailures = maxFailures;
    this.maxConflicts = maxConflicts;
    this.maxRetries = maxRetries;
  }

  boolean call(Step step) {
    int failures = failuresOf(step.what());
    since.add(step);
    if (!open && !forced && enabled) {
      open = trips(step, failures);
    }
    return !open && !forced;
  }

  private boolean trips(Step step, int failures) {
    boolean judged = step.kind() == Kind.CALL || step.kind() == Kind.CONFLICT;
    return since.stream().filter(s -> s.kind() != Kind.OUTCOME).count() > maxCalls
        || (step.kind() == Kind.RETRY && count(Kind.RETRY) > maxRetries)
        || (step.kind() == Kind.CONFLICT && count(Kind.CONFLICT) > maxConflicts)
        || (judged && (failures >= maxFailures || repetitionsOf(step.what()) > maxRepetitions));
  }

  void outcome(Step step) {
    since.add(step);
  }

  void reset() {
    since.clear();
    open = false;
    forced = false;
    enabled = true;
  }

  void forceOpen() {
    forced = true;
  }

  void disable() {
    open = false;
    enabled = false;
  }

  private long count(Kind kind) {
    return since.stream().filter(s -> s.kind() == kind).count();
  }

  private int repetitionsOf(int what) {
    int count = 0;
    int lastResult = 0;
    for (Step step : since) {
      boolean mine = step.what() == what;
      if (mine && (step.kind() == Kind.CALL || step.kind() == Kind.CONFLICT)) {
        count++;
      }
      if (changesStateBesides(what, step)) {
        count = 0;
      }
      if (mine && isSuccess(step) && seenBefore(what, step)) {
        boolean read = GuardProperties.classOf(step) == SideEffectClass.READ;
        if (read && lastResult != 0 && lastResult != 1 + step.variant()) {
          count = 0;
        }
        lastResult = 1 + step.variant();
      }
    }
    return count;
  }

  private int failuresOf(int what) {
    int failures = 0;
    for (Step step : since) {
      if (step.what() == what && step.kind() == Kind.OUTCOME && seenBefore(what, step)) {
        failures = isSuccess(step) ? 0 : failures + 1;
      }
      if (changesStateBesides(what, step)) {
        failures = 0;
      }
    }
    return failures;
  }

  /** An outcome of a call that was never counted as one says nothing about it. */
  private boolean seenBefore(int what, Step outcome) {
    for (Step step : since) {
      if (step == outcome) {
        return false;
      }
      if (step.what() == what && (step.kind() == Kind.CALL || step.kind() == Kind.CONFLICT)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSuccess(Step step) {
    return step.kind() == Kind.OUTCOME && GuardProperties.endingOf(step) == Ending.SUCCEEDED;
  }

  private static boolean changesStateBesides(int what, Step step) {
    return step.what() != what
        && isSuccess(step)
        && GuardProperties.classOf(step) != SideEffectClass.READ;
  }
}
