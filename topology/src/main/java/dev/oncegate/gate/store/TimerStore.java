package dev.oncegate.gate.store;

import dev.oncegate.core.intake.ActionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * What is to be done when, in the order of time: state like any other, so that it survives restarts
 * and moves with its partition.
 */
public final class TimerStore {
  /** Name of the store. */
  public static final String NAME = "timers";

  private static final byte DEADLINE = 1;
  private static final byte COUNTS = 2;
  private static final byte RETENTION = 3;
  private static final byte[] PRESENT = {};
  private static final byte[] NEWEST_BUCKET = "newest-bucket".getBytes(StandardCharsets.US_ASCII);

  private final KeyValueStore<byte[], byte[]> store;
  // All before it is done; a scan that began at 0 would walk over every tombstone again.
  private long doneBeforeMs;

  /**
   * @param store as built by {@link #builder}
   */
  public TimerStore(KeyValueStore<byte[], byte[]> store) {
    this.store = store;
  }

  /** Builds the store. */
  public static StoreBuilder<KeyValueStore<byte[], byte[]>> builder() {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(NAME), Serdes.ByteArray(), Serdes.ByteArray());
  }

  /** Schedules a timer. */
  public void schedule(Timer timer) {
    doneBeforeMs = Math.min(doneBeforeMs, timer.dueMs());
    store.put(keyOf(timer), PRESENT);
  }

  /** Takes a timer off. */
  public void cancel(Timer timer) {
    store.delete(keyOf(timer));
  }

  /** Takes off and returns what is due, earliest first, at most {@code most} timers. */
  public List<Timer> takeDue(long nowMs, int most) {
    if (nowMs < doneBeforeMs) {
      // The clock went back; a range that ends before it begins is a warning in the log each time.
      return List.of();
    }
    List<Timer> due = new ArrayList<>();
    byte[] from = ByteBuffer.allocate(Long.BYTES).putLong(doneBeforeMs).array();
    byte[] to = ByteBuffer.allocate(Long.BYTES).putLong(nowMs + 1).array();
    try (KeyValueIterator<byte[], byte[]> timers = store.range(from, to)) {
      while (timers.hasNext() && due.size() < most) {
        KeyValue<byte[], byte[]> next = timers.next();
        due.add(timerOf(next.key));
      }
    }
    due.forEach(this::cancel);
    doneBeforeMs = due.size() < most ? nowMs + 1 : due.get(due.size() - 1).dueMs();
    return due;
  }

  /**
   * Start of the newest bucket of {@link ActionStore} ever written, in epoch milliseconds; 0 where
   * none was.
   */
  long newestBucketMs() {
    byte[] bytes = store.get(NEWEST_BUCKET);
    return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
  }

  /** As it is committed, for other threads than the task's. */
  static long newestBucketMs(CommittedReads reads) {
    byte[] bytes = reads.ask(NAME, KeyQuery.withKey(NEWEST_BUCKET));
    return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
  }

  void putNewestBucketMs(long bucketMs) {
    store.put(NEWEST_BUCKET, ByteBuffer.allocate(Long.BYTES).putLong(bucketMs).array());
  }

  private static byte[] keyOf(Timer timer) {
    if (timer instanceof Timer.Deadline deadline) {
      return key(timer.dueMs(), DEADLINE, deadline.action().toBytes());
    }
    return timer instanceof Timer.Counts counts
        ? key(timer.dueMs(), COUNTS, counts.run().toBytes())
        : key(timer.dueMs(), RETENTION, ((Timer.Retention) timer).run().toBytes());
  }

  private static byte[] key(long dueMs, byte kind, byte[] id) {
    return ByteBuffer.allocate(Long.BYTES + 1 + id.length).putLong(dueMs).put(kind).put(id).array();
  }

  private static Timer timerOf(byte[] key) {
    ByteBuffer in = ByteBuffer.wrap(key);
    long dueMs = in.getLong();
    byte kind = in.get();
    byte[] id = Arrays.copyOfRange(key, in.position(), key.length);
    return switch (kind) {
      case DEADLINE -> new Timer.Deadline(dueMs, ActionId.fromBytes(id));
      case COUNTS -> new Timer.Counts(dueMs, RunId.fromBytes(id));
      case RETENTION -> new Timer.Retention(dueMs, RunId.fromBytes(id));
      default -> throw new StateFormatException("A timer", kind, RETENTION);
    };
  }
}
