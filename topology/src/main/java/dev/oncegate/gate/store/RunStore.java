package dev.oncegate.gate.store;

import dev.oncegate.core.guard.RunState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * What is known of each run. Cached, so that its changelog is written once per commit for a run,
 * not once per call.
 *
 * <p>The runs seen last are also kept as objects, to be read without decoding them. That copy
 * cannot be stale: nobody else writes the store while the task is here, and a task that fails or
 * moves is initialised anew.
 */
public final class RunStore {
  /** Name of the store. */
  public static final String NAME = "runs";

  private static final int MOST_DECODED = 1_024;

  private final KeyValueStore<byte[], byte[]> store;
  private final Map<RunId, RunState> decoded =
      new LinkedHashMap<>(MOST_DECODED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<RunId, RunState> eldest) {
          return size() > MOST_DECODED;
        }
      };

  /**
   * @param store as built by {@link #builder}
   */
  public RunStore(KeyValueStore<byte[], byte[]> store) {
    this.store = store;
  }

  /** Builds the store. */
  public static StoreBuilder<KeyValueStore<byte[], byte[]>> builder() {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(NAME), Serdes.ByteArray(), Serdes.ByteArray())
        .withCachingEnabled();
  }

  /** What is known of a run; {@link RunState#NEW} where nothing is. */
  public RunState get(RunId id) {
    RunState known = decoded.get(id);
    if (known != null) {
      return known;
    }
    byte[] bytes = store.get(id.toBytes());
    return bytes == null ? RunState.NEW : RunStateFormat.fromBytes(bytes);
  }

  /** Stores a run. */
  public void put(RunId id, RunState run) {
    store.put(id.toBytes(), RunStateFormat.toBytes(run));
    decoded.put(id, run);
  }

  /** Forgets a run. */
  public void forget(RunId id) {
    store.delete(id.toBytes());
    decoded.remove(id);
  }
}
