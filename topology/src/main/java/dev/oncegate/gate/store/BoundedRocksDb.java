package dev.oncegate.gate.store;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
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

  private static final int MAX_WRITE_BUFFER_BYTES = 16 * 1024 * 1024;

  private record Shared(Cache cache, WriteBufferManager writeBuffers, long bytes) {}

  private static @Nullable Shared shared;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    long bytes = Long.parseLong(String.valueOf(configs.get(MEMORY_BYTES)));
    Shared memory = sharedOf(bytes);
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(memory.cache);
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    table.setFilterPolicy(new BloomFilter(10, false));
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(memory.writeBuffers);
    options.setWriteBufferSize(Math.min(MAX_WRITE_BUFFER_BYTES, Math.max(1024 * 1024, bytes / 8)));
  }

  @Override
  public void close(String storeName, Options options) {
    // The cache and the write buffers belong to all stores of the process, not to this one.
  }

  private static synchronized Shared sharedOf(long bytes) {
    if (shared == null || shared.bytes != bytes) {
      RocksDB.loadLibrary();
      Cache cache = new LRUCache(bytes, -1, false, 0.1);
      shared = new Shared(cache, new WriteBufferManager(bytes / 2, cache), bytes);
    }
    return shared;
  }
}
