package dev.oncegate.gate;

import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.StoredOutcome;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Checks the fields of an outcome. */
final class OutcomeCheck {
  private static final int MAX_TEXT = 2_048;

  private final int resultMaxBytes;

  OutcomeCheck(int resultMaxBytes) {
    this.resultMaxBytes = resultMaxBytes;
  }

  /** What is wrong, naming the field, the value and what is allowed; null where nothing is. */
  @Nullable String problemOf(ActionOutcome outcome) {
    if (outcome.getIdempotencyKey().isBlank()) {
      return "idempotency_key is blank; the effect's own is required.";
    }
    if (outcome.getStatus() == OutcomeStatus.UNKNOWN) {
      return "status is UNKNOWN; allowed are SUCCEEDED, FAILED and FAILED_TRANSIENT.";
    }
    if (outcome.getAttempt() < 1) {
      return "attempt is %d; allowed is 1 or more.".formatted(outcome.getAttempt());
    }
    String correlation = over("correlation_id", outcome.getCorrelationId(), GateParts.MAX_NAME);
    return correlation != null
        ? correlation
        : problemOf(
            outcome.getResult(),
            outcome.getContentType(),
            outcome.getResultUri(),
            outcome.getErrorCode(),
            outcome.getErrorMessage());
  }

  /** What is wrong with an outcome that a control gives. */
  @Nullable String problemOf(StoredOutcome outcome) {
    return problemOf(
        outcome.getResult(),
        outcome.getContentType(),
        outcome.getResultUri(),
        outcome.getErrorCode(),
        outcome.getErrorMessage());
  }

  private @Nullable String problemOf(
      @Nullable String result,
      @Nullable String contentType,
      @Nullable String resultUri,
      @Nullable String errorCode,
      @Nullable String errorMessage) {
    if (result != null && tooLong(result)) {
      return "result has %d bytes; at most %d are stored. Put it elsewhere and name it in result_uri."
          .formatted(result.getBytes(StandardCharsets.UTF_8).length, resultMaxBytes);
    }
    String tooLong = over("content_type", contentType, GateParts.MAX_NAME);
    tooLong = tooLong != null ? tooLong : over("error_code", errorCode, GateParts.MAX_NAME);
    tooLong = tooLong != null ? tooLong : over("error_message", errorMessage, MAX_TEXT);
    return tooLong != null ? tooLong : over("result_uri", resultUri, MAX_TEXT);
  }

  /** Whether a result takes more bytes of UTF-8 than are stored. */
  private boolean tooLong(String result) {
    // A char is one to three bytes: most results need no encoding to be judged.
    return result.length() > resultMaxBytes
        || (result.length() * 3L > resultMaxBytes
            && result.getBytes(StandardCharsets.UTF_8).length > resultMaxBytes);
  }

  private static @Nullable String over(String field, @Nullable String value, int most) {
    return value == null || value.length() <= most
        ? null
        : "%s has %d characters; at most %d are allowed.".formatted(field, value.length(), most);
  }
}
