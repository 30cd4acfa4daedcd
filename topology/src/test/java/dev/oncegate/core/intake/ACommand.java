package dev.oncegate.core.intake;

import org.jspecify.annotations.Nullable;

/** Commands for tests: a good one, with what a test is about. */
public final class ACommand {
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
  private Command.@Nullable Compensation compensation;

  public ACommand in(String value) {
    runId = value;
    return this;
  }

  public ACommand by(@Nullable String value) {
    agentId = value;
    return this;
  }

  public ACommand of(@Nullable String value) {
    tenant = value;
    return this;
  }

  public ACommand to(String value) {
    tool = value;
    return this;
  }

  public ACommand with(String json) {
    args = json;
    return this;
  }

  public ACommand withKey(@Nullable String value) {
    key = value;
    return this;
  }

  public ACommand withArgsHash(@Nullable String value) {
    argsHash = value;
    return this;
  }

  public ACommand as(SideEffectClass value) {
    sideEffectClass = value;
    return this;
  }

  public ACommand committedWith(@Nullable String value) {
    commit = true;
    token = value;
    return this;
  }

  public ACommand issuedAt(@Nullable Long ms) {
    issuedAtMs = ms;
    return this;
  }

  public ACommand withTtl(@Nullable Long ms) {
    ttlMs = ms;
    return this;
  }

  public ACommand withDeadline(@Nullable Long ms) {
    deadlineMs = ms;
    return this;
  }

  public ACommand asAttempt(int number) {
    attemptNumber = number;
    return this;
  }

  public ACommand correlatedBy(@Nullable String value) {
    correlationId = value;
    return this;
  }

  public ACommand undoneBy(String sagaId, String compensatingTool, String json) {
    compensation = new Command.Compensation(sagaId, compensatingTool, json);
    return this;
  }

  public Command build() {
    return new Command(
        runId,
        agentId,
        tenant,
        tool,
        args,
        key,
        argsHash,
        sideEffectClass,
        commit,
        token,
        issuedAtMs,
        ttlMs,
        deadlineMs,
        attemptNumber,
        correlationId,
        compensation);
  }
}
