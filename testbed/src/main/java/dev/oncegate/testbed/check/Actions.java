package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.testbed.check.store.ColdStore;
import dev.oncegate.testbed.check.store.Fingerprint;
import dev.oncegate.testbed.check.store.SpillingMap;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the trail of the action that a record is about, and hands both to whom they concern: {@link
 * Attempts} for I1 and I3, {@link Replays} for I6, {@link Outcomes} for the second half of I7. All
 * results of an action lie in one partition, in the order in which they were decided.
 */
final class Actions {
  private final SpillingMap<ActionTrail> trails;
  private final Attempts attempts;
  private final Replays replays;
  private final Outcomes outcomes;

  Actions(Attempts attempts, Replays replays, Outcomes outcomes, ColdStore store) {
    this.attempts = attempts;
    this.replays = replays;
    this.outcomes = outcomes;
    this.trails = store.map(new ActionTrailCodec(), ActionTrail::new);
  }

  /** A DECIDED result with a key. */
  void decided(ActionResult result, String key, Place at) {
    ActionTrail trail = trailOf(result.getScope(), key);
    Decision decision = Objects.requireNonNull(result.getDecision());
    attempts.judge(trail, result, decision, at);
    if (decision == Decision.REPLAYED) {
      replays.judge(trail, result, at);
    }
    outcomes.weigh(trail);
  }

  /** A SETTLED, OVERDUE or RELEASED result. */
  void followed(ActionResult result, String key, Place at) {
    outcomes.followed(trailOf(result.getScope(), key), result, at);
  }

  /** An outcome that can be read. */
  void reported(ActionOutcome outcome, long timestampMs, Place at) {
    outcomes.reported(
        trailOf(outcome.getScope(), outcome.getIdempotencyKey()), outcome, timestampMs, at);
  }

  /** A conflict event says that an outcome contradicts what is known. */
  void accused(ConflictEvent conflict, Place at) {
    outcomes.accused(
        trailOf(conflict.getScope(), conflict.getIdempotencyKey()),
        Place.of(conflict.getSecond()),
        at);
  }

  /** Whether a control says which attempt it releases or settles, and as what. */
  static boolean isOrder(ControlCommand control) {
    return control.getIdempotencyKey() != null
        && control.getAttempt() != null
        && (control.getType() != ControlType.SETTLE || control.getOutcome() != null);
  }

  /** A control that releases or settles an action. */
  void ordered(ControlCommand control, long timestampMs, Place at) {
    String key = Objects.requireNonNull(control.getIdempotencyKey());
    int attempt = control.getAttempt();
    StoredOutcome outcome = control.getOutcome();
    boolean settles = control.getType() == ControlType.SETTLE && outcome != null;
    Ending ending = settles ? Ending.of(outcome, attempt) : null;
    for (String scope : scopesOf(control)) {
      outcomes.ordered(trailOf(scope, key), attempt, ending, timestampMs, at);
    }
  }

  /** Judges what was told without a source, and accused without a reason. */
  void judge(boolean outcomesAllThere) {
    if (outcomes.hasOpenQuestions()) {
      trails.forEach(trail -> outcomes.judge(trail, outcomesAllThere));
    }
  }

  /** The topics do not say which field the scope is. */
  private static TreeSet<String> scopesOf(ControlCommand control) {
    TreeSet<String> scopes = new TreeSet<>();
    scopes.add(control.getRunId());
    addIfThere(scopes, control.getAgentId());
    addIfThere(scopes, control.getTenant());
    return scopes;
  }

  private static void addIfThere(TreeSet<String> scopes, @Nullable String scope) {
    if (scope != null) {
      scopes.add(scope);
    }
  }

  private ActionTrail trailOf(String scope, String key) {
    return trails.at(Fingerprint.of(scope, key));
  }
}
