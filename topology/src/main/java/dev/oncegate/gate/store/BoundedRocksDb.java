package dev.oncegate.gate.store;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the memory of all RocksDB stores of the process together by one setting, however many
 * partitions there are: one block cache for all, which also pays for index, filter blocks and write
 * buffers.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  /** Memory of all stores together, in bytes. */
  public static final String MEMORY_BYTES = "gate.rocksdb.memory.bytes";

  /** Memory of the entries that are kept on the heap, of all stores together, in bytes. */
  public static final String RECENT_BYTES = "gate.recent.memory.bytes";

  private static final long LEAST_BYTES = 16 * 1024 * 1024;
  private static final int BITS_PER_KEY = 10;
  private static final int MAX_WRITE_BUFFER_BYTES = 16 * 1024 * 1024;

  /** What the stores share. */
  record Shared(Cache cache, WriteBufferManager writeBuffers, long bytes) {
    /**
     * Lets tables live in the shared memory.
     *
     * <p>Index and filter of a table are kept in parts: as a whole, those of a million entries are
     * larger than a shard of the cache, and would be read from disk again for each look-up.
     */
    BlockBasedTableConfig bound(BlockBasedTableConfig table) {
      return table
          .setBlockCache(cache)
          .setCacheIndexAndFilterBlocks(true)
          .setCacheIndexAndFilterBlocksWithHighPriority(true)
          .setIndexType(IndexType.kTwoLevelIndexSearch)
          .setPartitionFilters(true)
          .setPinTopLevelIndexAndFilter(true)
          .setFilterPolicy(new BloomFilter(BITS_PER_KEY, false));
    }

    /** Size of a write buffer, in bytes. */
    long writeBufferBytes() {
      return Math.min(MAX_WRITE_BUFFER_BYTES, Math.max(1024 * 1024, bytes / 8));
    }
  }

  private static @Nullable Shared shared;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    Shared memory = sharedOf(memoryBytes(configs));
    options.setTableFormatConfig(memory.bound((BlockBasedTableConfig) options.tableFormatConfig()));
    options.setWriteBufferManager(memory.writeBuffers);
    options.setWriteBufferSize(memory.writeBufferBytes());
  }

  @Override
  public void close(String storeName, Options options) {
    // The cache and the write buffers belong to all stores of the process, not to this one.
  }

  /** What a configuration gives RocksDB, in bytes. */
  static long memoryBytes(Map<String, Object> configs) {
    return bytes(configs, MEMORY_BYTES);
  }

  /** What a configuration gives to entries on the heap, in bytes. */
  static long recentBytes(Map<String, Object> configs) {
    return bytes(configs, RECENT_BYTES);
  }

  private static long bytes(Map<String, Object> configs, String key) {
    return Long.parseLong(String.valueOf(configs.getOrDefault(key, LEAST_BYTES)));
  }

  static synchronized Shared sharedOf(long bytes) {
    if (shared == null || shared.bytes != bytes) {
      RocksDB.loadLibrary();
      Cache cache = new LRUCache(bytes, -1, false, 0.1);
      shared = new Shared(cache, new WriteBufferManager(bytes / 2, cache), bytes);
    }
    return shared;
  }
}
