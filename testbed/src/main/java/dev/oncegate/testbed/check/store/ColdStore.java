package dev.oncegate.testbed.check.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * The memory of a judge: maps that share one budget of heap, and one RocksDB for what goes beyond
 * it, in a temporary directory. Below the budget no database is opened.
 *
 * <p>Off the heap it takes {@value #OFF_HEAP_BYTES} bytes, for blocks, filters, indexes and write
 * buffers together, whatever lies on disk.
 */
public final class ColdStore implements AutoCloseable {
  private static final long OFF_HEAP_BYTES = 192L * 1024 * 1024;
  private static final long WRITE_BUFFER_BYTES = 24L * 1024 * 1024;

  /** How much is made room for at once: a thirty-second of the budget. */
  private static final int PORTIONS = 32;

  private final long heapBytes;
  private final List<SpillingMap<?>> maps = new ArrayList<>();
  private final byte[] key = new byte[1 + Fingerprint.BYTES];
  private long usedBytes;
  private @Nullable Database database;

  /**
   * @param heapBytes what all maps together may take of the heap, roughly
   */
  public ColdStore(long heapBytes) {
    this.heapBytes = heapBytes;
  }

  /** With a third of the heap that this process may have. */
  public static ColdStore ofDefaultSize() {
    return new ColdStore(Runtime.getRuntime().maxMemory() / 3);
  }

  /**
   * A new map.
   *
   * @param fresh makes the value of a key that has none
   */
  public <V> SpillingMap<V> map(Codec<V> codec, Supplier<V> fresh) {
    SpillingMap<V> map = new SpillingMap<>(this, (byte) maps.size(), codec, fresh);
    maps.add(map);
    return map;
  }

  /** Whether something went to disk. */
  public boolean isOpen() {
    return database != null;
  }

  /** What all maps together take of the heap by now, roughly. */
  public long usedBytes() {
    return usedBytes;
  }

  void grow(int bytes) {
    usedBytes += bytes;
  }

  /** Where the budget is used up, the map that takes most of it gives way first. */
  void makeRoom() {
    if (usedBytes <= heapBytes) {
      return;
    }
    List<SpillingMap<?>> largestFirst = new ArrayList<>(maps);
    largestFirst.sort(Comparator.<SpillingMap<?>>comparingLong(SpillingMap::bytes).reversed());
    for (SpillingMap<?> map : largestFirst) {
      map.makeRoom(heapBytes / PORTIONS);
      if (usedBytes <= heapBytes) {
        return;
      }
    }
  }

  byte @Nullable [] get(byte map, Fingerprint name) {
    try {
      return open().db.get(keyOf(map, name));
    } catch (RocksDBException e) {
      throw unusable(e);
    }
  }

  void forEach(byte map, Consumer<byte[]> reader) {
    try (RocksIterator entries = open().db.newIterator()) {
      for (entries.seek(new byte[] {map}); entries.isValid(); entries.next()) {
        if (entries.key()[0] != map) {
          break;
        }
        reader.accept(entries.value());
      }
      entries.status();
    } catch (RocksDBException e) {
      throw unusable(e);
    }
  }

  Writing write(byte map) {
    return new Writing(map);
  }

  /** Entries of a map on their way to disk; they are there when this is closed. */
  final class Writing implements AutoCloseable {
    private static final int MOST_BYTES = 1024 * 1024;

    private final byte map;
    private final Out value = new Out();
    private final WriteBatch batch;

    private Writing(byte map) {
      this.map = map;
      open();
      batch = new WriteBatch();
    }

    /** For the next value. */
    Out value() {
      value.clear();
      return value;
    }

    void put(Fingerprint name) {
      try {
        batch.put(keyOf(map, name), value.toBytes());
        if (batch.getDataSize() > MOST_BYTES) {
          flush();
        }
      } catch (RocksDBException e) {
        throw unusable(e);
      }
    }

    private void flush() throws RocksDBException {
      Database open = open();
      open.db.write(open.writes, batch);
      batch.clear();
    }

    @Override
    public void close() {
      try (batch) {
        flush();
      } catch (RocksDBException e) {
        throw unusable(e);
      }
    }
  }

  private byte[] keyOf(byte map, Fingerprint name) {
    key[0] = map;
    name.bytes(key);
    return key;
  }

  private Database open() {
    if (database == null) {
      try {
        database = Database.open(Files.createTempDirectory("oncegate-check-spilled"));
      } catch (RocksDBException e) {
        throw unusable(e);
      } catch (IOException e) {
        throw new UncheckedIOException("No temporary directory can be made", e);
      }
    }
    return database;
  }

  private static IllegalStateException unusable(RocksDBException e) {
    return new IllegalStateException(
        "What does not fit the heap cannot be kept in the temporary directory: "
            + e.getMessage()
            + " Is there space left? java.io.tmpdir names another one.",
        e);
  }

  @Override
  public void close() {
    if (database != null) {
      database.close();
      database = null;
    }
  }

  /** What is open: nothing is logged or synced, for nobody reads it after this process. */
  private record Database(
      Path directory, Thread removal, RocksDB db, WriteOptions writes, List<AutoCloseable> parts)
      implements AutoCloseable {

    static Database open(Path directory) throws RocksDBException {
      RocksDB.loadLibrary();
      Thread removal = new Thread(() -> remove(directory));
      Runtime.getRuntime().addShutdownHook(removal);
      Cache cache = new LRUCache(OFF_HEAP_BYTES);
      WriteBufferManager writeBuffers = new WriteBufferManager(4 * WRITE_BUFFER_BYTES, cache);
      BloomFilter filter = new BloomFilter(10, false);
      Options options =
          new Options()
              .setCreateIfMissing(true)
              .setCompressionType(CompressionType.LZ4_COMPRESSION)
              .setWriteBufferManager(writeBuffers)
              .setWriteBufferSize(WRITE_BUFFER_BYTES)
              .setMaxWriteBufferNumber(3)
              .setMaxBackgroundJobs(2)
              .setMaxOpenFiles(256)
              .setTableFormatConfig(
                  new BlockBasedTableConfig()
                      .setBlockCache(cache)
                      .setBlockSize(8 * 1024)
                      .setIndexType(IndexType.kTwoLevelIndexSearch)
                      .setPartitionFilters(true)
                      .setCacheIndexAndFilterBlocks(true)
                      .setPinTopLevelIndexAndFilter(true)
                      .setFilterPolicy(filter));
      WriteOptions writes = new WriteOptions().setDisableWAL(true);
      RocksDB db = RocksDB.open(options, directory.toString());
      return new Database(
          directory, removal, db, writes, List.of(writes, options, filter, writeBuffers, cache));
    }

    @Override
    public void close() {
      db.close();
      for (AutoCloseable part : parts) {
        try {
          part.close();
        } catch (Exception e) {
          throw new IllegalStateException("the parts of RocksDB throw nothing checked", e);
        }
      }
      try {
        Runtime.getRuntime().removeShutdownHook(removal);
      } catch (IllegalStateException e) {
        return; // It runs already.
      }
      remove(directory);
    }

    private static void remove(Path directory) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        // What stays is a temporary file.
        return;
      }
    }
  }
}
