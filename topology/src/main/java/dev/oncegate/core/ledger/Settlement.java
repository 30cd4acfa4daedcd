package dev.oncegate.core.ledger;

/** What an outcome, or a control on an action, does to its entry. */
public sealed interface Settlement {

  /** The first outcome of its attempt: it is stored, and told in a result. */
  record Settled(ActionEntry after, Outcome stored) implements Settlement {}

  /** A release: the next command of the action is let through once more. */
  record Released(ActionEntry after) implements Settlement {}

  /** Says again what is known; nothing changes. */
  record Repeated() implements Settlement {}

  /** Disagrees with what is stored. */
  record Contradicting(ActionEntry entry, String storedHash, String reportedHash)
      implements Settlement {}

  /** Cannot be applied. */
  record Refused(Reason reason) implements Settlement {}

  /** Why an outcome or control cannot be applied. */
  enum Reason {
    /** The action is not known, or no longer, or was never let through. */
    UNKNOWN_ACTION,
    /** The attempt was never let through. */
    UNKNOWN_ATTEMPT,
    /** The control means an attempt that is not the last one. */
    STALE_ATTEMPT,
    /** The action is not in a state that the control can change. */
    NOT_APPLICABLE
  }
}
