package dev.oncegate.ingress;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.StoredOutcome;
import org.jspecify.annotations.Nullable;

/**
 * How an action stands.
 *
 * @param last the result that says so
 */
record ActionState(Phase phase, ActionResult last) {
  /** Where an action can be between its first sight and its end. */
  enum Phase {
    /** An attempt is being executed. */
    PENDING,
    SUCCEEDED,
    FAILED,
    /** The last attempt failed for now: the next command with the key is let through. */
    FAILED_TRANSIENT,
    /** No outcome by the deadline: it may or may not have happened. */
    INDETERMINATE,
    /** An operator gave the last attempt up: the next command with the key is let through. */
    RELEASED,
    CONFIRMATION_REQUIRED
  }

  /**
   * The state after a result; null where the result says nothing of the action's state: a command
   * that is refused changes nothing.
   */
  static @Nullable ActionState after(ActionResult result) {
    Phase phase =
        switch (result.getEvent()) {
          case DECIDED -> decided(result);
          case SETTLED -> settled(result.getStoredOutcome());
          case OVERDUE -> Phase.INDETERMINATE;
          case RELEASED -> Phase.RELEASED;
          case UNKNOWN -> null;
        };
    return phase == null ? null : new ActionState(phase, result);
  }

  private static @Nullable Phase decided(ActionResult result) {
    if (result.getDecision() == null) {
      return null;
    }
    return switch (result.getDecision()) {
      case ACCEPTED, RETRIED, IN_PROGRESS -> Phase.PENDING;
      case INDETERMINATE -> result.getEffectAttempt() == null ? Phase.INDETERMINATE : Phase.PENDING;
      case REPLAYED -> settled(result.getStoredOutcome());
      case CONFIRMATION_REQUIRED -> Phase.CONFIRMATION_REQUIRED;
      case INVALID, EXPIRED, CIRCUIT_OPEN, CONFLICT, UNKNOWN -> null;
    };
  }

  private static @Nullable Phase settled(@Nullable StoredOutcome outcome) {
    if (outcome == null) {
      return null;
    }
    return switch (outcome.getStatus()) {
      case SUCCEEDED -> Phase.SUCCEEDED;
      case FAILED -> Phase.FAILED;
      case FAILED_TRANSIENT -> Phase.FAILED_TRANSIENT;
      case UNKNOWN -> null;
    };
  }
}
