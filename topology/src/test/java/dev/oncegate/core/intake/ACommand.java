package dev.oncegate.core.intake;

import org.jspecify.annotations.Nullable;

/** Commands for tests: a good one, with what a test is about. */
final class ACommand {
  private String runId = "run-1";
  private @Nullable String agentId;
  private @Nullable String tenant;
  private String tool = "refund";
  private String args = "{\"amount\":5}";
  private @Nullable String key;
  private @Nullable String argsHash;
  private SideEffectClass sideEffectClass = SideEffectClass.WRITE;
  private boolean commit;
  private @Nullable String token;
  private @Nullable Long issuedAtMs;
  private @Nullable Long ttlMs;
  private @Nullable Long deadlineMs;
  private int attemptNumber = 1;
  private @Nullable String correlationId;

  ACommand in(String value) {
    runId = value;
    return this;
  }

  ACommand by(@Nullable String value) {
    agentId = value;
    return this;
  }

  ACommand of(@Nullable String value) {
    tenant = value;
    return this;
  }

  ACommand to(String value) {
    tool = value;
    return this;
  }

  ACommand with(String json) {
    args = json;
    return this;
  }

  ACommand withKey(@Nullable String value) {
    key = value;
    return this;
  }

  ACommand withArgsHash(@Nullable String value) {
    argsHash = value;
    return this;
  }

  ACommand as(SideEffectClass value) {
    sideEffectClass = value;
    return this;
  }

  ACommand committedWith(@Nullable String value) {
    commit = true;
    token = value;
    return this;
  }

  ACommand issuedAt(@Nullable Long ms) {
    issuedAtMs = ms;
    return this;
  }

  ACommand withTtl(@Nullable Long ms) {
    ttlMs = ms;
    return this;
  }

  ACommand withDeadline(@Nullable Long ms) {
    deadlineMs = ms;
    return this;
  }

  ACommand asAttempt(int number) {
    attemptNumber = number;
    return this;
  }

  ACommand correlatedBy(@Nullable String value) {
    correlationId = value;
    return this;
  }

  Command build() {
    return new Command(
        runId, agentId, tenant, tool, args, key, argsHash, sideEffectClass, commit, token, issuedAtMs, ttlMs,
        deadlineMs, attemptNumber, correlationId);
  }
}
