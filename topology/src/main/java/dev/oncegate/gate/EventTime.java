package dev.oncegate.gate;

import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * A record's timestamp, but never later than now: no client can push the time of a partition ahead and so empty the
 * stores. A record without a timestamp gets now.
 */
final class EventTime implements TimestampExtractor {
  private final InstantSource clock;

  EventTime(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    long nowMs = clock.millis();
    return record.timestamp() < 0 ? nowMs : Math.min(record.timestamp(), nowMs);
  }
}
