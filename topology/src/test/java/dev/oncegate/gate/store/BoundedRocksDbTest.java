package dev.oncegate.gate.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.MemoryUsageType;
import org.rocksdb.MemoryUtil;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBufferManager;

/** One budget for all stores, whatever their number. */
class BoundedRocksDbTest {
  private static final long BUDGET = 8L * 1024 * 1024;
  private static final int STORES = 12;

  static {
    RocksDB.loadLibrary();
  }

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  @Test
  void allStoresShareOneCacheAndOneBudgetForTheirWriteBuffers() {
    Set<Cache> caches = new HashSet<>();
    Set<WriteBufferManager> writeBuffers = new HashSet<>();
    for (int i = 0; i < STORES; i++) {
      Options options = configured("store-" + i, BUDGET);
      caches.add(cacheOf(options));
      writeBuffers.add(options.writeBufferManager());
    }

    assertThat(caches).hasSize(1);
    assertThat(writeBuffers).hasSize(1);
  }

  @Test
  void closingAStoreLeavesTheOthersTheirMemory() {
    Options first = configured("a", BUDGET);
    Options second = configured("b", BUDGET);

    new BoundedRocksDb().close("a", first);

    assertThat(cacheOf(second).isOwningHandle()).isTrue();
    assertThat(second.writeBufferManager().isOwningHandle()).isTrue();
  }

  @Test
  void manyStoresThatAreWrittenAndReadStayWithinTheBudget() throws RocksDBException {
    List<RocksDB> stores = new ArrayList<>();
    Cache cache = null;
    for (int i = 0; i < STORES; i++) {
      Options options = configured("store-" + i, BUDGET).setCreateIfMissing(true);
      cache = cacheOf(options);
      RocksDB db = RocksDB.open(options, folder.resolve("store-" + i).toString());
      open.add(db);
      stores.add(db);
    }
    byte[] value = new byte[4_096];
    new Random(1).nextBytes(value);
    for (int i = 0; i < 1_000; i++) {
      for (RocksDB store : stores) {
        store.put(("key-" + i).getBytes(UTF_8), value);
      }
    }
    for (int i = 0; i < 1_000; i++) {
      for (RocksDB store : stores) {
        store.get(("key-" + i).getBytes(UTF_8));
      }
    }

    Map<MemoryUsageType, Long> used =
        MemoryUtil.getApproximateMemoryUsageByType(stores, Set.of(cache));
    long writtenBytes = 1_000L * STORES * value.length;
    // A write that finds the buffers full starts a flush and does not wait for it: the bound is a
    // soft one.
    assertThat(writtenBytes).isGreaterThan(5 * BUDGET);
    assertThat(used.get(MemoryUsageType.kCacheTotal)).isLessThanOrEqualTo(2 * BUDGET);
  }

  private Options configured(String store, long bytes) {
    Options options = new Options().setTableFormatConfig(new BlockBasedTableConfig());
    open.add(options);
    new BoundedRocksDb().setConfig(store, options, Map.of(BoundedRocksDb.MEMORY_BYTES, bytes));
    return options;
  }

  private static Cache cacheOf(Options options) {
    try {
      Field field = BlockBasedTableConfig.class.getDeclaredField("blockCache");
      field.setAccessible(true);
      return (Cache) field.get(options.tableFormatConfig());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
