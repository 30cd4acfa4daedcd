package dev.oncegate.testbed.connect;

import dev.oncegate.testbed.stack.ConnectRest;
import dev.oncegate.testbed.stack.ConnectWorker;
import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.Postgres;
import dev.oncegate.testbed.stack.Stack;
import dev.oncegate.testbed.stack.StackException;
import dev.oncegate.testbed.stack.StoppedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A database, and a Connect worker without connectors, beside a stack. */
public final class Workplace implements AutoCloseable {
  private static final Duration RESTART_INTERVAL = Duration.ofSeconds(5);
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Database database;
  private final ConnectWorker worker;
  private final CompletableFuture<StackException> ended;

  /**
   * Starts the database, where none is given, and the worker, and waits until both are ready.
   *
   * @param directory takes the data of PostgreSQL and the logs
   * @param connectPort of the worker's REST API; 0: any free one
   * @param postgresPort of the database that is started; 0: any free one
   * @param own the user's database; null: one is started
   * @param stop ends the start when it is complete
   * @throws StackException where one of them does not start; none is left running then
   * @throws StoppedException where it was told to stop; none is left running then
   */
  public Workplace(
      Stack stack,
      Path directory,
      int connectPort,
      int postgresPort,
      @Nullable Database own,
      CompletableFuture<?> stop) {
    try {
      CompletableFuture<StackException> databaseEnded = new CompletableFuture<>();
      Postgres postgres = null;
      if (own == null) {
        postgres = Postgres.start(directory.resolve("postgres"), postgresPort);
        open.push(postgres);
        databaseEnded = postgres.ended();
      }
      database = postgres == null ? own : postgres.database();
      worker =
          ConnectWorker.start(
              new ConnectWorker.Plan(
                  directory.resolve("connect"),
                  connectPort,
                  stack.bootstrapServers(),
                  List.of(ConnectWorker.ownPlugins()),
                  Connectors.environment(stack, database)));
      open.push(worker);
      ended = worker.ended().applyToEither(databaseEnded, end -> end);
      if (postgres != null) {
        postgres.awaitReady(stop);
      }
      worker.awaitReady(stop);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The one that was given, or started. */
  public Database database() {
    return database;
  }

  int connectPort() {
    return worker.port();
  }

  /** What makes connectors. */
  public ConnectRest rest() {
    return worker.rest();
  }

  /** Completes when one of the processes has ended, with what there is to say about it. */
  public CompletableFuture<StackException> ended() {
    return ended;
  }

  /**
   * Waits until connectors run. From now on they are started again when they fail.
   *
   * @param stop ends the waiting when it is complete, with a StoppedException
   */
  public void keepRunning(List<String> connectors, CompletableFuture<?> stop) {
    // One that failed in an earlier life is known as failed until it is started again.
    open.push(Restarts.every(RESTART_INTERVAL, rest(), connectors));
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    for (String connector : connectors) {
      ConnectRest.Status status = rest().status(connector);
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
        status = rest().status(connector);
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

  /** Ends all, the worker before the database; data stays. */
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
