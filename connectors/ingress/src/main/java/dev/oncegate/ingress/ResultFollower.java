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
 * Follows the results topic from its end on, all partitions, in no group: every instance sees every
 * result, for the request that waits may be at any. One thread, so results keep their order.
 */
final class ResultFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResultFollower.class);
  private static final Duration POLL = Duration.ofMillis(200);
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
   * Follows from here on: a result of a command written after this returns is seen.
   *
   * @param sink takes the results one after the other, in the thread of this follower
   */
  static ResultFollower start(IngressConfig config, Consumer<ActionResult> sink) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            config.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
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
      consumer.assign(partitions);
      // Not seekToEnd, which is lazy: the position has to be known before the first command.
      for (Map.Entry<TopicPartition, Long> end : consumer.endOffsets(partitions).entrySet()) {
        consumer.seek(end.getKey(), end.getValue());
      }
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
    ResultFollower follower = new ResultFollower(consumer, config.serdes().deserializer(), sink);
    follower.thread.start();
    return follower;
  }

  private void follow() {
    try (consumer) {
      while (closed.getCount() > 0) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          take(record);
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

  private void take(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
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
