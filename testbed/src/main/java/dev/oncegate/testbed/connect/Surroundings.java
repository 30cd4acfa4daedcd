package dev.oncegate.testbed.connect;

import dev.oncegate.testbed.stack.ConnectRest;
import dev.oncegate.testbed.stack.ConnectWorker;
import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.Postgres;
import dev.oncegate.testbed.stack.Stack;
import dev.oncegate.testbed.stack.StackException;
import dev.oncegate.testbed.stack.StoppedException;
import dev.oncegate.testbed.tools.Behaviour;
import dev.oncegate.testbed.tools.ToolServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What makes the gate of a stack useful without code: PostgreSQL, the simulated tools, and a
 * Connect worker that executes effects, lands the history in tables and takes commands from an
 * outbox.
 */
public final class Surroundings implements AutoCloseable {
  private static final Duration RESTART_INTERVAL = Duration.ofSeconds(5);
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Database database;
  private final ToolServer tools;
  private final ConnectWorker worker;
  private final CompletableFuture<StackException> ended;

  /**
   * Where things are to be.
   *
   * @param connectPort of the worker's REST API; 0: any free one
   * @param toolsPort of the simulated tools; 0: any free one
   * @param postgresPort of the database that is started where none is given; 0: any free one
   * @param database the user's own; null: one is started
   */
  public record Plan(
      int connectPort, int toolsPort, int postgresPort, @Nullable Database database) {}

  /**
   * Starts all of it and waits until the connectors run.
   *
   * @param stack with the gate's topics
   * @param directory takes the data of PostgreSQL and the logs
   * @param stop ends the start when it is complete
   * @throws StackException where one of them does not start; none is left running then
   * @throws StoppedException where it was told to stop; none is left running then
   */
  public static Surroundings start(
      Plan plan, Stack stack, Path directory, CompletableFuture<?> stop) {
    return new Surroundings(plan, stack, directory, stop);
  }

  private Surroundings(Plan plan, Stack stack, Path directory, CompletableFuture<?> stop) {
    try {
      CompletableFuture<StackException> databaseEnded = new CompletableFuture<>();
      if (plan.database() == null) {
        Postgres postgres =
            opened(Postgres.start(directory.resolve("postgres"), plan.postgresPort()));
        postgres.awaitReady(stop);
        database = postgres.database();
        databaseEnded = postgres.ended();
      } else {
        database = plan.database();
      }
      Tables.prepare(database);
      tools = opened(ToolServer.start(database, plan.toolsPort(), Behaviour.GOOD));
      worker =
          opened(
              ConnectWorker.start(
                  new ConnectWorker.Plan(
                      directory.resolve("connect"),
                      plan.connectPort(),
                      stack.bootstrapServers(),
                      List.of(ConnectWorker.ownPlugins()),
                      Connectors.converter(),
                      Connectors.environment(stack, database))));
      ended = worker.ended().applyToEither(databaseEnded, end -> end);
      worker.awaitReady(stop);
      List<String> connectors = connect(stack);
      opened(Restarts.every(RESTART_INTERVAL, worker.rest(), connectors));
      awaitRunning(connectors, stop);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  private List<String> connect(Stack stack) {
    ConnectRest rest = worker.rest();
    List<String> connectors = new ArrayList<>(Connectors.HISTORY);
    connectors.add(Connectors.OUTBOX);
    connectors.forEach(connector -> rest.put(Connectors.file(connector), Map.of()));
    rest.put(Connectors.EXECUTOR, Connectors.executor(stack.bootstrapServers(), tools.url()));
    connectors.add(Connectors.EXECUTOR);
    return connectors;
  }

  /** A connector that failed in an earlier life is known as failed until it is started again. */
  private void awaitRunning(List<String> connectors, CompletableFuture<?> stop) {
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    for (String connector : connectors) {
      ConnectRest.Status status = worker.rest().status(connector);
      while (status == null || !status.isRunning()) {
        if (System.nanoTime() > deadline) {
          throw new StackException(
              "connector %s does not run after %d s: %s"
                  .formatted(connector, READY_TIMEOUT.toSeconds(), status));
        }
        if (isDoneSoon(stop)) {
          throw new StoppedException("told to stop before the connectors ran");
        }
        if (ended.isDone()) {
          throw ended.join();
        }
        status = worker.rest().status(connector);
      }
    }
  }

  /** Whether it is complete after a short while. */
  private static boolean isDoneSoon(CompletableFuture<?> stop) {
    try {
      stop.get(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted while waiting for the connectors", e);
    }
  }

  /** The database with the history, the outbox and the books of the tools. */
  public Database database() {
    return database;
  }

  /** Where the simulated tools are, without a slash at the end. */
  public String toolsUrl() {
    return tools.url();
  }

  /** The worker's REST API, without a slash at the end. */
  public String connectUrl() {
    return "http://127.0.0.1:" + worker.port();
  }

  /** Completes when one of the processes has ended, with what there is to say about it. */
  public CompletableFuture<StackException> ended() {
    return ended;
  }

  /** Ends all, the worker before what it uses; data stays. */
  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new StackException("cannot be closed: " + e, e);
      }
    }
  }
}
