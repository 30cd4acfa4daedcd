package dev.oncegate.core.intake;

import org.jspecify.annotations.Nullable;

/**
 * The namespace in which an idempotency key is unique, and the record key that partitions the
 * topics.
 */
public enum Scope {
  RUN("run_id"),
  AGENT("agent_id"),
  TENANT("tenant");

  private final String field;

  Scope(String field) {
    this.field = field;
  }

  /** Name of the command's field that holds the scope. */
  public String field() {
    return field;
  }

  /** The scope's value; null where its field is missing. */
  public @Nullable String of(String runId, @Nullable String agentId, @Nullable String tenant) {
    return switch (this) {
      case RUN -> runId;
      case AGENT -> agentId;
      case TENANT -> tenant;
    };
  }
}
