package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.serde.AvroSerdes;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** An executor that needs no time: answers each effect of a gate with SUCCEEDED and a result. */
final class Answering implements AutoCloseable {
  private final AvroSerdes avro;
  private final String outcomes;
  private final Producer<byte[], byte[]> producer;
  private final Tally effects;
  private final AtomicLong acknowledged = new AtomicLong();

  Answering(Course course, Map<TopicPartition, Long> from) {
    avro = AvroSerdes.of("oncegate", course.config().kafkaSettings());
    outcomes = Topics.of(course.config()).outcomes();
    producer =
        new KafkaProducer<>(
            Clients.producer(course.config().kafkaSettings()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    effects = new Tally(course, from, this::answer).begin();
  }

  private void answer(ConsumerRecord<byte[], byte[]> record) {
    ActionEffect effect =
        (ActionEffect) avro.deserializer().deserialize(record.topic(), record.value());
    ActionOutcome outcome =
        ActionOutcome.newBuilder()
            .setScope(effect.getScope())
            .setRunId(effect.getRunId())
            .setIdempotencyKey(effect.getIdempotencyKey())
            .setAttempt(effect.getAttempt())
            .setStatus(OutcomeStatus.SUCCEEDED)
            .setResult(resultOf(effect.getRunId(), effect.getIdempotencyKey()))
            .build();
    producer.send(
        new ProducerRecord<>(
            outcomes, record.key(), avro.serializer().serialize(outcomes, outcome)),
        (metadata, failure) -> {
          if (failure == null) {
            acknowledged.incrementAndGet();
          }
        });
  }

  /** What all executors of the benchmark return, of about a hundred bytes. */
  static String resultOf(String run, String key) {
    return "{\"status\":\"transferred\",\"reference\":\"%s/%s\",\"amount\":\"12.50\",\"currency\":\"EUR\"}"
        .formatted(run, key);
  }

  /** Outcomes that the broker has. */
  long acknowledged() {
    effects.check();
    return acknowledged.get();
  }

  @Override
  public void close() {
    effects.close();
    producer.close();
  }
}
