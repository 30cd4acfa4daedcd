package dev.oncegate.testbed.connect;

import dev.oncegate.testbed.stack.ConnectRest;
import dev.oncegate.testbed.stack.StackException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts connectors again that have failed, which a worker never does by itself: what Strimzi's
 * autoRestart does in production.
 */
public final class Restarts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Restarts.class);

  private final ConnectRest rest;
  private final List<String> connectors;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "connector restarts");
            thread.setDaemon(true);
            return thread;
          });

  private Restarts(ConnectRest rest, List<String> connectors) {
    this.rest = rest;
    this.connectors = connectors;
  }

  /** Looks at the connectors again and again until it is closed. */
  public static Restarts every(Duration interval, ConnectRest rest, List<String> connectors) {
    Restarts restarts = new Restarts(rest, List.copyOf(connectors));
    restarts.clock.scheduleWithFixedDelay(
        restarts::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return restarts;
  }

  private void look() {
    for (String connector : connectors) {
      try {
        ConnectRest.Status status = rest.status(connector);
        if (status != null && status.hasFailed()) {
          LOG.warn("{} has failed and is started again: {}", connector, status.traces());
          rest.restartFailed(connector);
        }
      } catch (StackException e) {
        // The worker is away or rebalances; the next look will tell.
        LOG.info("{} cannot be looked at: {}", connector, e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
