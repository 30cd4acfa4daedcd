package dev.oncegate.testbed.load;

import dev.oncegate.testbed.agents.ToolExecutor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor that is followed by another a second after it failed. What it had not committed the
 * next one is handed again.
 */
final class TirelessExecutor implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TirelessExecutor.class);
  private static final long AGAIN_AFTER_MS = 1_000;

  private final Supplier<ToolExecutor> executors;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable ToolExecutor current;

  TirelessExecutor(Supplier<ToolExecutor> executors) {
    this.executors = executors;
  }

  @Override
  public void run() {
    boolean ended = false;
    while (!ended) {
      try {
        ToolExecutor executor = executors.get();
        current = executor;
        if (closed.getCount() == 0) {
          executor.close();
        }
        executor.run();
      } catch (InterruptException e) {
        return;
      } catch (KafkaException e) {
        LOG.debug("an executor failed; another begins in {} ms", AGAIN_AFTER_MS, e);
      }
      ended = pause();
    }
  }

  private boolean pause() {
    try {
      return closed.await(AGAIN_AFTER_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    ToolExecutor executor = current;
    if (executor != null) {
      executor.close();
    }
  }
}
