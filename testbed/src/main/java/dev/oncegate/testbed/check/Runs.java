package dev.oncegate.testbed.check;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionResult;
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
import dev.oncegate.testbed.check.store.ColdStore;
import dev.oncegate.testbed.check.store.Fingerprint;
import dev.oncegate.testbed.check.store.SpillingMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows each run through its log, and judges run_seq (I2) as it goes. At the end it has each run
 * judged: {@link RunLives} (I2), {@link Circuits} (I4), {@link Counts} (I5).
 */
final class Runs {
  private final SpillingMap<RunTrail> trails;
  private final SpillingMap<RunName> names;
  private final Findings findings;
  private final Circuits circuits;
  private final Counts counts;

  Runs(Topics topics, Findings findings, ColdStore store) {
    this.findings = findings;
    this.circuits = new Circuits(findings);
    this.counts = new Counts(findings);
    this.trails =
        store.map(
            new RunTrailCodec(topics.results(), topics.runCounts(), topics.circuits()),
            RunTrail::new);
    this.names = store.map(new RunName.OnDisk(topics.runCounts()), RunName::new);
  }

  /** A command that names a run. */
  void sent(String runId) {
    nameOf(runId).commands++;
  }

  /** A control renews the budgets of a run. */
  void reset(String runId) {
    nameOf(runId).wasReset = true;
  }

  /**
   * A run of which circuit events were written was forgotten.
   *
   * @param runId null: it is not known which
   */
  void forgotten(@Nullable String runId, Place at) {
    if (runId == null) {
      circuits.anyMayBeForgotten();
    } else {
      nameOf(runId).forgotten(at.offset());
    }
  }

  /** The decision on a command that is not judged counts in the run all the same. */
  void reachesOut(ActionResult result) {
    trailOf(result.getScope(), result.getRunId()).reachesOut = true;
  }

  void told(ActionResult result, Place at) {
    RunTrail trail = trailOf(result.getScope(), result.getRunId());
    long seq = result.getRunSeq();
    if (seq != 1 && seq != trail.lastSeq() + 1) {
      findings.violated(
          Invariant.I2,
          "the result at %s has run_seq %d, after %d of run '%s'",
          at,
          seq,
          trail.lastSeq(),
          result.getRunId());
    }
    if (seq == 1 || trail.lives.isEmpty()) {
      trail.lives.add(new Life(trail.size(), result.getDecidedAt().toEpochMilli(), at));
    }
    trail.append(seq, itemOf(result), result.getEventTime().toEpochMilli());
  }

  private static Item itemOf(ActionResult result) {
    if (result.getEvent() != ResultEvent.DECIDED) {
      StoredOutcome stored = result.getStoredOutcome();
      return result.getEvent() == ResultEvent.SETTLED && stored != null
          ? itemOf(stored.getStatus())
          : Item.NONE;
    }
    Decision decision = result.getDecision();
    if (result.getEffectAttempt() != null) {
      return Item.EFFECT;
    }
    return decision == null ? Item.NONE : itemOf(decision);
  }

  private static Item itemOf(OutcomeStatus status) {
    return switch (status) {
      case FAILED_TRANSIENT -> Item.TRANSIENT_FAILURE;
      case SUCCEEDED -> Item.SUCCESS;
      case FAILED, UNKNOWN -> Item.NONE;
    };
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
                event.getCause(),
                event.getAfterRunSeq(),
                event.getLimit() == null || event.getCount() == null ? -1 : event.getCount()));
  }

  /**
   * Judges all runs.
   *
   * @param allCommandsThere false: the beginning of the commands was deleted, so that they cannot
   *     be compared with counts
   * @param isQuiet false: counts and circuit events may be ahead of the results
   */
  void judge(boolean allCommandsThere, boolean isQuiet) {
    trails.forEach(
        trail -> {
          RunName name = names.at(trail.runId);
          RunLives lives = RunLives.of(trail, isQuiet, findings);
          circuits.judge(trail, lives, name);
          Long calls = counts.judge(trail, lives);
          Place last =
              trail.published.isEmpty()
                  ? null
                  : trail.published.get(trail.published.size() - 1).at();
          name.add(trail.reachesOut ? null : calls, last);
        });
    circuits.judgeTrials();
    if (allCommandsThere) {
      names.forEach(this::compareWithCommands);
    }
  }

  private void compareWithCommands(RunName name) {
    if (name.runs == 0 || !name.comparable) {
      return;
    }
    findings.checked(Invariant.I5, 1);
    if (name.commands != name.calls) {
      findings.violated(
          Invariant.I5,
          "the last counts at %s tell %d calls, but %d commands of the run were sent",
          name.last,
          name.calls,
          name.commands);
    }
  }

  private RunName nameOf(String runId) {
    return names.at(Fingerprint.of(runId));
  }

  private RunTrail trailOf(String scope, String runId) {
    Fingerprint key = Fingerprint.of(scope, runId);
    @Nullable RunTrail known = trails.find(key);
    if (known != null) {
      return known;
    }
    RunTrail trail = trails.at(key);
    trail.runId = Fingerprint.of(runId);
    names.at(trail.runId).runs++;
    return trail;
  }
}
