package dev.oncegate.gate;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The record headers the gate reads and writes. All values are UTF-8 text, but that of {@link
 * #ORIGIN_KEY}.
 */
public final class GateHeaders {
  /**
   * W3C Trace Context, and the caller's own correlation: carried from a command to its effect and
   * results.
   */
  public static final List<String> CARRIED = List.of("traceparent", "tracestate", "correlation-id");

  /** Why a record is a dead letter: a stable code. */
  public static final String CAUSE = "oncegate.dead-letter.cause";

  /** Why a record is a dead letter, in words. */
  public static final String MESSAGE = "oncegate.dead-letter.message";

  /** Where the dead letter lay: topic. */
  public static final String DEAD_TOPIC = "oncegate.dead-letter.topic";

  /** Where the dead letter lay: partition. */
  public static final String DEAD_PARTITION = "oncegate.dead-letter.partition";

  /** Where the dead letter lay: offset. */
  public static final String DEAD_OFFSET = "oncegate.dead-letter.offset";

  /** Timestamp of the dead letter, in epoch milliseconds. */
  public static final String DEAD_TIMESTAMP = "oncegate.dead-letter.timestamp";

  /**
   * How many bytes a dead letter's value had, where it was cut because it fits on no topic as it
   * came.
   */
  public static final String DEAD_SIZE = "oncegate.dead-letter.size";

  /** Where a rerouted record lay first: topic. */
  static final String ORIGIN_TOPIC = "oncegate.origin.topic";

  /** Where a rerouted record lay first: partition. */
  static final String ORIGIN_PARTITION = "oncegate.origin.partition";

  /** Where a rerouted record lay first: offset. */
  static final String ORIGIN_OFFSET = "oncegate.origin.offset";

  /**
   * The key of a rerouted record before it was carried on by its scope: bytes; absent where it had
   * none.
   */
  static final String ORIGIN_KEY = "oncegate.origin.key";

  /**
   * More than Trace Context asks to be carried; a longer one would make an effect grow beyond what
   * a topic takes.
   */
  private static final int MAX_CARRIED_BYTES = 1_024;

  private static final List<String> ORIGIN =
      List.of(ORIGIN_TOPIC, ORIGIN_PARTITION, ORIGIN_OFFSET, ORIGIN_KEY);

  private GateHeaders() {}

  /**
   * Those headers of a command that go on to its effect and results: the last of each name, if it
   * is not too long.
   */
  static Headers carried(Headers from) {
    RecordHeaders carried = new RecordHeaders();
    for (String name : CARRIED) {
      Header header = from.lastHeader(name);
      if (header != null && header.value() != null && header.value().length <= MAX_CARRIED_BYTES) {
        carried.add(header);
      }
    }
    return carried;
  }

  /** The headers as the author of a record set them: without what rerouting added. */
  static Headers withoutOrigin(Headers from) {
    RecordHeaders rest = new RecordHeaders(from.toArray());
    ORIGIN.forEach(rest::remove);
    return rest;
  }

  static void set(Headers headers, String name, Object value) {
    headers.remove(name).add(name, String.valueOf(value).getBytes(StandardCharsets.UTF_8));
  }

  static @Nullable String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
