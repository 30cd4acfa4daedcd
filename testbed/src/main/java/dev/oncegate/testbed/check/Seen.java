package dev.oncegate.testbed.check;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record as it was read.
 *
 * @param timestampMs in epoch milliseconds
 * @param key the record's key as text; null where it has none
 * @param content null where the value is null: a tombstone
 */
record Seen(
    Place at, long timestampMs, Headers headers, @Nullable String key, @Nullable Content content) {

  /** A value that is there. */
  sealed interface Content {}

  /** One of our records, though not necessarily of the type that the topic is for. */
  record Readable(SpecificRecord value) implements Content {}

  /** Bytes that are none of our records. */
  record Unreadable(String why) implements Content {}

  /** The value, where it is of the given type; else null. */
  <T> @Nullable T as(Class<T> type) {
    return content instanceof Readable readable && type.isInstance(readable.value)
        ? type.cast(readable.value)
        : null;
  }

  /** What the value is, in words. */
  String described() {
    if (content instanceof Readable readable) {
      return "a " + readable.value.getSchema().getName();
    }
    return content instanceof Unreadable unreadable
        ? "unreadable: " + unreadable.why
        : "a null value";
  }
}
