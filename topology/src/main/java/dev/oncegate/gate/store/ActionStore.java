package dev.oncegate.gate.store;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each action, for as long as the dedup window remembers it.
 *
 * <p>An entry lies in the bucket of the time from which it is remembered; a bucket is as long as
 * the dedup window. It is found by point gets, newest bucket first, down to the bucket of (event
 * time − window): two gets for a prompt command, three for one that comes late. Never a range scan,
 * and whole segments drop.
 *
 * <p>Two traps of segmented stores are closed here. A put that is too old is dropped without an
 * error: retention covers every bucket that can still be found, and no other is written. And the
 * clocks of two instances differ: the newest bucket ever written is remembered with the state,
 * look-ups begin there, and no instance may take the time for earlier ({@link #newestBucketMs}): an
 * entry of an instance whose clock is ahead is still seen by its successor.
 */
public final class ActionStore {
  /** Name of the store. */
  public static final String NAME = "actions";

  /** How many buckets behind the newest one are looked at. */
  private static final int REACH = 3;

  private final WindowStore<byte[], byte[]> store;
  private final TimerStore timers;
  private final long windowMs;
  private long newestBucketMs;

  /**
   * @param store as built by {@link #builder}
   * @param timers keeps the newest bucket written
   * @param windowMs the dedup window, in milliseconds
   */
  public ActionStore(WindowStore<byte[], byte[]> store, TimerStore timers, long windowMs) {
    this.store = store;
    this.timers = timers;
    this.windowMs = windowMs;
    this.newestBucketMs = timers.newestBucketMs();
  }

  /** How entries are kept; the changelog is the same, so that one can follow the other. */
  public enum Kind {
    /** What was written last on the heap, all else in RocksDB. */
    COMPACT {
      @Override
      public WindowBytesStoreSupplier supplier(Duration window, Duration retention) {
        return new CompactWindowStore.Supplier(NAME, window.toMillis(), retention.toMillis());
      }
    },
    /** Kafka Streams' own window store. */
    STREAMS {
      @Override
      public WindowBytesStoreSupplier supplier(Duration window, Duration retention) {
        return Stores.persistentWindowStore(NAME, retention, window, false);
      }
    };

    /** The kind that {@code gate.actions.store} names. */
    public static Kind named(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** Makes the store itself, below what logs and measures. */
    public abstract WindowBytesStoreSupplier supplier(Duration window, Duration retention);
  }

  /** Builds the store for a dedup window, in milliseconds. */
  public static StoreBuilder<WindowStore<byte[], byte[]>> builder(long windowMs, Kind kind) {
    Duration window = Duration.ofMillis(windowMs);
    // A bucket of the reach begins REACH windows before the newest one: strictly within the
    // retention.
    Duration retention = window.multipliedBy(REACH + 1);
    return Stores.windowStoreBuilder(
        kind.supplier(window, retention), Serdes.ByteArray(), Serdes.ByteArray());
  }

  /**
   * The actions of one partition for other threads than the task's.
   *
   * @param windowMs the dedup window, in milliseconds
   */
  public static ActionView view(CommittedReads reads, long windowMs) {
    return (id, nowMs) -> {
      long newest = TimerStore.newestBucketMs(reads);
      long reachedMs = Math.max(nowMs, newest);
      long oldest = Math.max(0, Math.max(reachedMs - 2 * windowMs, newest - REACH * windowMs));
      if (newest < oldest) {
        return null;
      }
      ActionEntry latest = latest(reads, id, oldest, newest);
      return latest != null && reachedMs <= latest.rememberedFromMs() + windowMs ? latest : null;
    };
  }

  private static @Nullable ActionEntry latest(
      CommittedReads reads, ActionId id, long oldestMs, long newestMs) {
    WindowKeyQuery<byte[], byte[]> buckets =
        WindowKeyQuery.withKeyAndWindowStartRange(
            id.toBytes(), Instant.ofEpochMilli(oldestMs), Instant.ofEpochMilli(newestMs));
    byte[] bytes = null;
    try (WindowStoreIterator<byte[]> entries = reads.ask(NAME, buckets)) {
      while (entries != null && entries.hasNext()) {
        bytes = entries.next().value;
      }
    }
    return bytes == null ? null : ActionEntryFormat.fromBytes(bytes);
  }

  /**
   * What is known of an action for a command or outcome of the given event time; null where nothing
   * is, or no longer.
   *
   * @param eventTimeMs in epoch milliseconds; however old it is, no more than four buckets are
   *     looked at
   */
  public @Nullable ActionEntry find(ActionId id, long eventTimeMs) {
    ActionEntry latest = findLatest(id, eventTimeMs);
    return latest != null && isRemembered(latest, eventTimeMs) ? latest : null;
  }

  /** As {@link #find}, but what is forgotten and still there is found too. */
  public @Nullable ActionEntry findLatest(ActionId id, long eventTimeMs) {
    byte[] key = id.toBytes();
    long oldest = Math.max(bucketOf(eventTimeMs - windowMs), newestBucketMs - REACH * windowMs);
    for (long bucket = newestBucketMs; bucket >= oldest && bucket >= 0; bucket -= windowMs) {
      byte[] bytes = store.fetch(key, bucket);
      if (bytes != null) {
        return ActionEntryFormat.fromBytes(bytes);
      }
    }
    return null;
  }

  /** Whether an entry is remembered for a command or outcome of the given event time. */
  public boolean isRemembered(ActionEntry entry, long eventTimeMs) {
    return eventTimeMs <= validUntilMs(entry);
  }

  /** Stores an entry in the bucket of the time from which it is remembered. */
  public void put(ActionId id, ActionEntry entry) {
    long bucket = bucketOf(entry.rememberedFromMs());
    if (bucket < newestBucketMs - REACH * windowMs) {
      throw new IllegalStateException(
          "the store would drop, without a word, an entry of " + entry.rememberedFromMs());
    }
    if (bucket > newestBucketMs) {
      newestBucketMs = bucket;
      timers.putNewestBucketMs(bucket);
    }
    store.put(id.toBytes(), ActionEntryFormat.toBytes(entry), bucket);
  }

  /**
   * Whether an entry put now could leave the entry of an untold deadline out of reach. A deadline
   * is at most a window after its entry, so such an entry lies at most one bucket behind the newest
   * one of the time of the last tick.
   */
  public boolean wouldLeaveDeadlinesBehind(long nowMs) {
    return bucketOf(nowMs) > newestBucketMs + (REACH - 1) * windowMs;
  }

  /** Start of the newest bucket ever written, in epoch milliseconds; 0 where none was. */
  public long newestBucketMs() {
    return newestBucketMs;
  }

  /** The last event time, in epoch milliseconds, for which an entry is found. */
  public long validUntilMs(ActionEntry entry) {
    return entry.rememberedFromMs() + windowMs;
  }

  private long bucketOf(long timeMs) {
    return Math.floorDiv(timeMs, windowMs) * windowMs;
  }
}
