package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.stack.StackException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends a command to each partition every 50 ms, each of a run of its own, and tells when decisions
 * can be read: of a partition that stands still, at most 50 ms after it goes on.
 */
final class Probe implements AutoCloseable {
  private static final long EVERY_MS = 50;
  private static final Duration GIVE_UP = Duration.ofMinutes(15);

  private final ScheduledExecutorService sending = Executors.newSingleThreadScheduledExecutor();
  private final Producer<byte[], byte[]> producer;
  private final Consumer<byte[], byte[]> results;
  private final AvroSerdes avro;
  private final String commandsTopic;
  private final int partitions;
  private long runs;

  Probe(GateConfig config, int partitions) {
    Topics topics = Topics.of(config);
    this.partitions = partitions;
    this.commandsTopic = topics.commands();
    avro = AvroSerdes.of("oncegate", config.kafkaSettings());
    producer =
        new KafkaProducer<>(
            Clients.producer(config.kafkaSettings()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    results =
        new KafkaConsumer<>(
            Clients.consumer(config.kafkaSettings()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> all =
        results.partitionsFor(topics.results()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    results.assign(all);
    results.seekToEnd(all);
    all.forEach(results::position);
    sending.scheduleAtFixedRate(this::send, 0, EVERY_MS, TimeUnit.MILLISECONDS);
  }

  private void send() {
    Set<Integer> missing = new HashSet<>();
    for (int partition = 0; partition < partitions; partition++) {
      missing.add(partition);
    }
    while (!missing.isEmpty()) {
      String run = "probe-" + ++runs;
      byte[] key = run.getBytes(StandardCharsets.UTF_8);
      int partition = BuiltInPartitioner.partitionForKey(key, partitions);
      if (missing.remove(partition)) {
        ActionCommand command =
            ActionCommand.newBuilder()
                .setRunId(run)
                .setTool("probe")
                .setIdempotencyKey("once")
                .build();
        producer.send(
            new ProducerRecord<>(
                commandsTopic,
                partition,
                key,
                avro.serializer().serialize(commandsTopic, command)));
      }
    }
  }

  /**
   * Waits until each of some partitions has a decision that was made after a moment.
   *
   * @return when the first such decision of each could be read
   */
  Map<Integer, Instant> awaitDecisions(Instant moment, Set<Integer> wanted) {
    Map<Integer, Instant> readAt = new TreeMap<>();
    Instant deadline = Instant.now().plus(GIVE_UP);
    while (!readAt.keySet().containsAll(wanted)) {
      if (Instant.now().isAfter(deadline)) {
        throw new StackException("no decision in some of %s within %s".formatted(wanted, GIVE_UP));
      }
      for (ConsumerRecord<byte[], byte[]> record : results.poll(Duration.ofMillis(20))) {
        if (wanted.contains(record.partition())
            && avro.deserializer().deserialize(record.topic(), record.value())
                instanceof ActionResult result
            && result.getEvent() == ResultEvent.DECIDED
            && result.getDecidedAt().isAfter(moment)) {
          readAt.putIfAbsent(record.partition(), Instant.now());
        }
      }
    }
    return readAt;
  }

  @Override
  public void close() {
    sending.shutdownNow();
    producer.close();
    results.close();
  }
}
