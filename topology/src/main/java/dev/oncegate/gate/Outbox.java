package dev.oncegate.gate;

import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** The way out: everything the gate writes to a topic passes here, in the transaction of the record it answers. */
final class Outbox {
  /** Messages may quote what was sent; a dead letter must not be much larger than its record. */
  private static final int MAX_MESSAGE = 500;

  private final ProcessorContext<byte[], byte[]> context;
  private final Topics topics;
  private final Serializer<SpecificRecord> serializer;

  Outbox(ProcessorContext<byte[], byte[]> context, Topics topics, Serializer<SpecificRecord> serializer) {
    this.context = context;
    this.topics = topics;
    this.serializer = serializer;
  }

  void effect(String scope, SpecificRecord effect, long timeMs, Headers headers) {
    send(topics.effects(), scope, effect, timeMs, headers);
  }

  void result(String scope, SpecificRecord result, long timeMs, Headers headers) {
    send(topics.results(), scope, result, timeMs, headers);
  }

  void conflict(String scope, SpecificRecord conflict, long timeMs) {
    send(topics.conflicts(), scope, conflict, timeMs, new RecordHeaders());
  }

  void counts(String runId, SpecificRecord counts, long timeMs) {
    send(topics.runCounts(), runId, counts, timeMs, new RecordHeaders());
  }

  /** @param event null: a tombstone, the run is forgotten */
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
    forward(topics.reroute(), bytes(scope), arrival.value(), arrival.eventTimeMs(), headers);
  }

  /** Puts a record that cannot be acted on aside, its bytes as they came. */
  void deadLetter(Arrival arrival, DeadLetter cause) {
    RecordHeaders headers = new RecordHeaders(arrival.headers().toArray());
    GateHeaders.set(headers, GateHeaders.CAUSE, cause.code());
    GateHeaders.set(headers, GateHeaders.MESSAGE, shortened(cause.message()));
    GateHeaders.set(headers, GateHeaders.DEAD_TOPIC, arrival.at().topic());
    GateHeaders.set(headers, GateHeaders.DEAD_PARTITION, arrival.at().partition());
    GateHeaders.set(headers, GateHeaders.DEAD_OFFSET, arrival.at().offset());
    GateHeaders.set(headers, GateHeaders.DEAD_TIMESTAMP, arrival.eventTimeMs());
    forward(topics.deadLetters(), arrival.key(), arrival.value(), arrival.eventTimeMs(), headers);
  }

  private static String shortened(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }

  private void send(String topic, String key, @Nullable SpecificRecord value, long timeMs, Headers headers) {
    forward(topic, bytes(key), value == null ? null : serializer.serialize(topic, value), timeMs, headers);
  }

  private void forward(
      String topic, byte @Nullable [] key, byte @Nullable [] value, long timeMs, Headers headers) {
    context.forward(new Record<>(key, value, timeMs, headers), topic);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
