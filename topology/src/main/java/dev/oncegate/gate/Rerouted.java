package dev.oncegate.gate;

import dev.oncegate.core.intake.Coordinates;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/** Reads a record of the reroute topic as what it was before it was carried there. */
final class Rerouted {
  private Rerouted() {}

  /**
   * The record as its author wrote it; FOREIGN where the headers that say so are missing, which
   * means that somebody else wrote to the gate's internal topic.
   *
   * @param here where the record lies on the reroute topic
   */
  static Arrival arrival(Record<byte[], byte[]> record, Coordinates here, GateParts parts) {
    Headers headers = record.headers();
    String topic = GateHeaders.text(headers, GateHeaders.ORIGIN_TOPIC);
    String partition = GateHeaders.text(headers, GateHeaders.ORIGIN_PARTITION);
    String offset = GateHeaders.text(headers, GateHeaders.ORIGIN_OFFSET);
    Arrival.Source source = topic == null ? null : parts.sourceOf(topic);
    if (source == null || topic == null || partition == null || offset == null) {
      return foreign(record, here);
    }
    try {
      Coordinates at = new Coordinates(topic, Integer.parseInt(partition), Long.parseLong(offset));
      Headers authors = GateHeaders.withoutOrigin(headers);
      Header key = headers.lastHeader(GateHeaders.ORIGIN_KEY);
      byte[] authorsKey = key == null ? null : key.value();
      return new Arrival(source, at, true, record.timestamp(), authorsKey, record.value(), authors);
    } catch (NumberFormatException e) {
      return foreign(record, here);
    }
  }

  private static Arrival foreign(Record<byte[], byte[]> record, Coordinates here) {
    return new Arrival(
        Arrival.Source.FOREIGN,
        here,
        true,
        record.timestamp(),
        record.key(),
        record.value(),
        record.headers());
  }
}
