package dev.oncegate.testbed.load;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what comes to some topics from now on, each record once, whatever becomes of brokers and
 * registry meanwhile: where something fails it begins anew after a second, where it stopped.
 */
final class Follower implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long AGAIN_AFTER_MS = 1_000;

  private final Supplier<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumers;
  private final Collection<String> topics;
  private final Consumer<ConsumerRecord<byte[], byte[]>> reader;
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * A follower that has not begun.
   *
   * @param consumers make a new one each time; each is closed here
   * @param reader may throw a {@link KafkaException}: then it gets the record again
   */
  Follower(
      Supplier<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumers,
      Collection<String> topics,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    this.consumers = consumers;
    this.topics = topics;
    this.reader = reader;
  }

  @Override
  public void run() {
    while (!isClosed()) {
      try (var consumer = consumers.get()) {
        follow(consumer);
      } catch (InterruptException | WakeupException e) {
        return;
      } catch (KafkaException e) {
        LOG.debug("reading {} fails; again in {} ms", topics, AGAIN_AFTER_MS, e);
        pause();
      }
    }
  }

  private void follow(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer) {
    if (positions.isEmpty()) {
      List<TopicPartition> partitions =
          topics.stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      positions.putAll(consumer.endOffsets(partitions));
    }
    consumer.assign(positions.keySet());
    positions.forEach(consumer::seek);
    ready.countDown();
    while (!isClosed()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        reader.accept(record);
        positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
      }
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void pause() {
    try {
      if (closed.await(AGAIN_AFTER_MS, TimeUnit.MILLISECONDS)) {
        LOG.debug("closed while waiting to read again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed.countDown();
    }
  }

  /**
   * Waits until all that comes from now on will be read.
   *
   * @return false: it takes longer
   */
  boolean awaitReady(Duration time) throws InterruptedException {
    return ready.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Ends it within a poll. */
  @Override
  public void close() {
    closed.countDown();
  }
}
