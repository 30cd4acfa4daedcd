package dev.oncegate.core.guard;

import org.jspecify.annotations.Nullable;

/**
 * One call of a run as the guard sees it: what is called, and what the ledger would answer.
 *
 * @param identity what is called; null where the command was too broken to tell
 * @param kind how the ledger would answer
 * @param wantsEffect whether the ledger would let an effect through
 * @param answeredByFailure whether the ledger would answer with a stored failure
 * @param eventTimeMs event time, in epoch milliseconds
 * @param runSeq run_seq that the call's result will have
 */
public record Call(
    @Nullable Identity identity,
    Kind kind,
    boolean wantsEffect,
    boolean answeredByFailure,
    long eventTimeMs,
    long runSeq) {

  /**
   * What is called.
   *
   * @param fingerprint 64 bits of a hash over tool and arguments
   * @param argsHash SHA-256 of the canonical arguments, 64 hexadecimal digits
   */
  public record Identity(String tool, String argsHash, long fingerprint) {}

  /** How a call counts. */
  public enum Kind {
    /** A new action, or one whose key the agent did not send: nothing says that it is a retry. */
    CALL,
    /**
     * A delivery of an action that is known by the key the agent sent: the agent's own word that it
     * is a retry.
     */
    DECLARED_RETRY,
    /** A known key with another payload. */
    CONFLICT,
    /**
     * Refused before the ledger was asked: INVALID or EXPIRED. Counts as a call, and trips nothing
     * but call limits.
     */
    REFUSED
  }
}
