package dev.oncegate.gate;

import dev.oncegate.gate.store.StateNotAvailableException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions whose stores other threads may read at this moment: those whose task is at work.
 *
 * <p>A task that ends lets nobody in any more and waits for those who are reading. In Kafka 4.4 a
 * query of what is committed does not keep a RocksDB store from being closed: it would read memory
 * that was given back, and end the process.
 */
final class ReadablePartitions {
  private static final Logger LOG = LoggerFactory.getLogger(ReadablePartitions.class);

  /** Far longer than any look-up; a rebalance must not wait for one for ever. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Map<Integer, Partition> partitions = new ConcurrentHashMap<>();

  private static final class Partition {
    final ReadWriteLock lock = new ReentrantReadWriteLock();
    volatile boolean open;
  }

  /** The partition's task begins its work; its stores are open. */
  void open(int partition) {
    of(partition).open = true;
  }

  /** The partition's task ends; when this returns, its stores may be closed. */
  void close(int partition) {
    Partition ending = of(partition);
    ending.open = false;
    try {
      if (ending.lock.writeLock().tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        ending.lock.writeLock().unlock();
      } else {
        LOG.warn("A look-up in partition {} has not ended within {}.", partition, PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Reads the stores of a partition.
   *
   * @throws StateNotAvailableException where this instance does not process the partition
   */
  <T extends @Nullable Object> T read(int partition, Supplier<T> reading) {
    Partition wanted = of(partition);
    wanted.lock.readLock().lock();
    try {
      if (!wanted.open) {
        throw new StateNotAvailableException(
            "Partition %d is not processed by this instance at this moment.".formatted(partition));
      }
      return reading.get();
    } finally {
      wanted.lock.readLock().unlock();
    }
  }

  private Partition of(int partition) {
    return partitions.computeIfAbsent(partition, number -> new Partition());
  }
}
