package dev.oncegate.gate;

import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.Decision;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.StoredOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Words the gate's answers. Texts are joined, not formatted: every command pays for its own. */
final class Results {
  private final long dedupWindowMs;

  Results(long dedupWindowMs) {
    this.dedupWindowMs = dedupWindowMs;
  }

  /** A result with what every result has; {@code seq} is its run_seq. */
  static ActionResult begin(
      RunId run, long seq, Coordinates command, long eventTimeMs, long nowMs) {
    ActionResult result = new ActionResult();
    result.setScope(run.scope());
    result.setRunId(run.runId());
    result.setRunSeq(seq);
    result.setCommand(coordinates(command));
    result.setEventTime(Instant.ofEpochMilli(eventTimeMs));
    result.setDecidedAt(Instant.ofEpochMilli(nowMs));
    return result;
  }

  static ActionResult decided(
      ActionResult result, dev.oncegate.schema.Decision decision, String reason, String message) {
    return told(result, ResultEvent.DECIDED, reason, message, decision);
  }

  private static ActionResult told(
      ActionResult result,
      ResultEvent event,
      String reason,
      String message,
      dev.oncegate.schema.@Nullable Decision decision) {
    result.setEvent(event);
    result.setDecision(decision);
    result.setReason(reason);
    result.setMessage(message);
    return result;
  }

  /** Completes the result of what the ledger decided. */
  ActionResult decided(ActionResult result, Decision decision, Intent intent) {
    if (decision instanceof Decision.Accepted accepted) {
      boolean confirmed =
          accepted.after().attempt() == 1
              && !accepted.after().first().equals(accepted.after().command());
      remembered(result, accepted.after()).setEffectAttempt(accepted.after().attempt());
      return decided(
          result,
          dev.oncegate.schema.Decision.ACCEPTED,
          confirmed ? "CONFIRMED" : "FIRST_SEEN",
          "Let through as attempt 1; its outcome follows as a SETTLED result.");
    }
    if (decision instanceof Decision.Retried retried) {
      remembered(result, retried.after()).setEffectAttempt(retried.after().attempt());
      return decided(
          result,
          dev.oncegate.schema.Decision.RETRIED,
          "ANOTHER_ATTEMPT",
          "Let through again as attempt "
              + retried.after().attempt()
              + "; its outcome follows as a SETTLED result.");
    }
    if (decision instanceof Decision.InProgress inProgress) {
      remembered(result, inProgress.entry()).setRetryAfterMs(inProgress.retryAfterMs());
      return decided(
          result,
          dev.oncegate.schema.Decision.IN_PROGRESS,
          "OUTCOME_PENDING",
          "Attempt " + inProgress.entry().attempt() + " is being executed; wait for its outcome.");
    }
    if (decision instanceof Decision.Replayed replayed) {
      remembered(result, replayed.entry()).setStoredOutcome(stored(replayed.outcome()));
      result.setReplayed(true);
      return decided(
          result,
          dev.oncegate.schema.Decision.REPLAYED,
          "OUTCOME_KNOWN",
          "Executed before; this is the stored outcome of the first time.");
    }
    if (decision instanceof Decision.Indeterminate indeterminate) {
      return indeterminate(result, indeterminate);
    }
    return decision instanceof Decision.ConfirmationRequired confirmation
        ? confirmation(result, confirmation, Effects.preview(intent))
        : decided(
            result,
            dev.oncegate.schema.Decision.CONFLICT,
            "KEY_REUSED",
            "The key was used before for another payload. A new intent needs a new key.");
  }

  private ActionResult indeterminate(ActionResult result, Decision.Indeterminate decision) {
    ActionEntry again = decision.after();
    remembered(result, again == null ? decision.entry() : again)
        .setEffectAttempt(again == null ? null : again.attempt());
    return decided(
        result,
        dev.oncegate.schema.Decision.INDETERMINATE,
        "DEADLINE_PASSED",
        again == null
            ? "Attempt "
                + decision.entry().attempt()
                + " has no outcome by its deadline: it may or may not have happened. Do not resend; a late outcome or a human settles it."
            : "The last attempt has no outcome by its deadline; a READ is let through again, as attempt "
                + again.attempt()
                + ".");
  }

  private ActionResult confirmation(
      ActionResult result, Decision.ConfirmationRequired decision, String preview) {
    remembered(result, decision.after());
    result.setConfirmationToken(decision.token().value());
    result.setConfirmationExpiresAt(Instant.ofEpochMilli(decision.token().expiresAtMs()));
    result.setPreview(preview);
    return decided(
        result,
        dev.oncegate.schema.Decision.CONFIRMATION_REQUIRED,
        decision.refusal().name(),
        switch (decision.refusal()) {
          case NOT_COMMITTED ->
              "A DESTRUCTIVE action needs a confirmation: resend it with commit true and this token.";
          case TOKEN_MISSING ->
              "commit is true but there is no confirmation_token: resend with this one.";
          case TOKEN_MISMATCH ->
              "The confirmation_token is not the one of this action and payload: resend with this one.";
          case TOKEN_EXPIRED -> "The confirmation_token has expired: resend with this new one.";
        });
  }

  /** CIRCUIT_OPEN: the run is stopped, by this call or before it. */
  static ActionResult stopped(ActionResult result, Circuit circuit, @Nullable String trippedBy) {
    String reason =
        trippedBy != null ? trippedBy : circuit.aborted() ? "ABORTED" : circuit.state().name();
    return decided(
        result,
        dev.oncegate.schema.Decision.CIRCUIT_OPEN,
        reason,
        trippedBy != null
            ? "This call trips the circuit of the run (%s). Stop.".formatted(trippedBy)
            : "The circuit of the run is %s. Stop.".formatted(circuit.state()));
  }

  /** SETTLED, OVERDUE or RELEASED: what became of an attempt. */
  ActionResult event(
      RunId run,
      long seq,
      ActionEntry entry,
      String key,
      ResultEvent event,
      int attempt,
      long eventTimeMs,
      long nowMs) {
    ActionResult result = begin(run, seq, entry.command(), eventTimeMs, nowMs);
    remembered(result, entry);
    result.setIdempotencyKey(key);
    result.setTool(entry.tool());
    result.setEffectAttempt(attempt);
    Outcome outcome = entry.outcome();
    return switch (event) {
      case SETTLED -> {
        if (outcome == null) {
          throw new IllegalStateException("settled without an outcome: " + entry);
        }
        result.setStoredOutcome(stored(outcome));
        yield told(result, event, outcome.status().name(), settledMessage(outcome), null);
      }
      case OVERDUE ->
          told(
              result,
              event,
              "DEADLINE_PASSED",
              "Attempt "
                  + attempt
                  + " has no outcome by its deadline: it may or may not have happened.",
              null);
      default ->
          told(
              result,
              event,
              "RELEASED_BY_CONTROL",
              "Attempt "
                  + attempt
                  + " was given up by a control; the next command is let through once more.",
              null);
    };
  }

  private static String settledMessage(Outcome outcome) {
    return switch (outcome.status()) {
      case SUCCEEDED -> "Attempt " + outcome.attempt() + " succeeded.";
      case FAILED -> "Attempt " + outcome.attempt() + " failed for good.";
      case FAILED_TRANSIENT ->
          "Attempt "
              + outcome.attempt()
              + " failed for now; the next command with the key is let through again.";
    };
  }

  private ActionResult remembered(ActionResult result, ActionEntry entry) {
    result.setFirstSeenAt(Instant.ofEpochMilli(entry.firstSeenMs()));
    result.setValidUntil(Instant.ofEpochMilli(entry.rememberedFromMs() + dedupWindowMs));
    return result;
  }

  static StoredOutcome stored(Outcome outcome) {
    return new StoredOutcome(
        OutcomeStatus.valueOf(outcome.status().name()),
        outcome.attempt(),
        outcome.result(),
        outcome.contentType(),
        outcome.resultUri(),
        outcome.errorCode(),
        outcome.errorMessage(),
        outcome.completedAtMs() == null ? null : Instant.ofEpochMilli(outcome.completedAtMs()));
  }

  static RecordCoordinates coordinates(Coordinates at) {
    return new RecordCoordinates(at.topic(), at.partition(), at.offset());
  }
}
