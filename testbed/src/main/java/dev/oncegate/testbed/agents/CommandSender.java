package dev.oncegate.testbed.agents;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ControlCommand;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes commands and controls as an agent's client does, scope {@code run}. Each record bears a
 * traceparent of its own and the correlation id. Safe for use by several threads.
 */
public final class CommandSender {
  private final Producer<String, byte[]> producer;
  private final Serializer<SpecificRecord> avro;
  private final Topics topics;
  private final int partitions;

  /**
   * A sender.
   *
   * @param producer left open
   * @param partitions of the commands topic
   */
  public CommandSender(
      Producer<String, byte[]> producer,
      Serializer<SpecificRecord> avro,
      Topics topics,
      int partitions) {
    this.producer = producer;
    this.avro = avro;
    this.topics = topics;
    this.partitions = partitions;
  }

  /** Sends a command; completed with where it lies. */
  public CompletableFuture<RecordMetadata> send(
      ActionCommand command, Placement placement, Random random) {
    String scope = command.getRunId();
    var record =
        new ProducerRecord<>(
            topics.commands(),
            placement.partitionOf(scope, partitions, random),
            placement.keyOf(scope, random),
            avro.serialize(topics.commands(), command));
    addHeaders(record, command.getCorrelationId(), random);
    return send(record);
  }

  /** Sends bytes as they are to the commands topic. */
  public CompletableFuture<RecordMetadata> sendBytes(String key, byte[] bytes) {
    return send(new ProducerRecord<>(topics.commands(), key, bytes));
  }

  /** Sends a control. */
  public CompletableFuture<RecordMetadata> send(ControlCommand control) {
    return send(
        new ProducerRecord<>(
            topics.controls(), control.getRunId(), avro.serialize(topics.controls(), control)));
  }

  private static void addHeaders(
      ProducerRecord<String, byte[]> record, @Nullable String correlationId, Random random) {
    String traceparent =
        "00-%016x%016x-%016x-01"
            .formatted(random.nextLong(), random.nextLong() | 1, random.nextLong() | 1);
    record.headers().add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
    if (correlationId != null) {
      record.headers().add("correlation-id", correlationId.getBytes(StandardCharsets.UTF_8));
    }
  }

  private CompletableFuture<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
    CompletableFuture<RecordMetadata> sent = new CompletableFuture<>();
    producer.send(
        record,
        (metadata, failure) -> {
          if (failure == null) {
            sent.complete(metadata);
          } else {
            sent.completeExceptionally(failure);
          }
        });
    return sent;
  }
}
