package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.testbed.check.ActionTrail.Ordered;
import dev.oncegate.testbed.check.ActionTrail.Reported;
import dev.oncegate.testbed.check.ActionTrail.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Follows each action through the results of its partition, where all that concerns it is in the
 * order in which it was decided: attempts (I1), the memory of keys (I3), replays (I6), and the
 * second half of I7: what executors and controls said has its result.
 */
final class Actions {
  private final Map<Fingerprint, ActionTrail> trails = new HashMap<>();
  private final List<Order> orders = new ArrayList<>();
  private final String outcomesTopic;
  private final String resultsTopic;
  private final Spans spans;
  private final Findings findings;
  private final long dedupWindowMs;

  Actions(
      String outcomesTopic,
      String resultsTopic,
      long dedupWindowMs,
      Spans spans,
      Findings findings) {
    this.dedupWindowMs = dedupWindowMs;
    this.outcomesTopic = outcomesTopic;
    this.resultsTopic = resultsTopic;
    this.spans = spans;
    this.findings = findings;
  }

  /** A control that releases or settles an action; {@code ending} is null for a release. */
  private record Order(
      Place at,
      long timestampMs,
      Set<String> scopes,
      String key,
      int attempt,
      @Nullable Ending ending) {}

  /** A DECIDED result with a key. */
  void decided(ActionResult result, String key, Place at) {
    ActionTrail trail = trailOf(result.getScope(), key);
    Integer attempt = result.getEffectAttempt();
    if (attempt != null) {
      findings.checked(Invariant.I3, 1);
      if (result.getEventTime().isBefore(result.getDecidedAt().minusMillis(dedupWindowMs))) {
        findings.violated(
            Invariant.I3,
            "the decision at %s lets a command of %s through at %s, too old to be remembered",
            at,
            result.getEventTime(),
            result.getDecidedAt());
      }
      if (result.getValidUntil() == null) {
        findings.violated(
            Invariant.I3, "the decision at %s lets an effect through without valid_until", at);
        return;
      }
    }
    switch (Objects.requireNonNull(result.getDecision())) {
      case ACCEPTED -> accepted(trail, result, attempt, at);
      case RETRIED ->
          again(
              trail,
              result,
              attempt,
              trail.state == State.TRANSIENT || trail.state == State.RELEASED,
              at);
      case INDETERMINATE -> {
        if (attempt != null) {
          again(trail, result, attempt, trail.state == State.OVERDUE, at);
        }
      }
      case CONFIRMATION_REQUIRED -> askedToConfirm(trail, result, attempt, at);
      case REPLAYED -> replayed(trail, result, attempt, at);
      default -> noEffect(result, attempt, at);
    }
  }

  private void accepted(
      ActionTrail trail, ActionResult result, @Nullable Integer attempt, Place at) {
    if (attempt == null || attempt != 1) {
      findings.violated(
          Invariant.I1, "ACCEPTED at %s is for attempt %s; the first is 1", at, attempt);
      return;
    }
    boolean isNew =
        trail.state == State.UNCONFIRMED
            || trail.isForgottenAt(result.getEventTime().toEpochMilli());
    if (!isNew) {
      findings.violated(
          Invariant.I3,
          "ACCEPTED at %s, of %s, although its key is remembered until %d",
          at,
          result.getEventTime(),
          trail.validUntilMs);
      findings.violated(
          Invariant.I1,
          "ACCEPTED at %s lets attempt 1 through, which %s-%d@%d had already",
          at,
          result.getCommand().getTopic(),
          trail.commandPartition,
          trail.commandOffset);
    }
    trail.beginAnew();
    letThrough(trail, result, 1);
  }

  private void again(
      ActionTrail trail,
      ActionResult result,
      @Nullable Integer attempt,
      boolean allowed,
      Place at) {
    if (attempt == null || attempt != trail.attempt + 1) {
      findings.violated(
          Invariant.I1,
          "%s at %s is for attempt %s; the last one was %d",
          result.getDecision(),
          at,
          attempt,
          trail.attempt);
    } else if (!allowed) {
      findings.violated(
          Invariant.I1,
          "%s at %s lets attempt %d through, while the one before is %s",
          result.getDecision(),
          at,
          attempt,
          trail.state);
    }
    letThrough(trail, result, attempt == null ? trail.attempt + 1 : attempt);
  }

  private static void letThrough(ActionTrail trail, ActionResult result, int attempt) {
    trail.letThrough(
        attempt,
        Place.of(result.getCommand()),
        result.getDecidedAt().toEpochMilli(),
        result.getValidUntil().toEpochMilli());
  }

  private void askedToConfirm(
      ActionTrail trail, ActionResult result, @Nullable Integer attempt, Place at) {
    noEffect(result, attempt, at);
    if (trail.isForgottenAt(result.getEventTime().toEpochMilli())) {
      trail.beginAnew();
      trail.state = State.UNCONFIRMED;
    }
    if (trail.state == State.UNCONFIRMED && result.getValidUntil() != null) {
      trail.validUntilMs = result.getValidUntil().toEpochMilli();
    }
  }

  private void replayed(
      ActionTrail trail, ActionResult result, @Nullable Integer attempt, Place at) {
    noEffect(result, attempt, at);
    findings.checked(Invariant.I6, 1);
    StoredOutcome stored = result.getStoredOutcome();
    if (stored == null || !result.getReplayed()) {
      findings.violated(
          Invariant.I6, "REPLAYED at %s carries no stored outcome marked as replayed", at);
    } else if (trail.state != State.FINAL) {
      findings.violated(
          Invariant.I6, "REPLAYED at %s, but no final outcome of its key was told before", at);
    } else if (!Ending.of(stored).whole().equals(trail.stored)) {
      findings.violated(
          Invariant.I6, "REPLAYED at %s differs from the SETTLED result of its action", at);
    }
  }

  private void noEffect(ActionResult result, @Nullable Integer attempt, Place at) {
    if (attempt != null) {
      findings.violated(
          Invariant.I1, "%s at %s names an effect, attempt %d", result.getDecision(), at, attempt);
    }
  }

  /** A SETTLED, OVERDUE or RELEASED result. */
  void followed(ActionResult result, String key, Place at) {
    ActionTrail trail = trailOf(result.getScope(), key);
    Integer attempt = result.getEffectAttempt();
    if (attempt == null || attempt < 1 || attempt > trail.attempt) {
      findings.violated(
          Invariant.I7,
          "%s at %s is for attempt %s; attempts 1 to %d were let through",
          result.getEvent(),
          at,
          attempt,
          trail.attempt);
      return;
    }
    Place command = Place.of(result.getCommand());
    if (command.partition() != trail.commandPartition || command.offset() != trail.commandOffset) {
      findings.violated(
          Invariant.I7,
          "%s at %s names command %s, but the one let through is at partition %d, offset %d",
          result.getEvent(),
          at,
          command,
          trail.commandPartition,
          trail.commandOffset);
    }
    switch (result.getEvent()) {
      case SETTLED -> settled(trail, result, attempt, at);
      case OVERDUE -> {
        expect(attempt == trail.attempt && trail.state == State.PENDING, trail, result, at);
        trail.state = State.OVERDUE;
      }
      default -> {
        expect(attempt == trail.attempt && trail.state == State.OVERDUE, trail, result, at);
        trail.release(attempt);
      }
    }
  }

  private void settled(ActionTrail trail, ActionResult result, int attempt, Place at) {
    StoredOutcome stored = result.getStoredOutcome();
    if (stored == null || stored.getAttempt() != attempt) {
      findings.violated(
          Invariant.I7, "SETTLED at %s carries no outcome of its attempt %d", at, attempt);
      return;
    }
    Ending ending = Ending.of(stored);
    boolean isLast = attempt == trail.attempt;
    boolean waits = trail.awaitsOutcome();
    boolean byControl = trail.state == State.TRANSIENT && isLast && !ending.isTransient();
    expect(byControl || (waits && (isLast || !ending.isTransient())), trail, result, at);
    Fingerprint whole = ending.whole();
    trail.settled =
        new ActionTrail.Settled(
            at.partition(),
            at.offset(),
            attempt,
            byControl,
            whole,
            ending.essence(),
            trail.settled);
    trail.state = ending.isTransient() ? State.TRANSIENT : State.FINAL;
    trail.stored = ending.isTransient() ? null : whole;
  }

  private void expect(boolean holds, ActionTrail trail, ActionResult result, Place at) {
    if (!holds) {
      findings.violated(
          Invariant.I7,
          "%s at %s is for attempt %d, while attempt %d is %s",
          result.getEvent(),
          at,
          result.getEffectAttempt(),
          trail.attempt,
          trail.state);
    }
  }

  /** An outcome that can be read. */
  void reported(ActionOutcome outcome, long timestampMs, Place at) {
    ActionTrail trail = trailOf(outcome.getScope(), outcome.getIdempotencyKey());
    Ending ending = Ending.of(outcome);
    Ending exhausted = ending.isTransient() ? ending.exhausted() : null;
    trail.reported =
        new Reported(
            at.partition(),
            at.offset(),
            timestampMs,
            ending.attempt(),
            ending.whole(),
            ending.essence(),
            exhausted == null ? null : exhausted.whole(),
            exhausted == null ? null : exhausted.essence(),
            trail.reported);
  }

  /** A control that releases or settles an action. */
  void ordered(ControlCommand control, long timestampMs, Place at) {
    String key = control.getIdempotencyKey();
    Integer attempt = control.getAttempt();
    StoredOutcome outcome = control.getType() == ControlType.SETTLE ? control.getOutcome() : null;
    if (key == null
        || attempt == null
        || (control.getType() == ControlType.SETTLE && outcome == null)) {
      return;
    }
    Ending ending = outcome == null ? null : Ending.of(outcome, attempt);
    Order order = new Order(at, timestampMs, scopesOf(control), key, attempt, ending);
    orders.add(order);
    if (ending != null) {
      for (String scope : order.scopes) {
        ActionTrail trail = trailOf(scope, key);
        trail.ordered = new Ordered(ending.whole(), trail.ordered);
      }
    }
  }

  /** Whether every outcome has left its trace, or a dead letter or conflict has it. */
  boolean complete(OffsetSet answered) {
    return trails.values().stream()
        .allMatch(
            trail -> {
              for (Reported reported = trail.reported;
                  reported != null;
                  reported = reported.next()) {
                Place at = placeOf(reported);
                if (spans.cover(at) && !leftTrace(trail, reported) && !answered.contains(at)) {
                  return false;
                }
              }
              return true;
            });
  }

  /**
   * Judges what was reported and ordered.
   *
   * @param answered outcomes and controls that became a dead letter or a conflict
   */
  void judge(OffsetSet answered) {
    for (ActionTrail trail : trails.values()) {
      for (Reported reported = trail.reported; reported != null; reported = reported.next()) {
        Place at = placeOf(reported);
        if (!spans.cover(at)) {
          continue;
        }
        findings.checked(Invariant.I7, 1);
        if (!leftTrace(trail, reported) && !answered.contains(at)) {
          findings.violated(
              Invariant.I7, "outcome %s has no SETTLED result, conflict or dead letter", at);
        }
      }
      for (ActionTrail.Settled settled = trail.settled; settled != null; settled = settled.next()) {
        if (!hasSource(trail, settled)) {
          findings.violated(
              Invariant.I7,
              "SETTLED at %s tells an outcome that nobody reported",
              new Place(resultsTopic, settled.partition(), settled.offset()));
        }
      }
    }
    for (Order order : orders) {
      if (spans.cover(order.at)) {
        findings.checked(Invariant.I7, 1);
        if (!answered.contains(order.at) && !wasObeyed(order)) {
          findings.violated(
              Invariant.I7, "control %s has neither its result nor a dead letter", order.at);
        }
      }
    }
  }

  /**
   * Whether an outcome made a difference, or need not: a late transient failure of an attempt that
   * has a successor, and what says again what is stored. The latter only where the action does not
   * wait for this very outcome.
   */
  private static boolean leftTrace(ActionTrail trail, Reported reported) {
    boolean isTransient = reported.exhaustedEssence() != null;
    if (isAwaited(trail, reported.attempt(), reported.timestampMs())) {
      return false;
    }
    if (isTransient && reported.attempt() < trail.highestAttempt) {
      return true;
    }
    for (ActionTrail.Settled settled = trail.settled; settled != null; settled = settled.next()) {
      boolean same =
          settled.essence().equals(reported.essence())
              || settled.essence().equals(reported.exhaustedEssence());
      if (same && (!isTransient || settled.attempt() == reported.attempt())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAwaited(ActionTrail trail, int attempt, long timestampMs) {
    return trail.awaitsOutcome() && attempt == trail.attempt && timestampMs >= trail.letThroughMs;
  }

  private boolean hasSource(ActionTrail trail, ActionTrail.Settled settled) {
    for (Ordered ordered = trail.ordered; ordered != null; ordered = ordered.next()) {
      if (settled.whole().equals(ordered.whole())) {
        return true;
      }
    }
    for (Reported reported = trail.reported;
        !settled.byControl() && reported != null;
        reported = reported.next()) {
      if (settled.whole().equals(reported.whole())
          || settled.whole().equals(reported.exhaustedWhole())) {
        return true;
      }
    }
    return !spans.beginAtZero(outcomesTopic);
  }

  private boolean wasObeyed(Order order) {
    return order.scopes.stream()
        .map(scope -> trailOf(scope, order.key))
        .anyMatch(
            trail ->
                order.ending == null
                    ? wasReleased(trail, order)
                    : wasSettled(trail, order, order.ending));
  }

  private static boolean wasReleased(ActionTrail trail, Order order) {
    boolean stillOverdue =
        trail.state == State.OVERDUE && isAwaited(trail, order.attempt, order.timestampMs);
    return trail.wasReleased(order.attempt) && !stillOverdue;
  }

  private static boolean wasSettled(ActionTrail trail, Order order, Ending ending) {
    if (isAwaited(trail, order.attempt, order.timestampMs)) {
      return false;
    }
    Fingerprint essence = ending.essence();
    for (ActionTrail.Settled settled = trail.settled; settled != null; settled = settled.next()) {
      if (settled.attempt() == order.attempt && settled.essence().equals(essence)) {
        return true;
      }
    }
    return false;
  }

  /** The topics do not say which field the scope is. */
  private static TreeSet<String> scopesOf(ControlCommand control) {
    TreeSet<String> scopes = new TreeSet<>();
    scopes.add(control.getRunId());
    if (control.getAgentId() != null) {
      scopes.add(control.getAgentId());
    }
    if (control.getTenant() != null) {
      scopes.add(control.getTenant());
    }
    return scopes;
  }

  private Place placeOf(Reported reported) {
    return new Place(outcomesTopic, reported.partition(), reported.offset());
  }

  private ActionTrail trailOf(String scope, String key) {
    return trails.computeIfAbsent(Fingerprint.of(scope, key), ignored -> new ActionTrail());
  }
}
