package dev.oncegate.core.intake;

import org.jspecify.annotations.Nullable;

/** One delivery of an action as the agent sent it, not yet validated. Times are in epoch milliseconds. */
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
    @Nullable String correlationId) {}
