package dev.oncegate.gate.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries that were written last, on the heap: a log of versions in large chunks, and a hash
 * table that says where the newest version of each key lies.
 *
 * <p>Bytes in chunks, not objects: a garbage collector that had to look at each of a million
 * entries would cost more than the table. The oldest chunk is spilled first, to be kept elsewhere,
 * and of its entries only those that were not written again since: an action that is settled within
 * seconds is kept once.
 *
 * <p>The table compares whole keys, so that two keys of one hash are two keys; the hash is seeded
 * anew each time, so that nobody can choose keys that fall upon each other.
 *
 * <p>A version knows the one before it, so that who may read only what is committed finds that.
 */
final class RecentEntries {
  /**
   * What was found of a key.
   *
   * @param value null: it was deleted
   */
  record Found(byte @Nullable [] value) {}

  /**
   * An entry that leaves.
   *
   * @param value null: it was deleted
   */
  record Entry(byte[] key, long bucketMs, byte @Nullable [] value) {}

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  /** A place is the number of a chunk, as far as it fits, and an offset in it. */
  private static final int OFFSET_BITS = 18;

  private static final int CHUNK_BYTES = 1 << OFFSET_BITS;
  private static final int MOST_CHUNKS = 1 << 31 - OFFSET_BITS;
  private static final int NOWHERE = -1;

  /** Hash, bucket, place of the version before, length of the key, length of the value. */
  private static final int HEADER_BYTES = 2 * Long.BYTES + 3 * Integer.BYTES;

  private static final int BUCKET_AT = Long.BYTES;
  private static final int BEFORE_AT = 2 * Long.BYTES;
  private static final int KEY_LENGTH_AT = BEFORE_AT + Integer.BYTES;
  private static final int VALUE_LENGTH_AT = KEY_LENGTH_AT + Integer.BYTES;
  private static final int DELETED = -1;

  private static final int LEAST_SLOTS = 1 << 10;

  /** Some of the log; before its first entry, all up to {@code sinceOffset} was committed. */
  private static final class Chunk {
    final byte[] bytes;
    final @Nullable Long sinceOffset;
    int end;

    Chunk(int length, @Nullable Long sinceOffset) {
      bytes = new byte[length];
      this.sinceOffset = sinceOffset;
    }
  }

  private final long seed = new SecureRandom().nextLong();
  private final @Nullable Chunk[] ring = new @Nullable Chunk[MOST_CHUNKS];

  /** Numbers of chunks; they only grow. */
  private long oldest;

  private long next;
  private long bytes;

  /** Number of the chunk, and offset in it, where what is not committed begins. */
  private long committedEnd;

  private long uncommittedBytes;
  private @Nullable Long committedOffset;

  private long[] hashes = new long[LEAST_SLOTS];
  private int[] places = nowhere(LEAST_SLOTS);
  private int size;

  /** Writes a version of an entry; a null value deletes it. */
  void put(byte[] key, long bucketMs, byte @Nullable [] value) {
    if ((size + 1) * 2 > places.length) {
      grow();
    }
    long hash = hash(key, bucketMs);
    int slot = slotOf(hash, key, bucketMs);
    int place = append(hash, key, bucketMs, value, places[slot]);
    if (places[slot] == NOWHERE) {
      size++;
      hashes[slot] = hash;
    }
    places[slot] = place;
  }

  /**
   * The newest version of an entry.
   *
   * @param committed whether it must be committed
   * @return null where nothing of it is here
   */
  @Nullable Found get(byte[] key, long bucketMs, boolean committed) {
    int place = places[slotOf(hash(key, bucketMs), key, bucketMs)];
    while (committed && place != NOWHERE && !isCommitted(place)) {
      place = intAt(place, BEFORE_AT);
    }
    return place == NOWHERE ? null : new Found(valueAt(place));
  }

  /**
   * All that was written up to now is committed.
   *
   * @param offset of the changelog, up to which it is; null where that is not known
   */
  void commit(@Nullable Long offset) {
    committedEnd = end();
    uncommittedBytes = 0;
    if (offset != null) {
      committedOffset = offset;
    }
  }

  /** The offset given at the last commit that gave one; null where there was none. */
  @Nullable Long committedOffset() {
    return committedOffset;
  }

  /** About how many bytes of the log are not committed. */
  long uncommittedBytes() {
    return uncommittedBytes;
  }

  /** Bytes on the heap. */
  long bytes() {
    return bytes + (long) places.length * (Long.BYTES + Integer.BYTES);
  }

  /** How many entries are here, whatever the number of their versions. */
  int size() {
    return size;
  }

  /** Whether nothing is here. */
  boolean isEmpty() {
    return oldest == next;
  }

  /**
   * Lets the oldest chunk go, all of which must be committed.
   *
   * @param kept takes those of its entries that were not written again since
   */
  void spill(Consumer<Entry> kept) {
    Chunk chunk = chunk(oldest);
    int base = placeOf(oldest, 0);
    for (int offset = 0; offset < chunk.end; offset += sizeAt(base + offset)) {
      int slot = slotOf(longAt(base + offset, 0), base + offset);
      if (slot != NOWHERE) {
        kept.accept(entryAt(base + offset));
        remove(slot);
      }
    }
    ring[index(oldest)] = null;
    bytes -= chunk.bytes.length;
    oldest++;
  }

  /**
   * The offset of the changelog up to which nothing is needed any more of what is still here; null
   * where it is not known.
   */
  @Nullable Long spilledOffset() {
    return isEmpty() ? committedOffset : chunk(oldest).sinceOffset;
  }

  /** The newest versions of all entries, committed or not. */
  void forEach(Consumer<Entry> each) {
    for (int place : places) {
      if (place != NOWHERE) {
        each.accept(entryAt(place));
      }
    }
  }

  private int append(long hash, byte[] key, long bucketMs, byte @Nullable [] value, int before) {
    int length = HEADER_BYTES + key.length + (value == null ? 0 : value.length);
    if (isEmpty() || chunk(next - 1).end + length > chunk(next - 1).bytes.length) {
      open(length);
    }
    Chunk chunk = chunk(next - 1);
    int at = chunk.end;
    LONG.set(chunk.bytes, at, hash);
    LONG.set(chunk.bytes, at + BUCKET_AT, bucketMs);
    INT.set(chunk.bytes, at + BEFORE_AT, before);
    INT.set(chunk.bytes, at + KEY_LENGTH_AT, key.length);
    INT.set(chunk.bytes, at + VALUE_LENGTH_AT, value == null ? DELETED : value.length);
    System.arraycopy(key, 0, chunk.bytes, at + HEADER_BYTES, key.length);
    if (value != null) {
      System.arraycopy(value, 0, chunk.bytes, at + HEADER_BYTES + key.length, value.length);
    }
    chunk.end += length;
    uncommittedBytes += length;
    return placeOf(next - 1, at);
  }

  /** An entry that is larger than a chunk gets one of its own. */
  private void open(int length) {
    if (next - oldest == MOST_CHUNKS) {
      throw new IllegalStateException("more entries are not spilled than can be numbered");
    }
    Chunk chunk = new Chunk(Math.max(CHUNK_BYTES, length), committedOffset);
    bytes += chunk.bytes.length;
    ring[index(next)] = chunk;
    next++;
  }

  private long end() {
    // A chunk that is larger than others holds one entry, and is not to reach into the next one.
    return isEmpty()
        ? next << OFFSET_BITS
        : (next - 1 << OFFSET_BITS) + Math.min(chunk(next - 1).end, CHUNK_BYTES);
  }

  private boolean isCommitted(int place) {
    long behind = next - 1 - (place >>> OFFSET_BITS) & MOST_CHUNKS - 1;
    return (next - 1 - behind << OFFSET_BITS) + (place & CHUNK_BYTES - 1) < committedEnd;
  }

  private static int index(long number) {
    return (int) (number & MOST_CHUNKS - 1);
  }

  private static int placeOf(long number, int offset) {
    return index(number) << OFFSET_BITS | offset;
  }

  private Chunk chunk(long number) {
    return at(index(number));
  }

  private Chunk at(int index) {
    Chunk chunk = ring[index];
    if (chunk == null) {
      throw new IllegalStateException("nothing lies in chunk " + index);
    }
    return chunk;
  }

  private int intAt(int place, int field) {
    return (int) INT.get(at(place >>> OFFSET_BITS).bytes, (place & CHUNK_BYTES - 1) + field);
  }

  private long longAt(int place, int field) {
    return (long) LONG.get(at(place >>> OFFSET_BITS).bytes, (place & CHUNK_BYTES - 1) + field);
  }

  private int sizeAt(int place) {
    return HEADER_BYTES + intAt(place, KEY_LENGTH_AT) + Math.max(0, intAt(place, VALUE_LENGTH_AT));
  }

  private byte @Nullable [] valueAt(int place) {
    int length = intAt(place, VALUE_LENGTH_AT);
    int from = (place & CHUNK_BYTES - 1) + HEADER_BYTES + intAt(place, KEY_LENGTH_AT);
    return length == DELETED
        ? null
        : Arrays.copyOfRange(at(place >>> OFFSET_BITS).bytes, from, from + length);
  }

  private Entry entryAt(int place) {
    int from = (place & CHUNK_BYTES - 1) + HEADER_BYTES;
    byte[] key =
        Arrays.copyOfRange(
            at(place >>> OFFSET_BITS).bytes, from, from + intAt(place, KEY_LENGTH_AT));
    return new Entry(key, longAt(place, BUCKET_AT), valueAt(place));
  }

  /** The slot of a key, or the free one where it would be. */
  private int slotOf(long hash, byte[] key, long bucketMs) {
    int slot = (int) hash & places.length - 1;
    while (places[slot] != NOWHERE
        && (hashes[slot] != hash || !isOf(places[slot], key, bucketMs))) {
      slot = slot + 1 & places.length - 1;
    }
    return slot;
  }

  /** The slot that says that a key lies at a place; {@link #NOWHERE} where it lies elsewhere. */
  private int slotOf(long hash, int place) {
    int slot = (int) hash & places.length - 1;
    while (places[slot] != place) {
      if (places[slot] == NOWHERE) {
        return NOWHERE;
      }
      slot = slot + 1 & places.length - 1;
    }
    return slot;
  }

  private boolean isOf(int place, byte[] key, long bucketMs) {
    int from = (place & CHUNK_BYTES - 1) + HEADER_BYTES;
    int length = intAt(place, KEY_LENGTH_AT);
    return longAt(place, BUCKET_AT) == bucketMs
        && Arrays.equals(at(place >>> OFFSET_BITS).bytes, from, from + length, key, 0, key.length);
  }

  /** Frees a slot, and moves those up that had to go past it. */
  private void remove(int slot) {
    int mask = places.length - 1;
    int free = slot;
    int other = slot + 1 & mask;
    while (places[other] != NOWHERE) {
      int home = (int) hashes[other] & mask;
      if ((other - home & mask) >= (other - free & mask)) {
        hashes[free] = hashes[other];
        places[free] = places[other];
        free = other;
      }
      other = other + 1 & mask;
    }
    places[free] = NOWHERE;
    size--;
  }

  private void grow() {
    long[] oldHashes = hashes;
    int[] oldPlaces = places;
    hashes = new long[oldHashes.length * 2];
    places = nowhere(oldPlaces.length * 2);
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] != NOWHERE) {
        int slot = (int) oldHashes[i] & places.length - 1;
        while (places[slot] != NOWHERE) {
          slot = slot + 1 & places.length - 1;
        }
        hashes[slot] = oldHashes[i];
        places[slot] = oldPlaces[i];
      }
    }
  }

  private static int[] nowhere(int length) {
    int[] places = new int[length];
    Arrays.fill(places, NOWHERE);
    return places;
  }

  private long hash(byte[] key, long bucketMs) {
    long hash = mixed(seed ^ key.length, bucketMs ^ 0x9E3779B97F4A7C15L);
    int at = 0;
    for (; at + Long.BYTES <= key.length; at += Long.BYTES) {
      hash = mixed(hash ^ (long) LONG.get(key, at), 0xA0761D6478BD642FL);
    }
    long rest = 0;
    for (; at < key.length; at++) {
      rest = rest << Byte.SIZE | key[at] & 0xFF;
    }
    return mixed(hash ^ rest, 0xE7037ED1A0B428DBL);
  }

  /** Both halves of the product, each bit of which depends on all bits below it. */
  private static long mixed(long a, long b) {
    return a * b ^ Math.multiplyHigh(a, b);
  }
}
