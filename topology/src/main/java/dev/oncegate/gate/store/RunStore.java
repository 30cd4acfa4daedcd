package dev.oncegate.gate.store;

import dev.oncegate.core.guard.RunState;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** What is known of each run. Cached, so that its changelog is written once per commit for a run, not once per call. */
public final class RunStore {
  /** Name of the store. */
  public static final String NAME = "runs";

  private final KeyValueStore<byte[], byte[]> store;

  /** @param store as built by {@link #builder} */
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
    byte[] bytes = store.get(id.toBytes());
    return bytes == null ? RunState.NEW : RunStateFormat.fromBytes(bytes);
  }

  /** Stores a run. */
  public void put(RunId id, RunState run) {
    store.put(id.toBytes(), RunStateFormat.toBytes(run));
  }

  /** Forgets a run. */
  public void forget(RunId id) {
    store.delete(id.toBytes());
  }
}
