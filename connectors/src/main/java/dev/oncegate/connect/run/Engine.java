package dev.oncegate.connect.run;

import dev.oncegate.connect.flow.Lanes;
import dev.oncegate.connect.http.CallEnd;
import dev.oncegate.connect.http.Caller;
import dev.oncegate.connect.policy.Situation;
import dev.oncegate.connect.policy.Step;
import dev.oncegate.connect.route.Routing;
import dev.oncegate.connect.route.TemplateException;
import dev.oncegate.connect.route.Tool;
import dev.oncegate.connect.route.ToolRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes effects, calls their tools, has the ends published.
 *
 * <p>All that decides runs on one thread, so that nothing here needs a lock; calls are asynchronous
 * and take none. An effect is settled in its offset book only when everything that is reported of
 * it is durable.
 */
public final class Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  /** What it works with. */
  public record Parts(
      Routing routing,
      Map<String, Caller> callers,
      Publisher publisher,
      ScheduledExecutorService thread,
      InstantSource clock,
      DoubleSupplier chance,
      Duration deadlineMargin) {}

  private final Parts parts;
  private final Lanes<Execution> lanes;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong inFlightBytes = new AtomicLong();
  private final AtomicInteger calling = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  public Engine(Parts parts) {
    this.parts = parts;
    this.lanes = new Lanes<>(parts.routing()::concurrency);
  }

  /** Takes effects, each after those before it. Returns at once. */
  public void accept(List<Execution> executions) {
    for (Execution execution : executions) {
      long bytes = execution.bytes();
      inFlight.incrementAndGet();
      inFlightBytes.addAndGet(bytes);
      execution
          .done()
          .whenComplete(
              (nothing, error) -> {
                inFlight.decrementAndGet();
                inFlightBytes.addAndGet(-bytes);
              });
    }
    run(
        () -> {
          executions.forEach(this::take);
          pump();
        });
  }

  /** How many effects are taken and not done with. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Roughly how much memory those take, in bytes. */
  public long inFlightBytes() {
    return inFlightBytes.get();
  }

  /** How many calls are under way. */
  public int calling() {
    return calling.get();
  }

  /** Why it cannot go on; null where it can. */
  public @Nullable Throwable failure() {
    return failure.get();
  }

  private void take(Execution execution) {
    if (parts.routing().find(execution.tool()) == null) {
      Call call =
          Call.none("NO_SUCH_TOOL", "No tool of that name is configured.", parts.clock().instant());
      publish(execution, call, new Step.Fail());
    } else {
      lanes.add(execution);
    }
  }

  private void pump() {
    for (Execution next = lanes.poll(); next != null; next = lanes.poll()) {
      begin(next);
    }
  }

  private void begin(Execution execution) {
    if (execution.assignment().isOver()) {
      discard(execution);
      return;
    }
    Tool tool = tool(execution);
    Situation situation = execution.situation();
    Duration timeLeft = timeLeft(execution);
    Step instead = tool.retries().insteadOfCalling(situation, timeLeft);
    if (instead != null) {
      end(execution, Call.notMade(instead, parts.clock().instant()), instead);
      return;
    }
    ToolRequest request;
    try {
      request = ToolRequest.of(tool, execution.effect(), execution.actionId(), execution.carried());
    } catch (TemplateException e) {
      // An executor before this one had the same templates, so that it did not call either.
      end(
          execution,
          Call.none(
              "INVALID_ARGS",
              "The call cannot be built: %s.".formatted(e.getMessage()),
              parts.clock().instant()),
          new Step.Fail());
      return;
    }
    call(execution, tool, request, timeLeft);
  }

  /**
   * A call that has begun runs up to the tool's own timeout, beyond the deadline too: the gate
   * settles an overdue action by a late outcome, and a call that is cut off leaves only doubt.
   */
  private void call(Execution execution, Tool tool, ToolRequest request, Duration timeLeft) {
    Instant startedAt = parts.clock().instant();
    long startedNs = System.nanoTime();
    calling.incrementAndGet();
    CompletableFuture<CallEnd> end =
        caller(tool)
            .call(
                request,
                execution.actionId(),
                execution.effect().getAttempt(),
                timeLeft,
                tool.timeout());
    end.whenComplete(
        (how, error) -> {
          calling.decrementAndGet();
          Duration latency = Duration.ofNanos(System.nanoTime() - startedNs);
          run(
              () -> {
                if (how == null) {
                  throw new IllegalStateException("A caller failed", error);
                }
                ended(execution, tool, Call.of(how, execution.situation(), startedAt, latency));
                pump();
              });
        });
  }

  private void ended(Execution execution, Tool tool, Call call) {
    Situation before = execution.situation();
    Step step =
        tool.retries()
            .after(
                before,
                call.callClass(),
                call.retryAfter(),
                timeLeft(execution),
                parts.chance().getAsDouble());
    execution.situation(before.after(call.callClass()));
    if (step instanceof Step.Retry retry) {
      if (execution.assignment().isOver()) {
        discard(execution);
        return;
      }
      lanes.rest(execution);
      publishing(execution, call, step);
      parts
          .thread()
          .schedule(
              () -> guarded(() -> again(execution)),
              retry.delay().toMillis(),
              TimeUnit.MILLISECONDS);
    } else if (execution.assignment().isOver() && !(isAnswer(step))) {
      // Whoever has the partition now finds out.
      discard(execution);
    } else {
      end(execution, call, step);
    }
  }

  private static boolean isAnswer(Step step) {
    return step instanceof Step.Succeed || step instanceof Step.Fail;
  }

  private void again(Execution execution) {
    lanes.want(execution);
    pump();
  }

  private void end(Execution execution, Call call, Step step) {
    lanes.finish(execution);
    publish(execution, call, step);
  }

  private void discard(Execution execution) {
    lanes.finish(execution);
    execution.done().complete(null);
  }

  private void publish(Execution execution, Call call, Step step) {
    publishing(execution, call, step)
        .thenRun(
            () -> {
              execution.assignment().book().settle(execution.offset());
              execution.done().complete(null);
            });
  }

  private CompletableFuture<Void> publishing(Execution execution, Call call, Step step) {
    CompletableFuture<Void> durable =
        parts.publisher().publish(execution, call, step, parts.clock().instant());
    return execution
        .publishing(durable)
        .whenComplete(
            (nothing, error) -> {
              if (error != null) {
                fail(error);
              }
            });
  }

  private Duration timeLeft(Execution execution) {
    Instant last = execution.effect().getDeadlineAt().minus(parts.deadlineMargin());
    return Duration.between(parts.clock().instant(), last);
  }

  private Tool tool(Execution execution) {
    Tool tool = parts.routing().find(execution.tool());
    if (tool == null) {
      throw new IllegalStateException("no tool for " + execution);
    }
    return tool;
  }

  private Caller caller(Tool tool) {
    Caller caller = parts.callers().get(tool.name());
    if (caller == null) {
      throw new IllegalStateException("no caller for " + tool);
    }
    return caller;
  }

  private void run(Runnable work) {
    try {
      parts.thread().execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      LOG.debug("Stopped; what is under way is left to the next executor");
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /** The task sees it at its next turn and fails, so that people see it. */
  private void fail(Throwable error) {
    if (failure.compareAndSet(null, error)) {
      LOG.error("The executor cannot go on", error);
    }
  }
}
