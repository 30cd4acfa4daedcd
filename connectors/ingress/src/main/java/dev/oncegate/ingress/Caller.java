package dev.oncegate.ingress;

import org.jspecify.annotations.Nullable;

/**
 * Who asks, by credential.
 *
 * @param name for the log
 * @param tenant whom it acts for; null: any
 * @param agent as which agent it acts; null: any
 * @param runPrefix what its run ids begin with; empty: any. Without it who guesses a run id of
 *     others could use up that run's calls, or read its results: the gate knows no callers.
 */
record Caller(String name, @Nullable String tenant, @Nullable String agent, String runPrefix) {
  /** Whoever reaches the port, where that is enough. */
  static final Caller ANYBODY = new Caller("anybody", null, null, "");

  /**
   * Refuses a run of others.
   *
   * @throws Refused where it is
   */
  void requireOwnRun(String runId) {
    if (!runId.startsWith(runPrefix)) {
      throw new Refused(
          ProblemType.FORBIDDEN, "run_id has to begin with %s".formatted(runPrefix), "run_id");
    }
  }

  /**
   * The tenant of a request that says another, the same, or none.
   *
   * @throws Refused where it says another
   */
  @Nullable String requireTenant(@Nullable String said) {
    return require("tenant", tenant, said);
  }

  /** As {@link #requireTenant}, for the agent. */
  @Nullable String requireAgent(@Nullable String said) {
    return require("agent_id", agent, said);
  }

  private static @Nullable String require(
      String field, @Nullable String own, @Nullable String said) {
    if (own == null || said == null || own.equals(said)) {
      return own == null ? said : own;
    }
    throw new Refused(
        ProblemType.FORBIDDEN, "%s is %s for this caller".formatted(field, own), field);
  }
}
