package dev.oncegate.gate;

import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * A record's timestamp, but never later than now: no client can push the time of a partition ahead
 * and so empty the stores. A record without a timestamp gets now.
 *
 * <p>An outcome or control that is older than anything remembered counts as just that old. The
 * changelog bears its time, and the broker deletes by it: an executor whose timestamps are wrong by
 * decades, as seconds are where milliseconds are meant, would have its outcomes deleted there, and
 * a restored store let its actions through again. Commands need no such bound: one that old is
 * EXPIRED, and writes no entry.
 */
final class EventTime implements TimestampExtractor {
  /**
   * In dedup windows: the changelog keeps four, and what it keeps may be asked for until two after
   * it was written.
   */
  private static final int OLDEST = 2;

  private final InstantSource clock;
  private final String commands;
  private final long dedupWindowMs;

  EventTime(GateParts parts) {
    this.clock = parts.clock();
    this.commands = parts.topics().commands();
    this.dedupWindowMs = parts.times().dedupWindowMs();
  }

  /**
   * The time for which an outcome or control looks its action up: where it is as old as can be, any
   * that is kept.
   */
  static long ofLookUp(long eventTimeMs, long nowMs, long dedupWindowMs) {
    return eventTimeMs <= nowMs - OLDEST * dedupWindowMs ? 0 : eventTimeMs;
  }

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    long nowMs = clock.millis();
    if (record.timestamp() < 0) {
      return nowMs;
    }
    long notLater = Math.min(record.timestamp(), nowMs);
    return isCommand(record) ? notLater : Math.max(notLater, nowMs - OLDEST * dedupWindowMs);
  }

  private boolean isCommand(ConsumerRecord<Object, Object> record) {
    return record.topic().equals(commands)
        || commands.equals(GateHeaders.text(record.headers(), GateHeaders.ORIGIN_TOPIC));
  }
}
