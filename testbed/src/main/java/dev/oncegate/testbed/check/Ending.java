package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.testbed.check.store.Fingerprint;
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

  /** What is remembered of it. */
  Digest digest() {
    return new Digest(whole(), essence());
  }

  /**
   * Stands for an ending where millions have to be remembered.
   *
   * @param whole 64 bits for every field
   * @param essence 64 bits for what two reports must have in common so as not to contradict each
   *     other: not when, not which attempt
   */
  record Digest(long whole, long essence) {}

  long whole() {
    Long completedMs = completedAt == null ? null : completedAt.toEpochMilli();
    return Fingerprint.of(
            status, attempt, result, contentType, resultUri, errorCode, errorMessage, completedMs)
        .high();
  }

  private long essence() {
    return Fingerprint.of(status, result, contentType, resultUri, errorCode, errorMessage).high();
  }
}
