package dev.oncegate.connect.run;

import dev.oncegate.connect.policy.Step;
import dev.oncegate.connect.wire.Outlet;
import dev.oncegate.connect.wire.Wire;
import dev.oncegate.schema.ActionExecution;
import dev.oncegate.schema.ActionOutcome;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Publishes what is reported of a call. */
public final class Publisher {
  private final Wire wire;
  private final Outlet outlet;
  private final String outcomes;
  private final String executions;
  private final Reports reports;

  /**
   * @param outcomes topic of the outcomes
   * @param executions topic of the trace
   */
  public Publisher(
      Wire wire, Outlet outlet, String outcomes, String executions, String executorId) {
    this.wire = wire;
    this.outlet = outlet;
    this.outcomes = outcomes;
    this.executions = executions;
    this.reports = new Reports(executorId);
  }

  /**
   * The trace of the call, and the outcome where there is one.
   *
   * @return done when all of it is durable
   */
  CompletableFuture<Void> publish(Execution execution, Call call, Step step, Instant now) {
    String scope = execution.effect().getScope();
    Map<String, String> headers = Reports.headers(execution.carried());
    ActionExecution trace = reports.execution(execution, call, step);
    CompletableFuture<Void> traced =
        outlet.send(executions, scope, wire.bytes(executions, trace), headers);
    ActionOutcome outcome = reports.outcome(execution, call, step, now);
    if (outcome == null) {
      return traced;
    }
    return CompletableFuture.allOf(
        traced, outlet.send(outcomes, scope, wire.bytes(outcomes, outcome), headers));
  }
}
