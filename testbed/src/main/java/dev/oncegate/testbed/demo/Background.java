package dev.oncegate.testbed.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs in threads of its own until it is closed, the last started first. */
final class Background implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);
  private static final Duration END = Duration.ofSeconds(5);

  private final Deque<Running> running = new ArrayDeque<>();

  private record Running(Thread thread, Runnable stop) {}

  /**
   * Starts something.
   *
   * @param stop makes the work end soon
   */
  void start(String name, Runnable work, Runnable stop) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((failed, e) -> LOG.error("{} failed", name, e));
    thread.start();
    running.push(new Running(thread, stop));
  }

  /** Ends all, and waits at most 5 s for each. */
  @Override
  public void close() {
    for (Running one : running) {
      one.stop.run();
      try {
        one.thread.join(END.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
