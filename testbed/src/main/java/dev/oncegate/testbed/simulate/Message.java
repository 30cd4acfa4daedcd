package dev.oncegate.testbed.simulate;

import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record as its producer wrote it.
 *
 * @param timestampMs in epoch milliseconds
 */
record Message(byte @Nullable [] key, byte @Nullable [] value, Headers headers, long timestampMs) {

  /** Equal to the last byte, headers in their order among them. */
  boolean sameAs(Message other) {
    return timestampMs == other.timestampMs
        && Arrays.equals(key, other.key)
        && Arrays.equals(value, other.value)
        && Arrays.equals(headers.toArray(), other.headers.toArray());
  }
}
