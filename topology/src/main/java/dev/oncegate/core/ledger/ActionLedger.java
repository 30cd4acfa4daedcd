package dev.oncegate.core.ledger;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.ActionEntry.Status;
import dev.oncegate.core.ledger.ActionEntry.Token;
import dev.oncegate.core.ledger.Decision.Refusal;
import dev.oncegate.core.ledger.Settlement.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a command of a known or unknown action gets, and what an outcome does to it: entry,
 * intent and time in; decision with the new entry out.
 *
 * <p>A duplicate leaves its entry as it is; only what lets an effect through, asks for a
 * confirmation, or settles an attempt makes a new one.
 */
public final class ActionLedger {
  private static final long MAX_RETRY_AFTER_MS = 1_000;

  private final long confirmationTtlMs;
  private final ToIntFunction<String> maxAttempts;

  /**
   * @param confirmationTtlMs how long a confirmation token is good, in milliseconds
   * @param maxAttempts attempts that transient failures of a tool may use up, from 1
   */
  public ActionLedger(long confirmationTtlMs, ToIntFunction<String> maxAttempts) {
    this.confirmationTtlMs = confirmationTtlMs;
    this.maxAttempts = maxAttempts;
  }

  /**
   * Decides on a command.
   *
   * @param entry what is known of the action; null: nothing. An entry past its deadline must have
   *     been made overdue before ({@link #overdue})
   * @param at the command's coordinates
   * @param effectSeq run_seq of the result that will tell the decision
   * @param freshToken an unguessable token, used where a new one has to be given out
   */
  public Decision decide(
      @Nullable ActionEntry entry,
      Intent intent,
      Coordinates at,
      long effectSeq,
      long nowMs,
      String freshToken) {
    if (entry == null) {
      boolean confirm = intent.sideEffectClass() == SideEffectClass.DESTRUCTIVE;
      return confirm
          ? askForConfirmation(unconfirmed(intent, at, nowMs), intent, nowMs, freshToken)
          : new Decision.Accepted(nextAttempt(null, intent, at, effectSeq, nowMs));
    }
    if (!entry.payloadHash().equals(intent.payloadHash())) {
      return new Decision.Conflicting(entry);
    }
    return switch (entry.status()) {
      case SUCCEEDED, FAILED -> {
        Outcome outcome = entry.outcome();
        if (outcome == null) {
          throw new IllegalStateException("a settled entry has its outcome: " + entry);
        }
        yield new Decision.Replayed(entry, outcome);
      }
      case PENDING ->
          new Decision.InProgress(
              entry, Math.max(1, Math.min(MAX_RETRY_AFTER_MS, entry.deadlineMs() - nowMs)));
      case OVERDUE ->
          new Decision.Indeterminate(
              entry,
              intent.sideEffectClass() == SideEffectClass.READ
                  ? nextAttempt(entry, intent, at, effectSeq, nowMs)
                  : null);
      case TRANSIENT, RELEASED ->
          new Decision.Retried(nextAttempt(entry, intent, at, effectSeq, nowMs));
      case UNCONFIRMED -> confirm(entry, intent, at, effectSeq, nowMs, freshToken);
    };
  }

  private Decision confirm(
      ActionEntry entry,
      Intent intent,
      Coordinates at,
      long effectSeq,
      long nowMs,
      String freshToken) {
    Token token = entry.token();
    boolean confirmed =
        intent.commit()
            && token != null
            && nowMs <= token.expiresAtMs()
            && token.value().equals(intent.confirmationToken());
    return confirmed
        ? new Decision.Accepted(nextAttempt(entry, intent, at, effectSeq, nowMs))
        : askForConfirmation(entry, intent, nowMs, freshToken);
  }

  private Decision askForConfirmation(
      ActionEntry entry, Intent intent, long nowMs, String freshToken) {
    Token known = entry.token();
    boolean expired = known == null || nowMs > known.expiresAtMs();
    Token token = expired ? new Token(freshToken, nowMs + confirmationTtlMs) : known;
    ActionEntry after = expired ? entry.withToken(token, nowMs) : entry;
    return new Decision.ConfirmationRequired(
        after, token, expired, refusal(known, intent, expired));
  }

  private static Refusal refusal(@Nullable Token known, Intent intent, boolean expired) {
    if (!intent.commit()) {
      return Refusal.NOT_COMMITTED;
    }
    if (intent.confirmationToken() == null) {
      return Refusal.TOKEN_MISSING;
    }
    boolean wasGood = known != null && known.value().equals(intent.confirmationToken());
    return expired && wasGood ? Refusal.TOKEN_EXPIRED : Refusal.TOKEN_MISMATCH;
  }

  private static ActionEntry unconfirmed(Intent intent, Coordinates at, long nowMs) {
    return new ActionEntry(
        Status.UNCONFIRMED,
        intent.payloadHash(),
        0,
        nowMs,
        nowMs,
        0,
        intent.runId(),
        intent.tool(),
        intent.sideEffectClass(),
        intent.fingerprint(),
        0,
        at,
        at,
        0,
        null,
        null,
        null);
  }

  private static ActionEntry nextAttempt(
      @Nullable ActionEntry before, Intent intent, Coordinates at, long effectSeq, long nowMs) {
    int attempt = before == null ? 1 : before.attempt() + 1;
    long unanswered = before == null ? 0 : before.unanswered();
    if (before != null && before.awaitsOutcome()) {
      unanswered |= 1L << Math.min(before.attempt(), 63);
    }
    return new ActionEntry(
        Status.PENDING,
        intent.payloadHash(),
        attempt,
        before == null ? nowMs : before.firstSeenMs(),
        nowMs,
        nowMs + intent.deadlineMs(),
        intent.runId(),
        intent.tool(),
        intent.sideEffectClass(),
        intent.fingerprint(),
        effectSeq,
        at,
        before == null ? at : before.first(),
        unanswered,
        null,
        null,
        null);
  }

  /**
   * The entry after its deadline passed with no outcome; see {@link ActionEntry#isPastDeadline}.
   */
  public ActionEntry overdue(ActionEntry entry) {
    return entry.with(Status.OVERDUE);
  }

  /**
   * Takes an executor's outcome. A late one still settles the action; a first outcome of its
   * attempt always does.
   */
  public Settlement settle(@Nullable ActionEntry entry, Outcome outcome) {
    if (entry == null || entry.status() == Status.UNCONFIRMED) {
      return new Settlement.Refused(Reason.UNKNOWN_ACTION);
    }
    if (outcome.attempt() < 1 || outcome.attempt() > entry.attempt()) {
      return new Settlement.Refused(Reason.UNKNOWN_ATTEMPT);
    }
    String reported = hash(outcome);
    if (outcome.attempt() < entry.attempt()) {
      return settleEarlierAttempt(entry, outcome, reported);
    }
    return entry.awaitsOutcome() ? settleNow(entry, outcome, reported) : compare(entry, reported);
  }

  private Settlement settleEarlierAttempt(ActionEntry entry, Outcome outcome, String reported) {
    if (outcome.status() == Outcome.Status.FAILED_TRANSIENT) {
      return new Settlement.Repeated();
    }
    // While the last attempt failed transiently, too: the next command would execute again what is
    // known to be done.
    boolean open = entry.awaitsOutcome() || entry.status() == Status.TRANSIENT;
    return open && entry.gaveUpUnanswered(outcome.attempt())
        ? settleNow(entry, outcome, reported)
        : compare(entry, reported);
  }

  private Settlement settleNow(ActionEntry entry, Outcome outcome, String reported) {
    return switch (outcome.status()) {
      case SUCCEEDED ->
          new Settlement.Settled(entry.settledAs(Status.SUCCEEDED, outcome, reported), outcome);
      case FAILED ->
          new Settlement.Settled(entry.settledAs(Status.FAILED, outcome, reported), outcome);
      case FAILED_TRANSIENT -> {
        if (entry.attempt() < maxAttempts.applyAsInt(entry.tool())) {
          yield new Settlement.Settled(
              entry.settledAs(Status.TRANSIENT, outcome, reported), outcome);
        }
        Outcome last = outcome.exhausted();
        yield new Settlement.Settled(entry.settledAs(Status.FAILED, last, reported), last);
      }
    };
  }

  private static Settlement compare(ActionEntry entry, String reported) {
    String stored = entry.reportedHash();
    if (reported.equals(stored)) {
      return new Settlement.Repeated();
    }
    return new Settlement.Contradicting(entry, stored == null ? "" : stored, reported);
  }

  /** A control's word that an indeterminate action may be tried once more. */
  public Settlement release(@Nullable ActionEntry entry, int attempt) {
    if (entry == null || entry.status() == Status.UNCONFIRMED) {
      return new Settlement.Refused(Reason.UNKNOWN_ACTION);
    }
    if (attempt != entry.attempt()) {
      return new Settlement.Refused(Reason.STALE_ATTEMPT);
    }
    return switch (entry.status()) {
      case OVERDUE -> new Settlement.Released(entry.with(Status.RELEASED));
      case RELEASED -> new Settlement.Repeated();
      default -> new Settlement.Refused(Reason.NOT_APPLICABLE);
    };
  }

  /** A control's word how an action ended for good. */
  public Settlement settleByControl(@Nullable ActionEntry entry, Outcome outcome) {
    if (entry == null || entry.status() == Status.UNCONFIRMED) {
      return new Settlement.Refused(Reason.UNKNOWN_ACTION);
    }
    if (outcome.attempt() != entry.attempt()) {
      return new Settlement.Refused(Reason.STALE_ATTEMPT);
    }
    String reported = hash(outcome);
    if (entry.awaitsOutcome() || entry.status() == Status.TRANSIENT) {
      return settleNow(entry, outcome, reported);
    }
    return reported.equals(entry.reportedHash())
        ? new Settlement.Repeated()
        : new Settlement.Refused(Reason.NOT_APPLICABLE);
  }

  /**
   * Two outcomes are identical where attempt, status, result and error are; when and by whom is not
   * compared.
   */
  static String hash(Outcome outcome) {
    MessageDigest sha256 = sha256();
    sha256.update(codeOf(outcome.status()));
    for (@Nullable String part :
        new @Nullable String[] {
          outcome.result(),
          outcome.contentType(),
          outcome.resultUri(),
          outcome.errorCode(),
          outcome.errorMessage()
        }) {
      byte[] bytes = part == null ? new byte[0] : part.getBytes(StandardCharsets.UTF_8);
      int length = part == null ? -1 : bytes.length;
      sha256.update(
          new byte[] {
            (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
          });
      sha256.update(bytes);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  /** Part of hashes that are stored: a code, once given, never changes its meaning. */
  private static byte codeOf(Outcome.Status status) {
    return switch (status) {
      case SUCCEEDED -> 0;
      case FAILED -> 1;
      case FAILED_TRANSIENT -> 2;
    };
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
