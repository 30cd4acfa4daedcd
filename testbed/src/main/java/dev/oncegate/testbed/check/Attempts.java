package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.testbed.check.ActionTrail.State;
import org.jspecify.annotations.Nullable;

/**
 * Judges I1 and I3, decision by decision of one action: attempt 1 at first sight only, a further
 * one only where the last allows it, nothing that is too old to be remembered, no second first
 * sight while the key is remembered.
 *
 * <p>Whatever is compared with the gate's clock is compared with the very reading that the gate
 * decided by, so that a clock that jumps violates nothing.
 */
final class Attempts {
  private final long dedupWindowMs;
  private final Findings findings;

  /**
   * @param dedupWindowMs how long the gate remembers a key, in milliseconds
   */
  Attempts(long dedupWindowMs, Findings findings) {
    this.dedupWindowMs = dedupWindowMs;
    this.findings = findings;
  }

  void judge(ActionTrail trail, ActionResult result, Decision decision, Place at) {
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
    switch (decision) {
      case ACCEPTED -> accepted(trail, result, attempt, at);
      case RETRIED -> {
        boolean allowed = trail.state == State.TRANSIENT || trail.state == State.RELEASED;
        again(trail, result, attempt, allowed, at);
      }
      case INDETERMINATE -> {
        if (attempt != null) {
          again(trail, result, attempt, trail.state == State.OVERDUE, at);
        }
      }
      case CONFIRMATION_REQUIRED -> {
        noEffect(result, attempt, at);
        askedToConfirm(trail, result);
      }
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
    boolean wasAsked = trail.state == State.UNCONFIRMED;
    if (!wasAsked && !trail.isForgottenAt(result.getEventTime().toEpochMilli())) {
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
    if (!wasAsked) {
      trail.beginAnew();
    }
    trail.lives++;
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
    if (result.getValidUntil() != null) {
      letThrough(trail, result, attempt == null ? trail.attempt + 1 : attempt);
    }
  }

  private static void letThrough(ActionTrail trail, ActionResult result, int attempt) {
    trail.letThrough(
        attempt,
        Place.of(result.getCommand()),
        result.getDecidedAt().toEpochMilli(),
        result.getValidUntil().toEpochMilli());
  }

  private static void askedToConfirm(ActionTrail trail, ActionResult result) {
    if (trail.isForgottenAt(result.getEventTime().toEpochMilli())) {
      trail.beginAnew();
      trail.state = State.UNCONFIRMED;
    }
    if (trail.state == State.UNCONFIRMED && result.getValidUntil() != null) {
      trail.validUntilMs = result.getValidUntil().toEpochMilli();
    }
  }

  private void noEffect(ActionResult result, @Nullable Integer attempt, Place at) {
    if (attempt != null) {
      findings.violated(
          Invariant.I1, "%s at %s names an effect, attempt %d", result.getDecision(), at, attempt);
    }
  }
}
