package dev.oncegate.testbed.check;

import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.check.store.ColdStore;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Judges a history that is handed over record by record, for those who hold the records already:
 * simulations, and readers of their own. Whoever has a cluster takes {@link Check}.
 *
 * <p>The records of one partition are handed over in the order of their offsets, the partitions in
 * any. Only what was committed belongs here. Offsets need not be consecutive. Not for several
 * threads at once.
 */
public final class HistoryCheck implements AutoCloseable {
  private final Judge judge;

  private HistoryCheck(Judge judge) {
    this.judge = judge;
  }

  /**
   * @param dedupWindowMs how long the gate remembers a key, in milliseconds
   */
  public static HistoryCheck of(Topics topics, long dedupWindowMs) {
    return of(topics, dedupWindowMs, ColdStore.ofDefaultSize());
  }

  /** With a memory of the given size, which is closed with the check. */
  static HistoryCheck of(Topics topics, long dedupWindowMs, ColdStore store) {
    return new HistoryCheck(new Judge(topics, dedupWindowMs, new Spans(), store));
  }

  /**
   * Takes a record that can be read, or a tombstone, whose key is not at hand. Where a tombstone of
   * the circuits comes so, the circuits of runs that may have been forgotten are not judged.
   *
   * @see #see(String, int, long, long, Headers, String, SpecificRecord)
   */
  public void see(
      String topic,
      int partition,
      long offset,
      long timestampMs,
      Headers headers,
      @Nullable SpecificRecord value) {
    see(topic, partition, offset, timestampMs, headers, null, value);
  }

  /**
   * Takes a record that can be read, or a tombstone.
   *
   * @param timestampMs the record's timestamp, in epoch milliseconds
   * @param headers only those of dead letters are looked at
   * @param key as text; only those of the circuits' tombstones are looked at
   * @param value null for a tombstone
   * @throws IllegalArgumentException where the topic is none of the gate's
   */
  public void see(
      String topic,
      int partition,
      long offset,
      long timestampMs,
      Headers headers,
      @Nullable String key,
      @Nullable SpecificRecord value) {
    judge.see(
        new Seen(
            new Place(topic, partition, offset),
            timestampMs,
            headers,
            key,
            value == null ? null : new Seen.Readable(value)));
  }

  /**
   * Takes a record whose bytes are none of the schemas', and so also every dead letter that holds
   * such bytes.
   *
   * @param why what a counter-example says of it
   * @throws IllegalArgumentException where the topic is none of the gate's
   */
  public void seeUnreadable(
      String topic, int partition, long offset, long timestampMs, Headers headers, String why) {
    judge.see(
        new Seen(
            new Place(topic, partition, offset),
            timestampMs,
            headers,
            null,
            new Seen.Unreadable(why)));
  }

  /** Whether everything seen so far has what must belong to it. */
  public boolean complete() {
    return judge.complete();
  }

  /** Judges what was seen; to be called once. */
  public Report judge() {
    return judge.judge(true);
  }

  /** Deletes what did not fit the heap. */
  @Override
  public void close() {
    judge.close();
  }
}
