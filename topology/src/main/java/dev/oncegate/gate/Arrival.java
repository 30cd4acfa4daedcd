package dev.oncegate.gate;

import dev.oncegate.core.intake.Coordinates;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record as it arrived.
 *
 * @param source the topic it was written to by its author
 * @param at where it lies on that topic, not on the one that may have carried it here
 * @param liesRight whether it must not be carried on: it was already
 * @param eventTimeMs in epoch milliseconds, never later than the gate's clock
 * @param headers as its author set them
 */
record Arrival(
    Source source,
    Coordinates at,
    boolean liesRight,
    long eventTimeMs,
    byte @Nullable [] key,
    byte @Nullable [] value,
    Headers headers) {

  /** What the gate reads. */
  enum Source {
    COMMANDS,
    OUTCOMES,
    CONTROLS,
    /**
     * The gate's own topic, but nothing says from where a record was carried there: somebody else
     * wrote it.
     */
    FOREIGN
  }
}
