package dev.oncegate.gate;

import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a task fails. Its transaction is aborted in any case, so nothing is lost; what
 * trying again may mend is tried again by a new thread, after a pause that grows while failures
 * follow each other, and anything else ends the gate, for whoever runs the process to see.
 *
 * <p>Kafka Streams itself handles fenced producers and corrupted tasks; they do not come here.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(FailurePolicy.class);
  private static final int MOST_CAUSES = 50;

  /** The first pause; each further one is twice as long. */
  static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  /**
   * The longest pause: the failed transaction is open until it is over, and those who read
   * committed wait for it.
   */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  /** After so long without a failure the pauses begin anew. */
  static final Duration CALM = Duration.ofMinutes(5);

  private final InstantSource clock;
  private final Pause pause;
  private int failures;
  private long lastFailureMs;

  /** Waits in the failed thread, which has nothing else to do. */
  interface Pause {
    /** Waits, or less where the gate is stopped. */
    void of(Duration time);
  }

  FailurePolicy(InstantSource clock, Pause pause) {
    this.clock = clock;
    this.pause = pause;
  }

  @Override
  public StreamThreadExceptionResponse handle(Throwable error) {
    Throwable mendable = mendable(error);
    if (mendable == null) {
      Throwable root = root(error);
      LOG.error(
          "A task failed; its transaction is aborted. Trying again does not mend it, so the gate ends: {}",
          root,
          error);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    Duration time = nextPause();
    LOG.error(
        "A task failed; its transaction is aborted. It is tried again in {} ms: {}",
        time.toMillis(),
        mendable,
        error);
    pause.of(time);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /** Several threads may fail at the same moment. */
  private synchronized Duration nextPause() {
    long nowMs = clock.millis();
    failures = nowMs - lastFailureMs > CALM.toMillis() ? 1 : failures + 1;
    lastFailureMs = nowMs;
    long doubled = FIRST_PAUSE.toMillis() << Math.min(failures - 1, 20);
    return Duration.ofMillis(Math.min(doubled, LONGEST_PAUSE.toMillis()));
  }

  /**
   * The one among the causes that may pass; null where none is, or where the process itself is
   * broken.
   */
  private static @Nullable Throwable mendable(Throwable error) {
    Throwable cause = error;
    for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
      if (cause instanceof Error) {
        return null;
      }
      if (cause instanceof RetriableException) {
        return cause;
      }
      cause = cause.getCause();
    }
    return null;
  }

  private static Throwable root(Throwable error) {
    Throwable root = error;
    for (int i = 0; root.getCause() != null && i < MOST_CAUSES; i++) {
      root = root.getCause();
    }
    return root;
  }
}
