package dev.oncegate.gate.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when, in the order of time: state like any other, so that it survives restarts
 * and moves with its partition.
 *
 * <p>Timers are kept by the quarter of a second in which they are due, on the heap; before each
 * commit those that are new are written, one record for each quarter. Most deadlines are taken off
 * long before they are due, and that writes nothing: what is written may hold timers that were
 * taken off, which an earlier life of the task knew and this one does not. Whoever takes a deadline
 * asks the action whether it still stands.
 */
public final class TimerStore {
  /** Name of the store. */
  public static final String NAME = "timers";

  private static final long SLOT_MS = 250;

  /** Bounds the memory of timers; a slot that finds no place is read again when it is due. */
  private static final int MOST_IN_MEMORY = 50_000;

  private static final byte[] NEWEST_BUCKET = "newest-bucket".getBytes(StandardCharsets.US_ASCII);

  /** The same whatever happened to the task: two that are due together too. */
  private static final Comparator<Timer> IN_ORDER =
      (one, other) ->
          Arrays.compareUnsigned(TimerFormat.singleKey(one), TimerFormat.singleKey(other));

  private final KeyValueStore<byte[], byte[]> store;
  private final TreeMap<Long, Slot> slots = new TreeMap<>();
  private final Set<Slot> changed = new LinkedHashSet<>();
  private int inMemory;
  // All before it is done; a scan that began at 0 would walk over every tombstone again.
  private long doneBeforeMs;

  /** What is due in a quarter of a second. */
  private static final class Slot {
    final long startMs;

    final Set<Timer> waiting = new LinkedHashSet<>();

    final List<Timer> unwritten = new ArrayList<>();

    /** Number of the next record; those before it are written. */
    int next;

    /** Whether all that the records hold, and was not taken off, waits here. */
    boolean complete;

    Slot(long startMs) {
      this.startMs = startMs;
    }
  }

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

  /** Schedules a timer; {@link #writeChanges} writes it. */
  public void schedule(Timer timer) {
    doneBeforeMs = Math.min(doneBeforeMs, timer.dueMs());
    Slot slot = slotOf(timer.dueMs());
    if (await(slot, timer)) {
      slot.unwritten.add(timer);
      changed.add(slot);
    }
  }

  /** Takes a timer off. */
  public void cancel(Timer timer) {
    Slot slot = slots.get(startOf(timer.dueMs()));
    if (slot != null && slot.waiting.remove(timer)) {
      inMemory--;
    }
  }

  /**
   * Takes off and returns what is due, earliest first, at most {@code most} timers. Among them may
   * be deadlines that were taken off in an earlier life of the task.
   */
  public List<Timer> takeDue(long nowMs, int most) {
    if (nowMs < doneBeforeMs) {
      // The clock went back; a range that ends before it begins is a warning in the log each time.
      return List.of();
    }
    List<Timer> due = takeSingles(nowMs, most);
    long knownMs = readSlots(nowMs, most - due.size());
    for (Slot slot : List.copyOf(slots.headMap(knownMs, true).values())) {
      if (due.size() < most) {
        take(slot, nowMs, most - due.size(), due);
      }
    }
    due.sort(IN_ORDER);
    doneBeforeMs = due.size() < most ? nowMs + 1 : due.get(0).dueMs();
    return due;
  }

  /** What was written before timers were kept by slots: a record each. */
  private List<Timer> takeSingles(long nowMs, int most) {
    List<byte[]> keys = new ArrayList<>();
    try (KeyValueIterator<byte[], byte[]> records = written(doneBeforeMs, nowMs + 1)) {
      while (records.hasNext() && keys.size() < most) {
        byte[] key = records.next().key;
        if (TimerFormat.isSingle(key)) {
          keys.add(key);
        }
      }
    }
    keys.forEach(store::delete);
    return new ArrayList<>(keys.stream().map(TimerFormat::single).toList());
  }

  /**
   * Brings into memory what other lives wrote, and what this one no longer knows, slot by slot
   * until there are {@code enough}.
   *
   * @return up to which start of a slot all is known, in epoch milliseconds
   */
  private long readSlots(long nowMs, int enough) {
    int read = 0;
    Slot slot = null;
    try (KeyValueIterator<byte[], byte[]> records = written(startOf(doneBeforeMs), nowMs + 1)) {
      while (records.hasNext()) {
        KeyValue<byte[], byte[]> record = records.next();
        if (TimerFormat.isSingle(record.key)) {
          continue;
        }
        long startMs = TimerFormat.slotStartMs(record.key);
        if (slot == null || slot.startMs != startMs) {
          complete(slot);
          if (slot != null && read >= enough) {
            return slot.startMs;
          }
          slot = slotOf(startMs);
        }
        if (!slot.complete) {
          for (Timer timer : TimerFormat.timers(record.value)) {
            read += await(slot, timer) ? 1 : 0;
          }
        }
      }
    }
    complete(slot);
    return nowMs;
  }

  private static void complete(@Nullable Slot slot) {
    if (slot != null) {
      slot.complete = true;
    }
  }

  private boolean await(Slot slot, Timer timer) {
    boolean isNew = slot.waiting.add(timer);
    inMemory += isNew ? 1 : 0;
    return isNew;
  }

  private KeyValueIterator<byte[], byte[]> written(long fromMs, long toMs) {
    return store.range(TimerFormat.from(fromMs), TimerFormat.from(toMs));
  }

  /** Takes what is due of a slot; what is left of it is written anew. */
  private void take(Slot slot, long nowMs, int most, List<Timer> due) {
    List<Timer> taken =
        slot.waiting.stream()
            .filter(timer -> timer.dueMs() <= nowMs)
            .sorted(IN_ORDER)
            .limit(most)
            .toList();
    boolean over = slot.startMs + SLOT_MS <= nowMs && taken.size() == slot.waiting.size();
    if (taken.isEmpty() && !over) {
      return;
    }
    due.addAll(taken);
    taken.forEach(slot.waiting::remove);
    inMemory -= taken.size();
    for (int number = 0; number < slot.next; number++) {
      store.delete(TimerFormat.key(slot.startMs, number));
    }
    slot.next = 0;
    slot.unwritten.clear();
    slot.unwritten.addAll(slot.waiting);
    if (over) {
      slots.remove(slot.startMs);
      changed.remove(slot);
    } else {
      changed.add(slot);
    }
  }

  /** Writes what was scheduled since the last time; to be called before each commit. */
  public void writeChanges() {
    for (Slot slot : changed) {
      slot.unwritten.removeIf(timer -> !slot.waiting.contains(timer));
      if (!slot.unwritten.isEmpty()) {
        store.put(TimerFormat.key(slot.startMs, slot.next++), TimerFormat.toBytes(slot.unwritten));
        slot.unwritten.clear();
      }
    }
    changed.clear();
    while (inMemory > MOST_IN_MEMORY && slots.size() > 1) {
      Slot last = slots.remove(slots.lastKey());
      inMemory -= last.waiting.size();
    }
  }

  /**
   * All timers that are written, in no order: for tests and tools. Among them may be deadlines that
   * were taken off.
   */
  public Set<Timer> written() {
    Set<Timer> timers = new HashSet<>();
    try (KeyValueIterator<byte[], byte[]> records = store.all()) {
      while (records.hasNext()) {
        KeyValue<byte[], byte[]> record = records.next();
        if (Arrays.equals(record.key, NEWEST_BUCKET)) {
          continue;
        }
        if (TimerFormat.isSingle(record.key)) {
          timers.add(TimerFormat.single(record.key));
        } else {
          timers.addAll(TimerFormat.timers(record.value));
        }
      }
    }
    return timers;
  }

  private Slot slotOf(long dueMs) {
    return slots.computeIfAbsent(startOf(dueMs), this::opened);
  }

  /** A slot that is new to memory: an earlier life may have written to it. */
  private Slot opened(long startMs) {
    Slot slot = new Slot(startMs);
    while (store.get(TimerFormat.key(startMs, slot.next)) != null) {
      slot.next++;
    }
    slot.complete = slot.next == 0;
    return slot;
  }

  private static long startOf(long dueMs) {
    return Math.floorDiv(dueMs, SLOT_MS) * SLOT_MS;
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
}
