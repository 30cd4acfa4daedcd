package dev.oncegate.gate.store;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Entries on disk: one RocksDB, a column family for each bucket, so that a bucket is dropped whole,
 * and one for the offset of the changelog up to which all of it is here.
 *
 * <p>Entries and offset are written in one batch and flushed together; there is no write-ahead log,
 * for the changelog is one.
 */
final class EntryFiles implements AutoCloseable {
  private static final String BUCKET = "bucket-";
  private static final double MEMTABLE_BLOOM = 0.1;

  /** How many sorted runs of entries a bucket has at most before some are merged: RocksDB's own. */
  private static final int MOST_RUNS = 4;

  /** The same while nobody looks anything up: merging is most of the work of a restore. */
  private static final int MOST_RUNS_UNREAD = 16;

  /** What is longer goes the slower way. */
  private static final int KEY_BYTES = 1_024;

  private static final int VALUE_BYTES = 4_096;

  private final DBOptions dbOptions;
  private final ColumnFamilyOptions options;
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final ReadOptions readOptions = new ReadOptions();
  private final RocksDB db;
  private final ColumnFamilyHandle offsets;
  private final TreeMap<Long, ColumnFamilyHandle> buckets = new TreeMap<>();
  private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(KEY_BYTES);
  private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(VALUE_BYTES);
  private int mostRuns = MOST_RUNS;

  private EntryFiles(
      DBOptions dbOptions,
      ColumnFamilyOptions options,
      RocksDB db,
      List<ColumnFamilyHandle> families)
      throws RocksDBException {
    this.dbOptions = dbOptions;
    this.options = options;
    this.db = db;
    offsets = families.get(0);
    for (ColumnFamilyHandle family : families.subList(1, families.size())) {
      String name = new String(family.getName(), StandardCharsets.UTF_8);
      buckets.put(Long.parseLong(name.substring(BUCKET.length())), family);
    }
  }

  /**
   * Opens what is there, or makes it.
   *
   * @param memoryBytes for all RocksDB stores of the process together
   */
  static EntryFiles open(File folder, long memoryBytes) {
    BoundedRocksDb.Shared memory = BoundedRocksDb.sharedOf(memoryBytes);
    DBOptions dbOptions =
        new DBOptions()
            .setCreateIfMissing(true)
            .setAtomicFlush(true)
            .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
            .setIncreaseParallelism(Math.max(2, Runtime.getRuntime().availableProcessors()))
            .setWriteBufferManager(memory.writeBuffers());
    ColumnFamilyOptions options =
        new ColumnFamilyOptions()
            .setTableFormatConfig(memory.bound(new BlockBasedTableConfig()))
            .setCompactionStyle(CompactionStyle.UNIVERSAL)
            .setLevel0FileNumCompactionTrigger(MOST_RUNS)
            // Snappy, RocksDB's own choice, takes twice the time for files of the same size.
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setWriteBufferSize(memory.writeBufferBytes())
            .setMemtablePrefixBloomSizeRatio(MEMTABLE_BLOOM)
            .setMemtableWholeKeyFiltering(true);
    try {
      List<ColumnFamilyDescriptor> families = new ArrayList<>();
      families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options));
      try (Options none = new Options()) {
        for (byte[] name : RocksDB.listColumnFamilies(none, folder.getPath())) {
          if (new String(name, StandardCharsets.UTF_8).startsWith(BUCKET)) {
            families.add(new ColumnFamilyDescriptor(name, options));
          }
        }
      }
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      RocksDB db = RocksDB.open(dbOptions, folder.getPath(), families, handles);
      return new EntryFiles(dbOptions, options, db, handles);
    } catch (RocksDBException e) {
      options.close();
      dbOptions.close();
      throw new ProcessorStateException("Error opening store in " + folder, e);
    }
  }

  /**
   * Until the next look-up, entries are merged less often, which makes writing them cheaper: a
   * restore does nothing else.
   */
  void expectOnlyWrites() {
    if (mostRuns != MOST_RUNS_UNREAD) {
      setMostRuns(MOST_RUNS_UNREAD);
    }
  }

  private void setMostRuns(int most) {
    mostRuns = most;
    options.setLevel0FileNumCompactionTrigger(most);
    try {
      for (ColumnFamilyHandle bucket : buckets.values()) {
        db.setOptions(
            bucket,
            MutableColumnFamilyOptions.builder().setLevel0FileNumCompactionTrigger(most).build());
      }
    } catch (RocksDBException e) {
      throw new ProcessorStateException("Error configuring " + db.getName(), e);
    }
  }

  /** The value of a key; null where there is none. */
  byte @Nullable [] get(byte[] key, long bucketMs) {
    if (mostRuns != MOST_RUNS) {
      setMostRuns(MOST_RUNS);
    }
    ColumnFamilyHandle bucket = buckets.get(bucketMs);
    if (bucket == null) {
      return null;
    }
    try {
      return key.length <= KEY_BYTES ? getThroughBuffers(bucket, key) : db.get(bucket, key);
    } catch (RocksDBException e) {
      throw new ProcessorStateException("Error reading an entry of " + db.getName(), e);
    }
  }

  /**
   * Most keys are new. Where arrays are handed over, RocksDB throws and catches an exception for
   * each that it does not find, which costs more than to look for it.
   */
  private byte @Nullable [] getThroughBuffers(ColumnFamilyHandle bucket, byte[] key)
      throws RocksDBException {
    keyBuffer.clear().put(key).flip();
    valueBuffer.clear();
    int length = db.get(bucket, readOptions, keyBuffer, valueBuffer);
    if (length == RocksDB.NOT_FOUND) {
      return null;
    }
    if (length > VALUE_BYTES) {
      return db.get(bucket, key);
    }
    byte[] value = new byte[length];
    valueBuffer.get(value);
    return value;
  }

  /** The offset that was written last for a partition of the changelog; null where none was. */
  @Nullable Long offset(TopicPartition changelog) {
    try {
      byte[] bytes = db.get(offsets, keyOf(changelog));
      return bytes == null ? null : ByteBuffer.wrap(bytes).getLong();
    } catch (RocksDBException e) {
      throw new ProcessorStateException("Error reading the offset of " + db.getName(), e);
    }
  }

  /** Writes entries, and the offset up to which all are written, together. */
  final class Batch implements AutoCloseable {
    private final WriteBatch batch = new WriteBatch();

    void add(RecentEntries.Entry entry) {
      try {
        ColumnFamilyHandle bucket = bucket(entry.bucketMs());
        byte[] value = entry.value();
        if (value == null) {
          batch.delete(bucket, entry.key());
        } else {
          batch.put(bucket, entry.key(), value);
        }
      } catch (RocksDBException e) {
        throw new ProcessorStateException("Error writing an entry of " + db.getName(), e);
      }
    }

    void write(Map<TopicPartition, Long> reached) {
      try {
        for (Map.Entry<TopicPartition, Long> offset : reached.entrySet()) {
          batch.put(
              offsets,
              keyOf(offset.getKey()),
              ByteBuffer.allocate(Long.BYTES).putLong(offset.getValue()).array());
        }
        db.write(writeOptions, batch);
      } catch (RocksDBException e) {
        throw new ProcessorStateException("Error writing entries of " + db.getName(), e);
      }
    }

    @Override
    public void close() {
      batch.close();
    }
  }

  private ColumnFamilyHandle bucket(long bucketMs) throws RocksDBException {
    ColumnFamilyHandle known = buckets.get(bucketMs);
    if (known != null) {
      return known;
    }
    byte[] name = (BUCKET + bucketMs).getBytes(StandardCharsets.UTF_8);
    ColumnFamilyHandle made = db.createColumnFamily(new ColumnFamilyDescriptor(name, options));
    buckets.put(bucketMs, made);
    return made;
  }

  /** Start of the newest bucket, in epoch milliseconds; -1 where there is none. */
  long newestBucketMs() {
    return buckets.isEmpty() ? -1 : buckets.lastKey();
  }

  /** A number that RocksDB tells of each bucket, for all together. */
  long sumOf(String property) {
    try {
      long sum = 0;
      for (ColumnFamilyHandle bucket : buckets.values()) {
        sum += db.getLongProperty(bucket, property);
      }
      return sum;
    } catch (RocksDBException e) {
      throw new ProcessorStateException(
          "Error reading %s of %s".formatted(property, db.getName()), e);
    }
  }

  /** Drops the buckets that begin before a time, whole. */
  void dropBefore(long timeMs) {
    try {
      while (!buckets.isEmpty() && buckets.firstKey() < timeMs) {
        ColumnFamilyHandle old = buckets.pollFirstEntry().getValue();
        db.dropColumnFamily(old);
        old.close();
      }
    } catch (RocksDBException e) {
      throw new ProcessorStateException("Error dropping a bucket of " + db.getName(), e);
    }
  }

  /** All entries, of the oldest bucket first. */
  void forEach(Consumer<RecentEntries.Entry> each) {
    buckets.forEach(
        (bucketMs, bucket) -> {
          try (RocksIterator entries = db.newIterator(bucket, readOptions)) {
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
              each.accept(new RecentEntries.Entry(entries.key(), bucketMs, entries.value()));
            }
          }
        });
  }

  private static byte[] keyOf(TopicPartition changelog) {
    return changelog.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What is still in RocksDB's memory is written. */
  @Override
  public void close() {
    buckets.values().forEach(ColumnFamilyHandle::close);
    offsets.close();
    db.close();
    readOptions.close();
    writeOptions.close();
    options.close();
    dbOptions.close();
  }
}
