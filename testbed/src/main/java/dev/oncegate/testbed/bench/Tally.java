package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.testbed.stack.StackException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the committed records of a topic from given offsets on, as somebody who uses them would.
 */
final class Tally implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Consumer<ConsumerRecord<byte[], byte[]>> each;
  private final Thread thread = new Thread(this::readOn, "bench-tally");
  private volatile boolean isStopped;
  private volatile @Nullable RuntimeException failure;
  private long count;

  /**
   * @param from where to begin in each partition
   * @param each is told of every record
   */
  Tally(
      Course course,
      Map<TopicPartition, Long> from,
      Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<String, Object> settings = new HashMap<>(Clients.consumer(course.config().kafkaSettings()));
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 50 * 1024 * 1024);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20_000);
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(from.keySet());
    from.forEach(consumer::seek);
    this.each = each;
  }

  /** Reads beside whatever else goes on, until {@link #rest}. */
  Tally begin() {
    thread.start();
    return this;
  }

  private void readOn() {
    try {
      while (!isStopped) {
        read();
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /** Throws what has ended the reading, where something has. */
  void check() {
    RuntimeException found = failure;
    if (found != null) {
      throw new StackException("a reader of the benchmark has failed: " + found, found);
    }
  }

  private void read() {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      count++;
      each.accept(record);
    }
  }

  /** Reads to the end of what is committed now. */
  long rest() {
    stop();
    check();
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      read();
    }
    return count;
  }

  private void stop() {
    isStopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
    consumer.close();
  }
}
