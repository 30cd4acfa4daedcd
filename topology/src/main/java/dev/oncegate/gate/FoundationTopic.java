package dev.oncegate.gate;

import dev.oncegate.config.GateConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Keeps the foundation as the one record of a compacted topic.
 *
 * <p>One record, whoever comes first: it is written in a transaction whose id all instances share.
 * To begin is to end or fence whoever held the id before, so what is read after that is final, and
 * of two that found nothing only the later one commits. "The first of several records" would not
 * do: compaction keeps the last.
 */
final class FoundationTopic implements Foundation.Ground {
  private static final byte[] KEY = "foundation".getBytes(StandardCharsets.US_ASCII);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int FIRST_PAUSE_MS = 500;
  private static final int LONGEST_PAUSE_MS = 8_000;

  private final TopicPartition partition;
  private final Map<String, Object> consumerSettings;
  private final Map<String, Object> producerSettings;

  FoundationTopic(GateConfig config) {
    partition = new TopicPartition(Topics.of(config).foundation(), 0);
    String client = config.applicationId() + "-setup";
    StreamsConfig settings = new StreamsConfig(config.kafkaSettings());
    // It reads partitions that it is told, in no group, and what is committed only.
    consumerSettings = settings.getRestoreConsumerConfigs(client);
    producerSettings = new HashMap<>(settings.getProducerConfigs(client));
    producerSettings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, partition.topic());
  }

  @Override
  public Optional<Foundation> read() {
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      Optional<Foundation> found = Optional.empty();
      long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (Arrays.equals(record.key(), KEY) && record.value() != null) {
            found = Optional.of(Foundation.fromBytes(record.value()));
          }
        }
        if (System.nanoTime() > giveUpNanos) {
          throw new TimeoutException(
              "Topic %s could not be read to its end within %d s."
                  .formatted(partition.topic(), PATIENCE.toSeconds()));
        }
      }
      return found;
    } catch (TopicAuthorizationException e) {
      throw TopicSetup.denied("Read", partition.topic(), e);
    }
  }

  @Override
  public Foundation lay(Foundation wanted) {
    long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
    for (int longestPauseMs = FIRST_PAUSE_MS;
        ;
        longestPauseMs = Math.min(2 * longestPauseMs, LONGEST_PAUSE_MS)) {
      // Who only looks fences nobody: as soon as one has laid it, all others are done.
      Optional<Foundation> before = read();
      if (before.isPresent()) {
        return before.get();
      }
      try {
        return layUnlessThereNow(wanted);
      } catch (TopicAuthorizationException e) {
        throw TopicSetup.denied("Write", partition.topic(), e);
      } catch (AuthorizationException | InterruptException e) {
        throw e;
      } catch (KafkaException e) {
        // Fenced by another that starts too, or refused by a broker that is ending the other's
        // transaction: whatever became of ours, what is read after the next beginning is final.
        if (System.nanoTime() > giveUpNanos) {
          throw e;
        }
        pauseAtMost(longestPauseMs);
      }
    }
  }

  private Foundation layUnlessThereNow(Foundation wanted) {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            producerSettings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      Optional<Foundation> before = read();
      if (before.isPresent()) {
        return before.get();
      }
      producer.beginTransaction();
      producer.send(
          new ProducerRecord<>(partition.topic(), partition.partition(), KEY, wanted.toBytes()));
      producer.commitTransaction();
      return wanted;
    }
  }

  /**
   * By chance, and longer with each failure: many that start at once fence each other for as long
   * as their pauses are shorter than what one of them needs to finish.
   */
  private static void pauseAtMost(int longestMs) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(1, longestMs));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
