package dev.oncegate.core.ledger;

import org.jspecify.annotations.Nullable;

/**
 * How an execution ended, as its executor (or a control) reports it and as it is stored and
 * replayed.
 *
 * @param attempt the attempt that ended so, from 1
 * @param completedAtMs when it ended by the executor's clock, in epoch milliseconds; null where it
 *     did not say
 */
public record Outcome(
    Status status,
    int attempt,
    @Nullable String result,
    @Nullable String contentType,
    @Nullable String resultUri,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    @Nullable Long completedAtMs) {

  /**
   * Error code of an action whose last allowed attempt failed transiently and whose executor named
   * no code.
   */
  public static final String ATTEMPTS_EXHAUSTED = "ATTEMPTS_EXHAUSTED";

  /** The ways to end. */
  public enum Status {
    SUCCEEDED,
    FAILED,
    FAILED_TRANSIENT
  }

  /** The same failure, made final because no attempt is left. */
  Outcome exhausted() {
    return new Outcome(
        Status.FAILED,
        attempt,
        result,
        contentType,
        resultUri,
        errorCode == null ? ATTEMPTS_EXHAUSTED : errorCode,
        errorMessage,
        completedAtMs);
  }
}
