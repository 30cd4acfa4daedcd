package dev.oncegate.core.intake;

import org.jspecify.annotations.Nullable;

/**
 * One delivery of an action as the agent sent it, not yet validated. Times are in epoch
 * milliseconds; texts have no lone surrogates, as every decoder of UTF-8 gives them.
 */
public record Command(
    String runId,
    @Nullable String agentId,
    @Nullable String tenant,
    String tool,
    String args,
    @Nullable String idempotencyKey,
    @Nullable String argsHash,
    SideEffectClass sideEffectClass,
    boolean commit,
    @Nullable String confirmationToken,
    @Nullable Long issuedAtMs,
    @Nullable Long requestTtlMs,
    @Nullable Long deadlineMs,
    int attemptNumber,
    @Nullable String correlationId,
    @Nullable Compensation compensation) {

  /** How to undo the action: what of it is checked, so that what is carried on stays small. */
  public record Compensation(String sagaId, String tool, String args) {}
}
