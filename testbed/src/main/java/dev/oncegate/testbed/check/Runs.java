package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.schema.WindowCounts;
import dev.oncegate.testbed.check.RunTrail.Item;
import dev.oncegate.testbed.check.RunTrail.Life;
import dev.oncegate.testbed.check.RunTrail.Published;
import dev.oncegate.testbed.check.RunTrail.Turn;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Follows each run through its log: run_seq (I2), circuit (I4) and counts (I5). */
final class Runs {
  private final Map<Fingerprint, RunTrail> trails = new HashMap<>();
  private final Map<Fingerprint, long[]> commandsByRun = new HashMap<>();
  private final Set<Fingerprint> reset = new HashSet<>();
  private final Findings findings;

  Runs(Findings findings) {
    this.findings = findings;
  }

  /** A command that names a run. */
  void sent(String runId) {
    commandsByRun.computeIfAbsent(Fingerprint.of(runId), ignored -> new long[1])[0]++;
  }

  /** A control renews the budgets of a run. */
  void reset(String runId) {
    reset.add(Fingerprint.of(runId));
  }

  /** The decision on a command that is not judged counts in the run all the same. */
  void reachesOut(ActionResult result) {
    trailOf(result.getScope(), result.getRunId()).reachesOut = true;
  }

  void told(ActionResult result, Place at) {
    RunTrail trail = trailOf(result.getScope(), result.getRunId());
    long seq = result.getRunSeq();
    if (seq == 1) {
      trail.lives.add(new Life(trail.size(), result.getDecidedAt().toEpochMilli(), at));
    } else {
      if (seq != trail.lastSeq() + 1) {
        findings.violated(
            Invariant.I2,
            "the result at %s has run_seq %d, after %d of run '%s'",
            at,
            seq,
            trail.lastSeq(),
            result.getRunId());
      }
      if (trail.lives.isEmpty()) {
        trail.lives.add(new Life(0, result.getDecidedAt().toEpochMilli(), at));
      }
    }
    trail.append(seq, itemOf(result), result.getEventTime().toEpochMilli());
  }

  private static Item itemOf(ActionResult result) {
    if (result.getEvent() != ResultEvent.DECIDED) {
      StoredOutcome stored = result.getStoredOutcome();
      boolean failed = stored != null && stored.getStatus() == OutcomeStatus.FAILED_TRANSIENT;
      return result.getEvent() == ResultEvent.SETTLED && failed
          ? Item.TRANSIENT_FAILURE
          : Item.NONE;
    }
    Decision decision = result.getDecision();
    if (result.getEffectAttempt() != null) {
      return Item.EFFECT;
    }
    return decision == null ? Item.NONE : itemOf(decision);
  }

  private static Item itemOf(Decision decision) {
    return switch (decision) {
      case INVALID, EXPIRED -> Item.REJECTION;
      case CIRCUIT_OPEN -> Item.CIRCUIT_OPEN;
      case CONFLICT -> Item.CONFLICT;
      case REPLAYED, IN_PROGRESS, INDETERMINATE -> Item.DUPLICATE;
      case CONFIRMATION_REQUIRED -> Item.CONFIRMATION;
      case RETRIED, ACCEPTED -> Item.EFFECT;
      case UNKNOWN -> Item.NONE;
    };
  }

  void published(RunCallCounts counts, Place at) {
    long[] windows = new long[counts.getWindows().size() * 9];
    int position = 0;
    for (WindowCounts window : counts.getWindows()) {
      windows[position] = window.getWindowStart().toEpochMilli();
      windows[position + 1] = window.getWindowEnd().toEpochMilli();
      System.arraycopy(RunTrail.countsOf(window.getAdded()), 0, windows, position + 2, 7);
      position += 9;
    }
    trailOf(counts.getScope(), counts.getRunId())
        .published
        .add(
            new Published(
                at,
                counts.getRunSeq(),
                counts.getPublishedAt().toEpochMilli(),
                counts.getFinal$(),
                RunTrail.countsOf(counts.getTotal()),
                windows));
  }

  void turned(CircuitEvent event, Place at) {
    trailOf(event.getScope(), event.getRunId())
        .turns
        .add(
            new Turn(
                at,
                event.getState(),
                event.getAfterRunSeq(),
                event.getChangedAt().toEpochMilli(),
                event.getCause() == CircuitCause.TOTAL_CALLS,
                event.getLimit() == null || event.getCount() == null ? -1 : event.getCount()));
  }

  /**
   * Judges all runs.
   *
   * @param allCommandsThere false: the beginning of the commands was deleted, so that they cannot
   *     be compared with counts
   */
  void judge(boolean allCommandsThere) {
    Map<Fingerprint, CallsOfRun> counted = new HashMap<>();
    for (RunTrail trail : trails.values()) {
      RunJudge judge = new RunJudge(trail, reset.contains(trail.runId), findings);
      judge.judge();
      counted
          .computeIfAbsent(trail.runId, ignored -> new CallsOfRun())
          .add(trail, judge.callsInAll());
    }
    if (allCommandsThere) {
      counted.forEach(this::compareWithCommands);
    }
  }

  /**
   * Calls of all runs of one name as published: runs of several scopes may share it, and commands
   * tell no scope.
   */
  private static final class CallsOfRun {
    long calls;
    boolean comparable = true;
    @Nullable Place last;

    void add(RunTrail trail, @Nullable Long more) {
      comparable &= more != null && !trail.reachesOut;
      calls += more == null ? 0 : more;
      last =
          trail.published.isEmpty() ? last : trail.published.get(trail.published.size() - 1).at();
    }
  }

  private void compareWithCommands(Fingerprint runId, CallsOfRun counted) {
    if (!counted.comparable) {
      return;
    }
    findings.checked(Invariant.I5, 1);
    long[] sent = commandsByRun.get(runId);
    long commands = sent == null ? 0 : sent[0];
    if (commands != counted.calls) {
      findings.violated(
          Invariant.I5,
          "the last counts at %s tell %d calls, but %d commands of the run were sent",
          counted.last,
          counted.calls,
          commands);
    }
  }

  private RunTrail trailOf(String scope, String runId) {
    return trails.computeIfAbsent(
        Fingerprint.of(scope, runId), ignored -> new RunTrail(Fingerprint.of(runId)));
  }
}
