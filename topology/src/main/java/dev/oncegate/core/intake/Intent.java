package dev.oncegate.core.intake;

import org.jspecify.annotations.Nullable;

/**
 * An admitted command: what the agent means, in canonical form.
 *
 * @param canonicalArgs RFC 8785 form of the arguments
 * @param argsHash SHA-256 of {@code canonicalArgs}, 64 hexadecimal digits
 * @param fingerprint 64 bits of a SHA-256 over tool and arguments: what the guard counts as the
 *     same call
 * @param keyOrigin who named the action
 * @param deadlineMs how long the executor has from the effect on, in milliseconds
 */
public record Intent(
    ActionId id,
    String runId,
    String tool,
    SideEffectClass sideEffectClass,
    String canonicalArgs,
    String argsHash,
    PayloadHash payloadHash,
    long fingerprint,
    KeyOrigin keyOrigin,
    boolean commit,
    @Nullable String confirmationToken,
    long deadlineMs) {

  /** Who named an action. */
  public enum KeyOrigin {
    /** The agent: its own word that commands with this key are the same action. */
    SENT,
    /** The gate, from the payload. */
    DERIVED,
    /** The gate, for this command alone. */
    PER_COMMAND
  }
}
