package dev.oncegate.testbed.demo;

import dev.oncegate.config.Clients;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.serde.AvroSerdes;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Clients of one broker and registry: idempotent producers, consumers that see what is committed
 * only.
 */
record Connections(Map<String, Object> settings, AvroSerdes avro) {
  private static final String EXECUTORS = "oncegate-demo-tools";

  /** For commands and controls. */
  Producer<String, byte[]> commands() {
    return new KafkaProducer<>(
        producer("oncegate-demo-agents"), new StringSerializer(), new ByteArraySerializer());
  }

  /** For outcomes. */
  Producer<String, ActionOutcome> outcomes() {
    Serializer<SpecificRecord> any = avro.serializer();
    Serializer<ActionOutcome> serializer = any::serialize;
    return new KafkaProducer<>(producer(EXECUTORS), new StringSerializer(), serializer);
  }

  /** For effects, in the group of the executors. */
  Consumer<String, ActionEffect> effects() {
    Map<String, Object> own = consumer(EXECUTORS);
    own.put(ConsumerConfig.GROUP_ID_CONFIG, EXECUTORS);
    Deserializer<SpecificRecord> any = avro.deserializer();
    Deserializer<ActionEffect> deserializer =
        (topic, bytes) -> (ActionEffect) any.deserialize(topic, bytes);
    return new KafkaConsumer<>(own, new StringDeserializer(), deserializer);
  }

  /** For everything, without a group. */
  Consumer<byte[], byte[]> everything() {
    return new KafkaConsumer<>(
        consumer("oncegate-demo-reader"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private Map<String, Object> producer(String clientId) {
    Map<String, Object> own = Clients.producer(settings);
    own.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
    own.put(ProducerConfig.ACKS_CONFIG, "all");
    own.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    return own;
  }

  private Map<String, Object> consumer(String clientId) {
    Map<String, Object> own = Clients.consumer(settings);
    own.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return own;
  }
}
