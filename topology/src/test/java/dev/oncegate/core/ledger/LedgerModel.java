package dev.oncegate.core.ledger;

import dev.oncegate.core.intake.SideEffectClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ledger as one would explain it: a list of what happened to an action, read from the start for
 * every question. Answers are in words.
 */
final class LedgerModel {
  /** What can happen to an action. */
  sealed interface Event {}

  record Asked(String token, long expiresAtMs) implements Event {}

  record LetThrough(int attempt, long deadlineMs) implements Event {}

  record WentOverdue(int attempt) implements Event {}

  record WasReleased(int attempt) implements Event {}

  record Ended(Outcome reported, Outcome stored) implements Event {}

  private final SideEffectClass sideEffectClass;
  private final int maxAttempts;
  private final long deadlineMs;
  private final long tokenTtlMs;
  private final List<Event> history = new ArrayList<>();
  private @Nullable String payload;

  LedgerModel(SideEffectClass sideEffectClass, int maxAttempts, long deadlineMs, long tokenTtlMs) {
    this.sideEffectClass = sideEffectClass;
    this.maxAttempts = maxAttempts;
    this.deadlineMs = deadlineMs;
    this.tokenTtlMs = tokenTtlMs;
  }

  List<Event> history() {
    return history;
  }

  /** The clock goes by, or a record comes that would notice. */
  void passTime(long nowMs) {
    if (lastWord() instanceof LetThrough pending && nowMs > pending.deadlineMs) {
      history.add(new WentOverdue(pending.attempt));
    }
  }

  String command(
      String args, boolean commit, @Nullable String token, long nowMs, String freshToken) {
    if (payload == null) {
      payload = args;
      return sideEffectClass == SideEffectClass.DESTRUCTIVE
          ? confirmation(commit, token, nowMs, freshToken)
          : "ACCEPTED " + letThrough(nowMs);
    }
    if (!payload.equals(args)) {
      return "CONFLICT";
    }
    Outcome last = finalOutcome();
    if (last != null) {
      return "REPLAYED " + last;
    }
    Event word = lastWord();
    if (word instanceof Asked) {
      return confirmation(commit, token, nowMs, freshToken);
    }
    if (word instanceof LetThrough pending) {
      return "IN_PROGRESS " + Math.max(1, Math.min(1_000, pending.deadlineMs - nowMs));
    }
    if (word instanceof WentOverdue) {
      return "INDETERMINATE " + (sideEffectClass == SideEffectClass.READ ? letThrough(nowMs) : 0);
    }
    return "RETRIED " + letThrough(nowMs);
  }

  private String confirmation(
      boolean commit, @Nullable String token, long nowMs, String freshToken) {
    Asked asked = all(Asked.class).reduce((first, second) -> second).orElse(null);
    boolean valid = asked != null && nowMs <= asked.expiresAtMs;
    boolean known = asked != null && asked.token.equals(token);
    if (commit && known && valid) {
      return "ACCEPTED " + letThrough(nowMs);
    }
    if (!valid) {
      history.add(new Asked(freshToken, nowMs + tokenTtlMs));
    }
    String wrong = token == null ? "TOKEN_MISSING" : known ? "TOKEN_EXPIRED" : "TOKEN_MISMATCH";
    return "CONFIRMATION_REQUIRED "
        + (valid ? asked.token : freshToken)
        + " "
        + (commit ? wrong : "NOT_COMMITTED");
  }

  private int letThrough(long nowMs) {
    int attempt = attempts() + 1;
    history.add(new LetThrough(attempt, nowMs + deadlineMs));
    return attempt;
  }

  String outcome(Outcome reported) {
    int attempt = reported.attempt();
    if (attempts() == 0) {
      return "UNKNOWN_ACTION";
    }
    if (attempt < 1 || attempt > attempts()) {
      return "UNKNOWN_ATTEMPT";
    }
    if (attempt < attempts() && reported.status() == Outcome.Status.FAILED_TRANSIENT) {
      return "REPEATED";
    }
    if (finalOutcome() == null
        && all(Ended.class).noneMatch(ended -> ended.reported.attempt() == attempt)) {
      return settle(reported);
    }
    return saysTheSame(reported) ? "REPEATED" : "CONTRADICTING";
  }

  String settleByControl(Outcome word) {
    if (attempts() == 0) {
      return "UNKNOWN_ACTION";
    }
    if (word.attempt() != attempts()) {
      return "STALE_ATTEMPT";
    }
    if (finalOutcome() == null) {
      return settle(word);
    }
    return saysTheSame(word) ? "REPEATED" : "NOT_APPLICABLE";
  }

  String release(int attempt) {
    if (attempts() == 0) {
      return "UNKNOWN_ACTION";
    }
    if (attempt != attempts()) {
      return "STALE_ATTEMPT";
    }
    if (lastWord() instanceof WentOverdue) {
      history.add(new WasReleased(attempt));
      return "RELEASED";
    }
    return lastWord() instanceof WasReleased ? "REPEATED" : "NOT_APPLICABLE";
  }

  private String settle(Outcome reported) {
    boolean exhausted =
        reported.status() == Outcome.Status.FAILED_TRANSIENT && attempts() >= maxAttempts;
    Outcome stored = exhausted ? reported.exhausted() : reported;
    history.add(new Ended(reported, stored));
    return "SETTLED " + stored;
  }

  /**
   * Compared with the last outcome that counted: status, result and error, not attempt and time.
   */
  private boolean saysTheSame(Outcome reported) {
    Ended last = all(Ended.class).reduce((first, second) -> second).orElseThrow();
    return last.reported.status() == reported.status()
        && Objects.equals(last.reported.result(), reported.result())
        && Objects.equals(last.reported.errorCode(), reported.errorCode());
  }

  private int attempts() {
    return (int) all(LetThrough.class).count();
  }

  private @Nullable Outcome finalOutcome() {
    return all(Ended.class)
        .map(Ended::stored)
        .filter(outcome -> outcome.status() != Outcome.Status.FAILED_TRANSIENT)
        .findFirst()
        .orElse(null);
  }

  private @Nullable Event lastWord() {
    return history.isEmpty() ? null : history.get(history.size() - 1);
  }

  private <T extends Event> Stream<T> all(Class<T> kind) {
    return history.stream().filter(kind::isInstance).map(kind::cast);
  }
}
