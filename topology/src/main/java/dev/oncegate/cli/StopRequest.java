package dev.oncegate.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;

/**
 * Ctrl-C and SIGTERM as a request that a command answers in its own order and time. Without it the
 * JVM's end and the shutdown hooks would run beside the command. To be stopped is no failure: the
 * exit code is the command's own.
 */
public final class StopRequest {
  private static final int ANSWER_TIMEOUT_S = 60;
  private static final CompletableFuture<Integer> EXIT_CODE = new CompletableFuture<>();

  private StopRequest() {}

  /**
   * From now on the JVM stays until {@link #exitWith}, at most for 60 s.
   *
   * @return completes when a stop is asked for
   */
  public static CompletableFuture<Void> listen() {
    CompletableFuture<Void> received = new CompletableFuture<>();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> endJvm(received), "stop-request"));
    return received;
  }

  /**
   * Runs what a command does while it listens: on a daemon thread of its own, not in the common
   * pool, which it would keep from others for as long as it waits.
   *
   * @param name of the thread
   */
  public static Executor beside(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      thread.start();
    };
  }

  private static void endJvm(CompletableFuture<Void> received) {
    if (EXIT_CODE.isDone()) {
      return;
    }
    received.complete(null);
    try {
      // The JVM's own exit code after a signal would be 128 and more.
      Runtime.getRuntime().halt(EXIT_CODE.get(ANSWER_TIMEOUT_S, TimeUnit.SECONDS));
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      Runtime.getRuntime().halt(1);
    }
  }

  /**
   * Runs a command and ends the JVM with its exit code, or 1 where an error escapes it; the last
   * thing a main method does.
   */
  public static void exitWith(IntSupplier command) {
    int code = 1;
    try {
      code = command.getAsInt();
    } catch (Throwable escaped) {
      // Left to the JVM it would be printed too, but a stop that was asked for would never be
      // answered.
      escaped.printStackTrace();
    }
    EXIT_CODE.complete(code);
    System.exit(code);
  }
}
