package dev.oncegate.gate.store;

import dev.oncegate.core.guard.RunState;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each run.
 *
 * <p>The runs seen last are kept as objects: they are read without decoding, and encoded and logged
 * once for each commit, not once for each call. The objects cannot be stale: nobody else writes the
 * store while the task is here, and a task that fails or moves is initialised anew.
 */
public final class RunStore {
  /** Name of the store. */
  public static final String NAME = "runs";

  private static final int MOST_DECODED = 1_024;

  private final KeyValueStore<byte[], byte[]> store;
  private final Map<RunId, Known> known =
      new LinkedHashMap<>(MOST_DECODED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<RunId, Known> eldest) {
          if (size() <= MOST_DECODED) {
            return false;
          }
          write(eldest.getKey(), eldest.getValue());
          return true;
        }
      };

  /** A run, and whether the store has it as it is. */
  private static final class Known {
    RunState run;
    boolean written;

    Known(RunState run, boolean written) {
      this.run = run;
      this.written = written;
    }
  }

  /**
   * @param store as built by {@link #builder}
   */
  public RunStore(KeyValueStore<byte[], byte[]> store) {
    this.store = store;
  }

  /** Builds the store. */
  public static StoreBuilder<KeyValueStore<byte[], byte[]>> builder() {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(NAME), Serdes.ByteArray(), Serdes.ByteArray());
  }

  /** What is known of a run; {@link RunState#NEW} where nothing is. */
  public RunState get(RunId id) {
    Known here = known.get(id);
    if (here != null) {
      return here.run;
    }
    byte[] bytes = store.get(id.toBytes());
    if (bytes == null) {
      return RunState.NEW;
    }
    RunState run = RunStateFormat.fromBytes(bytes);
    known.put(id, new Known(run, true));
    return run;
  }

  /**
   * Some of the runs, in the order of their bytes.
   *
   * @param stopped how many of them their circuit stops
   * @param last the last of them; null where no more follow
   */
  public record Piece(long stopped, byte @Nullable [] last) {}

  /**
   * Looks at some runs, of which only the circuit is read, and writes the changes before.
   *
   * @param after those up to this one are left out; null: none are
   */
  public Piece piece(byte @Nullable [] after, int most) {
    writeChanges();
    long stopped = 0;
    int seen = 0;
    // The next bytes after some are the same with a zero behind them.
    byte[] from = after == null ? null : Arrays.copyOf(after, after.length + 1);
    try (KeyValueIterator<byte[], byte[]> all = store.range(from, null)) {
      while (all.hasNext()) {
        KeyValue<byte[], byte[]> run = all.next();
        stopped += RunStateFormat.circuitOf(run.value).stops() ? 1 : 0;
        if (++seen == most) {
          return new Piece(stopped, run.key);
        }
      }
    }
    return new Piece(stopped, null);
  }

  /** Stores a run; {@link #writeChanges} writes it. */
  public void put(RunId id, RunState run) {
    Known here = known.get(id);
    if (here == null) {
      known.put(id, new Known(run, false));
    } else {
      here.run = run;
      here.written = false;
    }
  }

  /** Forgets a run. */
  public void forget(RunId id) {
    store.delete(id.toBytes());
    known.remove(id);
  }

  /** Writes the runs that changed since the last time; to be called before each commit. */
  public void writeChanges() {
    known.forEach(this::write);
  }

  private void write(RunId id, Known changed) {
    if (!changed.written) {
      store.put(id.toBytes(), RunStateFormat.toBytes(changed.run));
      changed.written = true;
    }
  }
}
