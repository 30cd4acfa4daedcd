package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.StoredOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How an attempt ended: what an outcome, a control and a stored outcome have in common. */
record Ending(
    OutcomeStatus status,
    int attempt,
    @Nullable String result,
    @Nullable String contentType,
    @Nullable String resultUri,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    @Nullable Instant completedAt) {

  static Ending of(ActionOutcome outcome) {
    return new Ending(
        outcome.getStatus(),
        outcome.getAttempt(),
        outcome.getResult(),
        outcome.getContentType(),
        outcome.getResultUri(),
        outcome.getErrorCode(),
        outcome.getErrorMessage(),
        outcome.getCompletedAt());
  }

  static Ending of(StoredOutcome outcome) {
    return of(outcome, outcome.getAttempt());
  }

  /** What a control orders for an attempt. */
  static Ending of(StoredOutcome outcome, int attempt) {
    return new Ending(
        outcome.getStatus(),
        attempt,
        outcome.getResult(),
        outcome.getContentType(),
        outcome.getResultUri(),
        outcome.getErrorCode(),
        outcome.getErrorMessage(),
        outcome.getCompletedAt());
  }

  boolean isTransient() {
    return status == OutcomeStatus.FAILED_TRANSIENT;
  }

  /** What is stored of a transient failure where no attempt is left. */
  Ending exhausted() {
    String code = errorCode == null ? "ATTEMPTS_EXHAUSTED" : errorCode;
    return new Ending(
        OutcomeStatus.FAILED,
        attempt,
        result,
        contentType,
        resultUri,
        code,
        errorMessage,
        completedAt);
  }

  /** Stands for every field. */
  Fingerprint whole() {
    Long completedMs = completedAt == null ? null : completedAt.toEpochMilli();
    return Fingerprint.of(
        status, attempt, result, contentType, resultUri, errorCode, errorMessage, completedMs);
  }

  /**
   * Stands for what two reports must have in common so as not to contradict each other: not when,
   * not which attempt.
   */
  Fingerprint essence() {
    return Fingerprint.of(status, result, contentType, resultUri, errorCode, errorMessage);
  }
}
