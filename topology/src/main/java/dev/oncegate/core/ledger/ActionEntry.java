package dev.oncegate.core.ledger;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.PayloadHash;
import dev.oncegate.core.intake.SideEffectClass;
import org.jspecify.annotations.Nullable;

/**
 * All that the gate knows of an action; the payload itself is not kept.
 *
 * @param attempt the last attempt let through, from 1; 0 while unconfirmed
 * @param firstSeenMs when the action was first seen, in epoch milliseconds
 * @param rememberedFromMs when the memory of the action begins: its latest effect, or the request
 *     to confirm it
 * @param deadlineMs deadline of the last attempt, in epoch milliseconds; 0 while unconfirmed
 * @param runId the run whose command was let through last, or was first seen
 * @param fingerprint of (tool, arguments), for the run's guard
 * @param effectSeq run_seq of the result that let the last attempt through; 0 while unconfirmed
 * @param command the command that was let through last, or asked to be confirmed
 * @param first the first command seen
 * @param unanswered bit n is set where attempt n was given up (released, or a READ asked again)
 *     without an outcome
 * @param token the confirmation asked for; null where none is
 * @param outcome the last outcome stored; null where none is
 * @param reportedHash hash of that outcome as it was reported, 64 hexadecimal digits; null where
 *     there is none
 */
public record ActionEntry(
    Status status,
    PayloadHash payloadHash,
    int attempt,
    long firstSeenMs,
    long rememberedFromMs,
    long deadlineMs,
    String runId,
    String tool,
    SideEffectClass sideEffectClass,
    long fingerprint,
    long effectSeq,
    Coordinates command,
    Coordinates first,
    long unanswered,
    @Nullable Token token,
    @Nullable Outcome outcome,
    @Nullable String reportedHash) {

  /** What became of the action. */
  public enum Status {
    /** A DESTRUCTIVE action waits for its confirmation; nothing was let through. */
    UNCONFIRMED,
    /** Let through; the outcome is awaited. */
    PENDING,
    /** Let through; the deadline passed with no outcome. */
    OVERDUE,
    /** Overdue, and a control allowed one more attempt. */
    RELEASED,
    /** The last attempt failed transiently and attempts are left. */
    TRANSIENT,
    /** Succeeded for good. */
    SUCCEEDED,
    /** Failed for good. */
    FAILED
  }

  /** A single-use confirmation token with its expiry, in epoch milliseconds. */
  public record Token(String value, long expiresAtMs) {}

  boolean awaitsOutcome() {
    return status == Status.PENDING || status == Status.OVERDUE || status == Status.RELEASED;
  }

  /** Whether the last attempt's deadline passed with no outcome. */
  public boolean isPastDeadline(long nowMs) {
    return status == Status.PENDING && nowMs > deadlineMs;
  }

  boolean gaveUpUnanswered(int earlierAttempt) {
    return (unanswered >> Math.min(earlierAttempt, 63) & 1) == 1;
  }

  ActionEntry with(Status next) {
    return new ActionEntry(
        next,
        payloadHash,
        attempt,
        firstSeenMs,
        rememberedFromMs,
        deadlineMs,
        runId,
        tool,
        sideEffectClass,
        fingerprint,
        effectSeq,
        command,
        first,
        unanswered,
        token,
        outcome,
        reportedHash);
  }

  ActionEntry settledAs(Status next, Outcome stored, String reported) {
    return new ActionEntry(
        next,
        payloadHash,
        attempt,
        firstSeenMs,
        rememberedFromMs,
        deadlineMs,
        runId,
        tool,
        sideEffectClass,
        fingerprint,
        effectSeq,
        command,
        first,
        unanswered,
        null,
        stored,
        reported);
  }

  ActionEntry withToken(Token next, long nowMs) {
    return new ActionEntry(
        status,
        payloadHash,
        attempt,
        firstSeenMs,
        nowMs,
        deadlineMs,
        runId,
        tool,
        sideEffectClass,
        fingerprint,
        effectSeq,
        command,
        first,
        unanswered,
        next,
        outcome,
        reportedHash);
  }
}
