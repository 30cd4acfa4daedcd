package dev.oncegate.serde;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits at the start for a registry that is not there yet: each failure is told in the log, the
 * pauses grow.
 */
record RegistryWait(Duration firstPause, Duration longestPause) {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryWait.class);

  static RegistryWait of(RegistryConfig config) {
    return new RegistryWait(
        Duration.ofMillis(config.getInt("retries.wait.ms")),
        Duration.ofMillis(config.getInt("retries.max.wait.ms")));
  }

  /** Calls until there is an answer. A refusal is one: it is thrown on. */
  <T> T untilItAnswers(Supplier<T> call) throws InterruptedException {
    Duration pause = firstPause;
    while (true) {
      try {
        return call.get();
      } catch (RegistryUnavailableException e) {
        LOG.warn(
            "Waiting for the schema registry; next try in {} ms. {}",
            pause.toMillis(),
            e.getMessage());
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(longestPause) > 0 ? longestPause : doubled;
      }
    }
  }
}
