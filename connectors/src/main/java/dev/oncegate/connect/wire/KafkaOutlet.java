package dev.oncegate.connect.wire;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to Kafka, idempotently and to all replicas. While the brokers are away it goes on trying:
 * the effects that wait for it hold back further ones, and no outcome is given up.
 */
public final class KafkaOutlet implements Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaOutlet.class);
  private static final Duration CLOSE = Duration.ofSeconds(3);
  private static final Executor LATER = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final Producer<String, byte[]> producer;
  private volatile boolean closed;

  private KafkaOutlet(Producer<String, byte[]> producer) {
    this.producer = producer;
  }

  /**
   * @param settings of Kafka's clients, under their own names
   */
  public static KafkaOutlet of(Map<String, String> settings, String clientId) {
    Map<String, Object> all = new HashMap<>();
    all.put(ProducerConfig.LINGER_MS_CONFIG, 2);
    all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
    all.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
    all.putAll(settings);
    // What the promise rests on is not for sale.
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    return new KafkaOutlet(
        new KafkaProducer<>(all, new StringSerializer(), new ByteArraySerializer()));
  }

  @Override
  public CompletableFuture<Void> send(
      String topic, String key, byte[] value, Map<String, String> headers) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, value);
    headers.forEach(
        (name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    CompletableFuture<Void> durable = new CompletableFuture<>();
    send(record, durable);
    return durable;
  }

  private void send(ProducerRecord<String, byte[]> record, CompletableFuture<Void> durable) {
    try {
      producer.send(
          record,
          (metadata, error) -> {
            if (error == null) {
              durable.complete(null);
            } else {
              failed(record, durable, error);
            }
          });
    } catch (RuntimeException e) {
      failed(record, durable, e);
    }
  }

  private void failed(
      ProducerRecord<String, byte[]> record, CompletableFuture<Void> durable, Exception error) {
    if (closed || !(error instanceof RetriableException)) {
      durable.completeExceptionally(error);
      return;
    }
    LOG.warn("Cannot send to {}; trying again: {}", record.topic(), error.toString());
    LATER.execute(() -> send(record, durable));
  }

  @Override
  public void close() {
    closed = true;
    producer.close(CLOSE);
  }
}
