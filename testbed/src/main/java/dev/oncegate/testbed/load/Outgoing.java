package dev.oncegate.testbed.load;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to the brokers. Bounded well below the producer's buffer, so that sending does
 * not wait in there while brokers stall: ask {@link #hasRoom} before. Every record is counted as
 * acknowledged or as failed in the end. Safe for use by several threads.
 */
final class Outgoing implements AutoCloseable {
  private static final long MOST_BYTES = 32L << 20;
  private static final long MOST_RECORDS = 50_000;
  private static final int OVERHEAD_BYTES = 200;

  private final Producer<@Nullable String, byte @Nullable []> producer;
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Map<String, Long> failures = new ConcurrentHashMap<>();

  /**
   * @param producer closed at the end
   */
  Outgoing(Producer<@Nullable String, byte @Nullable []> producer) {
    this.producer = producer;
  }

  /** Whether another record should be sent now. */
  boolean hasRoom() {
    return bytes.get() < MOST_BYTES && records.get() < MOST_RECORDS;
  }

  /** Records that are neither acknowledged nor given up. */
  long unacknowledged() {
    return records.get();
  }

  /** What failed for good, by the kind of failure. */
  Map<String, Long> failures() {
    return new TreeMap<>(failures);
  }

  /**
   * Sends a record; a failure is counted, not thrown.
   *
   * @param acknowledged is told where it lies
   */
  void send(
      ProducerRecord<@Nullable String, byte @Nullable []> record,
      Consumer<RecordMetadata> acknowledged) {
    long size = OVERHEAD_BYTES + (record.value() == null ? 0 : record.value().length);
    records.incrementAndGet();
    bytes.addAndGet(size);
    try {
      producer.send(
          record,
          (at, failure) -> {
            done(size);
            if (failure == null) {
              acknowledged.accept(at);
            } else {
              failed(failure);
            }
          });
    } catch (KafkaException | IllegalStateException e) {
      done(size);
      failed(e);
    }
  }

  private void done(long size) {
    records.decrementAndGet();
    bytes.addAndGet(-size);
  }

  private void failed(Exception failure) {
    failures.merge(failure.getClass().getSimpleName(), 1L, Long::sum);
  }

  /** Waits for what is on its way, at most so long, and ends. */
  void close(Duration time) {
    producer.close(time);
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(10));
  }
}
