package dev.oncegate.testbed.check.store;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A map that keeps what was used last in the heap and puts the rest on disk. A value that was asked
 * for may be changed until {@value #NEWEST} others of the map have been asked for: by then it may
 * have been written.
 */
public final class SpillingMap<V> {
  /** What an entry takes besides its value: key, node of the map, holder. */
  private static final int ENTRY_BYTES = 120;

  private static final int NEWEST = 16;

  private static final class Holder<V> {
    final V value;
    int bytes;

    Holder(V value, int bytes) {
      this.value = value;
      this.bytes = bytes;
    }
  }

  private final LinkedHashMap<Fingerprint, Holder<V>> hot = new LinkedHashMap<>(64, 0.75f, true);
  private final ColdStore store;
  private final byte name;
  private final Codec<V> codec;
  private final Supplier<V> fresh;
  private long bytes;
  private boolean spilled;
  private boolean beingRead;

  SpillingMap(ColdStore store, byte name, Codec<V> codec, Supplier<V> fresh) {
    this.store = store;
    this.name = name;
    this.codec = codec;
    this.fresh = fresh;
  }

  /** The value of a key; a fresh one where there is none. */
  public V at(Fingerprint key) {
    V value = find(key);
    return value != null ? value : keep(key, fresh.get());
  }

  /** The value of a key; null where there is none. */
  public @Nullable V find(Fingerprint key) {
    Holder<V> holder = hot.get(key);
    if (holder != null) {
      weigh(holder);
      store.makeRoom();
      return holder.value;
    }
    byte[] cold = spilled ? store.get(name, key) : null;
    return cold == null ? null : keep(key, codec.read(new In(cold)));
  }

  private V keep(Fingerprint key, V value) {
    Holder<V> holder = new Holder<>(value, 0);
    weigh(holder);
    hot.put(key, holder);
    store.makeRoom();
    return value;
  }

  /** A value may have grown since it was asked for last. */
  private void weigh(Holder<V> holder) {
    int now = ENTRY_BYTES + codec.heapBytes(holder.value);
    grow(now - holder.bytes);
    holder.bytes = now;
  }

  private void grow(int more) {
    bytes += more;
    store.grow(more);
  }

  /**
   * Hands over all values, in any order. The map must not be asked meanwhile, and what is changed
   * in the values may be lost.
   */
  public void forEach(Consumer<V> reader) {
    if (!spilled) {
      beingRead = true;
      hot.values().forEach(holder -> reader.accept(holder.value));
      beingRead = false;
      return;
    }
    evict(Long.MAX_VALUE, 0);
    store.forEach(name, value -> reader.accept(codec.read(new In(value))));
  }

  /** Bytes of heap by now, roughly. */
  long bytes() {
    return bytes;
  }

  /** Writes what was not used for longest until that many bytes of heap are free; how many are. */
  long makeRoom(long most) {
    return hot.size() > NEWEST && !beingRead ? evict(most, NEWEST) : 0;
  }

  private long evict(long most, int rest) {
    long freed = 0;
    Iterator<Map.Entry<Fingerprint, Holder<V>>> eldest = hot.entrySet().iterator();
    try (ColdStore.Writing writing = store.write(name)) {
      while (freed < most && hot.size() > rest) {
        Map.Entry<Fingerprint, Holder<V>> entry = eldest.next();
        codec.write(entry.getValue().value, writing.value());
        writing.put(entry.getKey());
        freed += entry.getValue().bytes;
        grow(-entry.getValue().bytes);
        eldest.remove();
      }
    }
    spilled = true;
    return freed;
  }
}
