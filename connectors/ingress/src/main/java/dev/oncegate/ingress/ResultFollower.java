package dev.oncegate.ingress;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.serde.RecordNotReadableException;
import dev.oncegate.serde.RegistryUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the results topic, all partitions, in no group: every instance sees every result, for the
 * request that waits may be at any. One thread, so results keep their order.
 *
 * <p>Begins some way back, so that what was sent before this instance started is known too.
 */
final class ResultFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResultFollower.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * No start is held up for longer: a broker may be slow, or hold results of an open transaction.
   */
  private static final Duration LOOK_BACK_TIMEOUT = Duration.ofSeconds(30);

  private static final long REGISTRY_PAUSE_MS = 500;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<SpecificRecord> deserializer;
  private final Consumer<ActionResult> sink;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::follow, "results");

  private ResultFollower(
      KafkaConsumer<byte[], byte[]> consumer,
      Deserializer<SpecificRecord> deserializer,
      Consumer<ActionResult> sink) {
    this.consumer = consumer;
    this.deserializer = deserializer;
    this.sink = sink;
  }

  /**
   * Looks back, and follows from here on: a result of a command written after this returns is seen.
   *
   * @param states takes what is looked back on, in the calling thread
   * @param sink takes the results from here on one after the other, in the thread of this follower
   * @throws InterruptedException while looking back
   */
  static ResultFollower start(
      IngressConfig config, LatestStates states, Consumer<ActionResult> sink)
      throws InterruptedException {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            config.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    ResultFollower follower = new ResultFollower(consumer, config.serdes().deserializer(), sink);
    try {
      // Not seekToEnd, which is lazy: the position has to be known before the first command.
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions(consumer, config));
      consumer.assign(ends.keySet());
      new LookBack(consumer, config.duration(IngressKeys.LOOKBACK_MS), LOOK_BACK_TIMEOUT, states)
          .read(ends, record -> follower.take(record, states::accept));
      ends.forEach(consumer::seek);
    } catch (RuntimeException | InterruptedException e) {
      consumer.close();
      throw e;
    }
    follower.thread.start();
    return follower;
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, IngressConfig config) {
    String topic = config.topics().results();
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new ConfigException(
          "There is no topic %s: make the topics ('oncegate topics'), or correct gate.topic.prefix."
              .formatted(topic));
    }
    return partitions;
  }

  private void follow() {
    try (consumer) {
      while (closed.getCount() > 0) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          take(record, sink);
        }
      }
      ended.complete(null);
    } catch (WakeupException | InterruptedException e) {
      ended.complete(null);
    } catch (RuntimeException e) {
      LOG.error("The results cannot be followed any more.", e);
      ended.completeExceptionally(e);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record, Consumer<ActionResult> sink)
      throws InterruptedException {
    do {
      try {
        if (deserializer.deserialize(record.topic(), record.value())
            instanceof ActionResult result) {
          sink.accept(result);
        }
        return;
      } catch (RegistryUnavailableException e) {
        LOG.warn("The registry does not answer; results have to wait.", e);
      } catch (RecordNotReadableException e) {
        LOG.warn(
            "{}-{} at {} is no result and is passed over",
            record.topic(),
            record.partition(),
            record.offset(),
            e);
        return;
      }
    } while (!closed.await(REGISTRY_PAUSE_MS, TimeUnit.MILLISECONDS));
  }

  /** Completes when it is closed; fails when it cannot go on. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public void close() {
    closed.countDown();
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
