package dev.oncegate.gate;

import dev.oncegate.core.intake.Coordinates;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Reads a record of the reroute topic as what it was before it was carried there. */
final class Rerouted {
  private Rerouted() {}

  /**
   * The record as its author wrote it; null where the headers that say so are missing, which means that somebody else
   * wrote to the gate's internal topic.
   */
  static @Nullable Arrival arrival(Record<byte[], byte[]> record, GateParts parts) {
    Headers headers = record.headers();
    String topic = GateHeaders.text(headers, GateHeaders.ORIGIN_TOPIC);
    String partition = GateHeaders.text(headers, GateHeaders.ORIGIN_PARTITION);
    String offset = GateHeaders.text(headers, GateHeaders.ORIGIN_OFFSET);
    Arrival.Source source = topic == null ? null : parts.sourceOf(topic);
    if (source == null || topic == null || partition == null || offset == null) {
      return null;
    }
    try {
      Coordinates at = new Coordinates(topic, Integer.parseInt(partition), Long.parseLong(offset));
      Headers authors = GateHeaders.withoutOrigin(headers);
      return new Arrival(source, at, true, record.timestamp(), record.key(), record.value(), authors);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
