package dev.oncegate.core.ledger;

import dev.oncegate.core.ledger.ActionEntry.Token;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger answers to a command of an admitted intent. Rows 4 to 10 of the decision table;
 * the rows before are the intake's and the guard's.
 */
public sealed interface Decision {

  /** First sight: attempt 1 is let through. */
  record Accepted(ActionEntry after) implements Decision {}

  /**
   * The last outcome was transient, or a control released the action: one more attempt is let
   * through.
   */
  record Retried(ActionEntry after) implements Decision {}

  /**
   * The deadline passed with no outcome: it may or may not have happened.
   *
   * @param after for a READ, which may be asked again: the entry with one more attempt let through;
   *     null: no effect
   */
  record Indeterminate(ActionEntry entry, @Nullable ActionEntry after) implements Decision {}

  /** Let through before; the outcome is awaited. */
  record InProgress(ActionEntry entry, long retryAfterMs) implements Decision {}

  /** The final outcome is known and is replayed. */
  record Replayed(ActionEntry entry, Outcome outcome) implements Decision {}

  /** The key is known for another payload. */
  record Conflicting(ActionEntry entry) implements Decision {}

  /**
   * A DESTRUCTIVE action has to be confirmed with the token.
   *
   * @param changed whether {@code after} differs from what is stored
   */
  record ConfirmationRequired(ActionEntry after, Token token, boolean changed, Refusal refusal)
      implements Decision {}

  /** Why a command is no confirmation. */
  enum Refusal {
    NOT_COMMITTED,
    TOKEN_MISSING,
    TOKEN_MISMATCH,
    TOKEN_EXPIRED
  }

  /**
   * The entry with the attempt that this decision lets through; null where it lets none through.
   */
  default @Nullable ActionEntry effect() {
    if (this instanceof Accepted accepted) {
      return accepted.after();
    }
    if (this instanceof Retried retried) {
      return retried.after();
    }
    return this instanceof Indeterminate indeterminate ? indeterminate.after() : null;
  }
}
