package dev.oncegate.testbed.upgrade;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.serde.AvroSerdes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Agent and executor in one, who sends one thing at a time and waits for its answer. */
final class Correspondent implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Topics topics;
  private final AvroSerdes avro;
  private final Producer<String, byte[]> producer;
  private final Consumer<byte[], byte[]> consumer;

  Correspondent(GateConfig config) {
    Map<String, Object> settings = config.kafkaSettings();
    topics = Topics.of(config);
    avro = AvroSerdes.of("oncegate", settings);
    producer =
        new KafkaProducer<>(
            Clients.producer(settings), new StringSerializer(), new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Clients.consumer(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    var results =
        consumer.partitionsFor(topics.results()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(results);
    consumer.seekToEnd(results);
    results.forEach(consumer::position);
  }

  /** The decision on a WRITE. */
  ActionResult ask(String run, String key, String args) throws Exception {
    RecordMetadata at = send(run, key, args);
    return await(
        result ->
            result.getEvent() == ResultEvent.DECIDED
                && result.getCommand().getPartition() == at.partition()
                && result.getCommand().getOffset() == at.offset());
  }

  /** Sends a WRITE that is not waited for. */
  RecordMetadata send(String run, String key, String args) throws Exception {
    ActionCommand command =
        ActionCommand.newBuilder()
            .setRunId(run)
            .setTool("book")
            .setArgs(args)
            .setIdempotencyKey(key)
            .build();
    return send(topics.commands(), run, command);
  }

  /** Reports a success of the first attempt, and waits until that is stored. */
  void succeed(String run, String key, String result) throws Exception {
    ActionOutcome outcome =
        ActionOutcome.newBuilder()
            .setScope(run)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setAttempt(1)
            .setStatus(OutcomeStatus.SUCCEEDED)
            .setResult(result)
            .build();
    send(topics.outcomes(), run, outcome);
    await(told -> told.getEvent() == ResultEvent.SETTLED && key.equals(told.getIdempotencyKey()));
  }

  private RecordMetadata send(String topic, String key, SpecificRecord value) throws Exception {
    byte[] bytes = avro.serializer().serialize(topic, value);
    return producer.send(new ProducerRecord<>(topic, key, bytes)).get();
  }

  private ActionResult await(Predicate<ActionResult> wanted) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(deadline)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        ActionResult result =
            (ActionResult) avro.deserializer().deserialize(record.topic(), record.value());
        if (wanted.test(result)) {
          return result;
        }
      }
    }
    throw new AssertionError("no answer within " + PATIENCE);
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }
}
