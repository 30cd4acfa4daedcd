package dev.oncegate.gate;

import dev.oncegate.schema.ConflictEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * The way out: everything the gate writes to a topic passes here, in the transaction of the record
 * it answers.
 */
final class Outbox {
  /** Messages may quote what was sent; a dead letter must not be much larger than its record. */
  private static final int MAX_MESSAGE = 500;

  /** What is left of the key, and of the value, of a dead letter that fits nowhere. */
  private static final int CUT_BYTES = 16_384;

  /** Most bytes that a batch, and a record or header in it, take beside keys, names and values. */
  private static final int BATCH_BYTES = 128;

  private static final int HEADER_BYTES = 10;

  private final ProcessorContext<byte[], byte[]> context;
  private final Topics topics;
  private final Serializer<SpecificRecord> serializer;
  private final int carriedMaxBytes;
  private final Observer observer;

  Outbox(ProcessorContext<byte[], byte[]> context, GateParts parts) {
    this.context = context;
    this.topics = parts.topics();
    this.serializer = parts.serializer();
    this.carriedMaxBytes = parts.carriedMaxBytes();
    this.observer = parts.observer();
  }

  void effect(String scope, SpecificRecord effect, long timeMs, Headers headers) {
    send(topics.effects(), scope, effect, timeMs, headers);
  }

  void result(String scope, SpecificRecord result, long timeMs, Headers headers) {
    send(topics.results(), scope, result, timeMs, headers);
  }

  void conflict(String scope, ConflictEvent conflict, long timeMs) {
    observer.conflict(conflict.getKind());
    send(topics.conflicts(), scope, conflict, timeMs, new RecordHeaders());
  }

  void counts(String runId, SpecificRecord counts, long timeMs) {
    send(topics.runCounts(), runId, counts, timeMs, new RecordHeaders());
  }

  /**
   * @param event null: a tombstone, the run is forgotten
   */
  void circuit(String runId, @Nullable SpecificRecord event, long timeMs) {
    send(topics.circuits(), runId, event, timeMs, new RecordHeaders());
  }

  void escalation(String scope, SpecificRecord escalation, long timeMs) {
    send(topics.escalations(), scope, escalation, timeMs, new RecordHeaders());
  }

  /** Carries a record to the partition of its scope. */
  void reroute(String scope, Arrival arrival) {
    Headers headers = GateHeaders.withoutOrigin(arrival.headers());
    GateHeaders.set(headers, GateHeaders.ORIGIN_TOPIC, arrival.at().topic());
    GateHeaders.set(headers, GateHeaders.ORIGIN_PARTITION, arrival.at().partition());
    GateHeaders.set(headers, GateHeaders.ORIGIN_OFFSET, arrival.at().offset());
    if (arrival.key() != null) {
      headers.add(GateHeaders.ORIGIN_KEY, arrival.key());
    }
    if (fits(bytes(scope), arrival.value(), headers)) {
      observer.rerouted(arrival.at());
      forward(topics.reroute(), bytes(scope), arrival.value(), arrival.eventTimeMs(), headers);
    } else {
      deadLetter(
          arrival,
          new DeadLetter(
              DeadLetter.Cause.TOO_LARGE,
              "The record is too large to be carried to the partition of its scope; at most %d bytes are."
                  .formatted(carriedMaxBytes)));
    }
  }

  /**
   * Puts a record that cannot be acted on aside, its bytes as they came. Only what fits nowhere is
   * cut, and loses its author's headers: a topic's limit is for compressed batches, the producer's
   * for the record itself, and a record that it refuses would fail the task for ever. The
   * coordinates say where the whole of it lies.
   */
  void deadLetter(Arrival arrival, DeadLetter cause) {
    observer.deadLetter(cause.cause());
    RecordHeaders headers = new RecordHeaders(arrival.headers().toArray());
    describe(headers, arrival, cause);
    if (fits(arrival.key(), arrival.value(), headers)) {
      forward(topics.deadLetters(), arrival.key(), arrival.value(), arrival.eventTimeMs(), headers);
    } else {
      RecordHeaders own = new RecordHeaders();
      describe(own, arrival, cause);
      GateHeaders.set(own, GateHeaders.DEAD_SIZE, sizeOf(arrival.value()));
      forward(
          topics.deadLetters(),
          cut(arrival.key()),
          cut(arrival.value()),
          arrival.eventTimeMs(),
          own);
    }
  }

  private static void describe(Headers headers, Arrival arrival, DeadLetter cause) {
    GateHeaders.set(headers, GateHeaders.CAUSE, cause.code());
    GateHeaders.set(headers, GateHeaders.MESSAGE, shortened(cause.message()));
    GateHeaders.set(headers, GateHeaders.DEAD_TOPIC, arrival.at().topic());
    GateHeaders.set(headers, GateHeaders.DEAD_PARTITION, arrival.at().partition());
    GateHeaders.set(headers, GateHeaders.DEAD_OFFSET, arrival.at().offset());
    GateHeaders.set(headers, GateHeaders.DEAD_TIMESTAMP, arrival.eventTimeMs());
  }

  private boolean fits(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    long size = (long) BATCH_BYTES + sizeOf(key) + sizeOf(value);
    for (Header header : headers) {
      size += HEADER_BYTES + (long) bytes(header.key()).length + sizeOf(header.value());
    }
    return size <= carriedMaxBytes;
  }

  private static int sizeOf(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static byte @Nullable [] cut(byte @Nullable [] bytes) {
    return bytes == null || bytes.length <= CUT_BYTES ? bytes : Arrays.copyOf(bytes, CUT_BYTES);
  }

  private static String shortened(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }

  private void send(
      String topic, String key, @Nullable SpecificRecord value, long timeMs, Headers headers) {
    forward(
        topic,
        bytes(key),
        value == null ? null : serializer.serialize(topic, value),
        timeMs,
        headers);
  }

  private void forward(
      String topic, byte @Nullable [] key, byte @Nullable [] value, long timeMs, Headers headers) {
    context.forward(new Record<>(key, value, timeMs, headers), topic);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
