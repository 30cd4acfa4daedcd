package dev.oncegate.testbed.promise;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.serde.AvroDeserializer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The decided results of a gate, as a reader sees them who sees what is committed only. */
final class Decisions implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroDeserializer<ActionResult> avro = new AvroDeserializer<>();
  private final List<TopicPartition> partitions;

  Decisions(GateConfig config) {
    Map<String, Object> settings = config.kafkaSettings();
    avro.configure(settings, false);
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    partitions =
        consumer.partitionsFor(Topics.of(config).results()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /**
   * Waits until each of some partitions has a decision that was made after a moment.
   *
   * @return when the last of them could be read
   */
  Instant awaitAfter(Instant moment, Collection<Integer> wanted, Duration timeout) {
    Set<Integer> silent = new HashSet<>(wanted);
    Instant deadline = Instant.now().plus(timeout);
    while (!silent.isEmpty()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(
            "no decision in partitions %s within %s".formatted(silent, timeout));
      }
      poll(
          (partition, result) -> {
            if (result.getDecidedAt().isAfter(moment)) {
              silent.remove(partition);
            }
          });
    }
    return Instant.now();
  }

  /**
   * What every run was told by now: its decisions in the order of run_seq, such as "ACCEPTED step-1
   * attempt 1".
   */
  Map<String, List<String>> byRun() {
    Map<String, Map<Long, String>> found = new TreeMap<>();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.seekToBeginning(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(
          (partition, result) ->
              found
                  .computeIfAbsent(result.getRunId(), run -> new TreeMap<>())
                  .put(result.getRunSeq(), words(result)));
    }
    Map<String, List<String>> byRun = new TreeMap<>();
    found.forEach((run, told) -> byRun.put(run, new ArrayList<>(told.values())));
    return byRun;
  }

  private static String words(ActionResult result) {
    return "%s %s %s attempt %s %s"
        .formatted(
            result.getDecision(),
            result.getReason(),
            result.getIdempotencyKey(),
            result.getEffectAttempt(),
            result.getStoredOutcome() == null ? "" : result.getStoredOutcome().getResult());
  }

  private interface Sink {
    void take(int partition, ActionResult result);
  }

  private void poll(Sink sink) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      ActionResult result = avro.deserialize(record.topic(), record.value());
      if (result.getEvent() == ResultEvent.DECIDED) {
        sink.take(record.partition(), result);
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
    avro.close();
  }
}
