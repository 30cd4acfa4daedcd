package dev.oncegate.ingress;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.StoredOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What a result of the gate is in HTTP: the column "like HTTP" of the decision table.
 *
 * <p>A {@code Retry-After} stands only where sending the same again helps: clients obey it blindly.
 *
 * @param problem null: the body is the result itself
 * @param retryAfterS in seconds, 1 or more; null: none
 */
record Twin(int status, @Nullable ProblemType problem, @Nullable Long retryAfterS) {
  private static final long MS_PER_S = 1_000;

  /** The twin of a decision, or of what became of its attempt. */
  static Twin of(ActionResult result) {
    return switch (result.getEvent()) {
      case DECIDED -> ofDecision(result, result.getDecision());
      case SETTLED -> ofOutcome(result.getStoredOutcome(), retryAfterS(result));
      case OVERDUE -> of(ProblemType.INDETERMINATE);
      case RELEASED -> again(ProblemType.ATTEMPT_RELEASED, retryAfterS(result));
      case UNKNOWN -> of(ProblemType.NOT_UNDERSTOOD);
    };
  }

  /** Whether an outcome is to follow. */
  static boolean isPending(ActionResult result) {
    return result.getDecision() == Decision.ACCEPTED || result.getDecision() == Decision.RETRIED;
  }

  private static Twin ofDecision(ActionResult result, @Nullable Decision decision) {
    if (decision == null) {
      return of(ProblemType.NOT_UNDERSTOOD);
    }
    return switch (decision) {
      case INVALID -> of(ProblemType.INVALID_ACTION);
      case EXPIRED -> of(ProblemType.EXPIRED);
      case CIRCUIT_OPEN -> of(ProblemType.CIRCUIT_OPEN);
      case CONFLICT -> of(ProblemType.KEY_REUSED);
      case REPLAYED -> ofOutcome(result.getStoredOutcome(), retryAfterS(result));
      case IN_PROGRESS -> again(ProblemType.IN_PROGRESS, retryAfterS(result));
      case INDETERMINATE -> of(ProblemType.INDETERMINATE);
      case CONFIRMATION_REQUIRED -> of(ProblemType.CONFIRMATION_REQUIRED);
      case RETRIED, ACCEPTED -> new Twin(202, null, null);
      case UNKNOWN -> of(ProblemType.NOT_UNDERSTOOD);
    };
  }

  /** The same for the first, who waited, and for every replay. */
  private static Twin ofOutcome(@Nullable StoredOutcome outcome, long retryAfterS) {
    if (outcome == null) {
      return of(ProblemType.NOT_UNDERSTOOD);
    }
    return switch (outcome.getStatus()) {
      case SUCCEEDED -> new Twin(200, null, null);
      case FAILED -> of(ProblemType.ACTION_FAILED);
      case FAILED_TRANSIENT -> again(ProblemType.ATTEMPT_FAILED, retryAfterS);
      case UNKNOWN -> of(ProblemType.NOT_UNDERSTOOD);
    };
  }

  private static Twin of(ProblemType problem) {
    return new Twin(problem.status(), problem, null);
  }

  private static Twin again(ProblemType problem, long retryAfterS) {
    return new Twin(problem.status(), problem, retryAfterS);
  }

  /** Rounded up: who asks earlier is only told again. */
  private static long retryAfterS(ActionResult result) {
    Long ms = result.getRetryAfterMs();
    return ms == null ? 1 : Math.max(1, (ms + MS_PER_S - 1) / MS_PER_S);
  }
}
