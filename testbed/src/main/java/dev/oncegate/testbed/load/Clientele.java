package dev.oncegate.testbed.load;

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
import org.jspecify.annotations.Nullable;

/**
 * Clients that outlive brokers: what was sent is sent again for ten minutes, and a broker that
 * stands still is given up after ten seconds.
 */
record Clientele(Map<String, Object> settings, AvroSerdes serdes, String group) {
  private static final int DELIVERY_TIMEOUT_MS = 600_000;
  private static final int REQUEST_TIMEOUT_MS = 10_000;
  private static final long BUFFER_BYTES = 64L << 20;

  /** For commands and controls. */
  Producer<@Nullable String, byte @Nullable []> agents() {
    return new KafkaProducer<>(
        producer(group + "-agents"), new StringSerializer(), new ByteArraySerializer());
  }

  /** For outcomes. */
  Producer<String, ActionOutcome> outcomes() {
    Serializer<SpecificRecord> any = serdes.serializer();
    Serializer<ActionOutcome> serializer = any::serialize;
    return new KafkaProducer<>(producer(group + "-executors"), new StringSerializer(), serializer);
  }

  /** For effects, in the group of the executors. */
  Consumer<String, ActionEffect> effects() {
    Map<String, Object> own = consumer(group + "-executors");
    own.put(ConsumerConfig.GROUP_ID_CONFIG, group + "-executors");
    own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    Deserializer<SpecificRecord> any = serdes.deserializer();
    Deserializer<ActionEffect> deserializer =
        (topic, bytes) -> (ActionEffect) any.deserialize(topic, bytes);
    return new KafkaConsumer<>(own, new StringDeserializer(), deserializer);
  }

  /** For reading without a group. */
  Consumer<byte[], byte[]> reader() {
    return new KafkaConsumer<>(
        consumer(group + "-reader"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private Map<String, Object> producer(String clientId) {
    Map<String, Object> own = Clients.producer(settings);
    own.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
    own.put(ProducerConfig.ACKS_CONFIG, "all");
    own.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MS);
    own.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
    own.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, REQUEST_TIMEOUT_MS);
    own.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    return own;
  }

  private Map<String, Object> consumer(String clientId) {
    Map<String, Object> own = Clients.consumer(settings);
    own.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    own.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
    own.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS * 2);
    return own;
  }
}
