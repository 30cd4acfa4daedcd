package dev.oncegate.gate.store;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.TimeWindow;
import org.apache.kafka.streams.processor.BatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.apache.kafka.streams.state.internals.WithRetentionPeriod;
import org.jspecify.annotations.Nullable;

/**
 * A window store that answers from the heap what was written lately, and from RocksDB all else.
 *
 * <p>What a transaction writes stays on the heap until it is committed; then the oldest entries
 * that are more than their share of memory go to RocksDB, in one batch with the offset of the
 * changelog up to which nothing is on the heap alone. After a crash Kafka Streams restores from
 * there, so that neither is anything missing nor has anything of an aborted transaction stayed.
 *
 * <p>Its changelog is that of Kafka Streams' own window stores, byte for byte: one can follow the
 * other on it.
 */
final class CompactWindowStore implements WindowStore<Bytes, byte[]>, WithRetentionPeriod {
  /** Behind the key in the changelog: start of the window, and a number that is 0. */
  private static final int SUFFIX_BYTES = Long.BYTES + Integer.BYTES;

  private static final String FOLDER = "compact";

  private static final Position NO_POSITION = Position.emptyPosition();

  /** Those that share the memory of recent entries. */
  private static final AtomicInteger OPEN = new AtomicInteger();

  private final String name;
  private final long windowMs;
  private final long retentionMs;
  private RecentEntries recent = new RecentEntries();
  private @Nullable EntryFiles files;
  private @Nullable EntrySizes sizes;
  private long newestBucketMs;
  private long recentBytes;
  private Map<TopicPartition, Long> committed = new HashMap<>();

  CompactWindowStore(String name, long windowMs, long retentionMs) {
    this.name = name;
    this.windowMs = windowMs;
    this.retentionMs = retentionMs;
  }

  @Override
  public synchronized void init(StateStoreContext context, StateStore root) {
    Map<String, Object> configs = context.appConfigs();
    File folder = new File(new File(context.stateDir(), FOLDER), name);
    try {
      Files.createDirectories(folder.toPath());
    } catch (IOException e) {
      throw new ProcessorStateException("Error making " + folder, e);
    }
    recentBytes = BoundedRocksDb.recentBytes(configs);
    files = EntryFiles.open(folder, BoundedRocksDb.memoryBytes(configs));
    sizes = new EntrySizes(context.metrics(), context.taskId(), name);
    recent = new RecentEntries();
    committed = new HashMap<>();
    newestBucketMs = files.newestBucketMs();
    OPEN.incrementAndGet();
    context.register(root, (BatchingStateRestoreCallback) this::restore);
  }

  private synchronized void restore(Collection<KeyValue<byte[], byte[]>> records) {
    files().expectOnlyWrites();
    for (KeyValue<byte[], byte[]> record : records) {
      int length = record.key.length - SUFFIX_BYTES;
      long bucketMs = ByteBuffer.wrap(record.key).getLong(length);
      write(Arrays.copyOf(record.key, length), bucketMs, record.value);
    }
    // The changelog has nothing that was not committed.
    recent.commit(null);
    spill(recentBytes / Math.max(1, OPEN.get()));
  }

  @Override
  public synchronized void put(Bytes key, byte[] value, long startMs) {
    write(key.get(), startMs, value);
  }

  private void write(byte[] key, long bucketMs, byte @Nullable [] value) {
    newestBucketMs = Math.max(newestBucketMs, bucketMs);
    if (isKept(bucketMs)) {
      recent.put(key, bucketMs, value);
    }
  }

  private boolean isKept(long bucketMs) {
    return bucketMs > newestBucketMs - retentionMs;
  }

  @Override
  public byte @Nullable [] fetch(Bytes key, long startMs) {
    return get(key, startMs, false);
  }

  private synchronized byte @Nullable [] get(Bytes key, long startMs, boolean onlyCommitted) {
    if (!isKept(startMs)) {
      return null;
    }
    RecentEntries.Found found = recent.get(key.get(), startMs, onlyCommitted);
    return found != null ? found.value() : files().get(key.get(), startMs);
  }

  @Override
  public synchronized void commit(Map<TopicPartition, Long> offsets) {
    offsets.forEach(committed::put);
    recent.commit(offsets.isEmpty() ? null : offsets.values().iterator().next());
    spill(recentBytes / Math.max(1, OPEN.get()));
    if (sizes != null) {
      sizes.tell(recent, files());
    }
  }

  /** Gives what is more than {@code mostBytes} to RocksDB; all that is here must be committed. */
  private void spill(long mostBytes) {
    if (recent.isEmpty() || recent.bytes() <= mostBytes) {
      return;
    }
    try (EntryFiles.Batch batch = files().new Batch()) {
      while (!recent.isEmpty() && recent.bytes() > mostBytes) {
        recent.spill(
            entry -> {
              if (isKept(entry.bucketMs())) {
                batch.add(entry);
              }
            });
      }
      Map<TopicPartition, Long> reached = new HashMap<>();
      Long offset = recent.spilledOffset();
      if (offset != null) {
        committed.keySet().forEach(changelog -> reached.put(changelog, offset));
      }
      batch.write(reached);
    }
    files().dropBefore(newestBucketMs - retentionMs + 1);
  }

  // Deprecated because one day every store must, and asked until then.
  @Override
  @SuppressWarnings("deprecation")
  public boolean managesOffsets() {
    return true;
  }

  @Override
  public synchronized @Nullable Long committedOffset(TopicPartition changelog) {
    Long here = committed.get(changelog);
    return here != null ? here : files().offset(changelog);
  }

  @Override
  public synchronized long approximateNumUncommittedBytes() {
    return recent.uncommittedBytes();
  }

  /** What was not committed is forgotten, and with it what is not in RocksDB: it is restored. */
  @Override
  public synchronized void close() {
    if (files == null) {
      return;
    }
    if (recent.uncommittedBytes() == 0) {
      spill(0);
    }
    OPEN.decrementAndGet();
    if (sizes != null) {
      sizes.close();
      sizes = null;
    }
    files.close();
    files = null;
    recent = new RecentEntries();
  }

  private EntryFiles files() {
    if (files == null) {
      throw new IllegalStateException("the store %s is not open".formatted(name));
    }
    return files;
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Kafka Streams does not restore what is older. The interface is internal to it; without it each
   * restore of the whole store begins with a warning.
   */
  @Override
  public long retentionPeriod() {
    return retentionMs;
  }

  @Override
  public boolean persistent() {
    return true;
  }

  @Override
  public synchronized boolean isOpen() {
    return files != null;
  }

  /** Nobody asks for the position; it would cost a copy for each put. */
  @Override
  public Position getPosition() {
    return NO_POSITION;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <R> QueryResult<R> query(Query<R> query, PositionBound bound, QueryConfig config) {
    if (!(query instanceof WindowKeyQuery<?, ?> asked)
        || asked.getTimeFrom().isEmpty()
        || asked.getTimeTo().isEmpty()) {
      return QueryResult.forUnknownQueryType(query, this);
    }
    WindowStoreIterator<byte[]> found =
        fetch(
            (Bytes) asked.getKey(),
            asked.getTimeFrom().get().toEpochMilli(),
            asked.getTimeTo().get().toEpochMilli(),
            config.getIsolationLevel() == IsolationLevel.READ_COMMITTED);
    QueryResult<R> result = (QueryResult<R>) QueryResult.forResult(found);
    result.setPosition(NO_POSITION);
    return result;
  }

  @Override
  public WindowStoreIterator<byte[]> fetch(Bytes key, long fromMs, long toMs) {
    return fetch(key, fromMs, toMs, false);
  }

  private synchronized WindowStoreIterator<byte[]> fetch(
      Bytes key, long fromMs, long toMs, boolean onlyCommitted) {
    List<KeyValue<Long, byte[]>> found = new ArrayList<>();
    long oldestMs = Math.max(fromMs, newestBucketMs - retentionMs + 1);
    for (long startMs = -Math.floorDiv(-oldestMs, windowMs) * windowMs;
        startMs <= Math.min(toMs, newestBucketMs);
        startMs += windowMs) {
      byte[] value = get(key, startMs, onlyCommitted);
      if (value != null) {
        found.add(KeyValue.pair(startMs, value));
      }
    }
    return new FoundWindows(found);
  }

  /** All entries, in no order: for tests and tools, for it holds them all in memory. */
  @Override
  public synchronized KeyValueIterator<Windowed<Bytes>, byte[]> all() {
    Map<Windowed<Bytes>, byte[]> all = new LinkedHashMap<>();
    files().forEach(entry -> all.put(windowed(entry), entry.value()));
    recent.forEach(entry -> all.put(windowed(entry), entry.value()));
    return new Found<>(
        all.entrySet().stream()
            .filter(entry -> entry.getValue() != null && isKept(entry.getKey().window().start()))
            .map(entry -> KeyValue.pair(entry.getKey(), entry.getValue()))
            .toList());
  }

  private Windowed<Bytes> windowed(RecentEntries.Entry entry) {
    return new Windowed<>(
        Bytes.wrap(entry.key()), new TimeWindow(entry.bucketMs(), entry.bucketMs() + windowMs));
  }

  @Override
  public KeyValueIterator<Windowed<Bytes>, byte[]> fetch(
      Bytes fromKey, Bytes toKey, long fromMs, long toMs) {
    throw new UnsupportedOperationException("entries are found by their key");
  }

  @Override
  public KeyValueIterator<Windowed<Bytes>, byte[]> fetchAll(long fromMs, long toMs) {
    throw new UnsupportedOperationException("entries are found by their key");
  }

  /** Makes one for each partition. */
  record Supplier(String name, long windowSize, long retentionPeriod)
      implements WindowBytesStoreSupplier {
    @Override
    public WindowStore<Bytes, byte[]> get() {
      return new CompactWindowStore(name, windowSize, retentionPeriod);
    }

    @Override
    public String metricsScope() {
      return EntrySizes.SCOPE;
    }

    @Override
    public long segmentIntervalMs() {
      return windowSize;
    }

    @Override
    public boolean retainDuplicates() {
      return false;
    }
  }

  private static class Found<K> implements KeyValueIterator<K, byte[]> {
    private final List<KeyValue<K, byte[]>> entries;
    private int next;

    Found(List<KeyValue<K, byte[]>> entries) {
      this.entries = entries;
    }

    @Override
    public boolean hasNext() {
      return next < entries.size();
    }

    @Override
    public KeyValue<K, byte[]> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return entries.get(next++);
    }

    @Override
    public K peekNextKey() {
      return entries.get(next).key;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  private static final class FoundWindows extends Found<Long>
      implements WindowStoreIterator<byte[]> {
    FoundWindows(List<KeyValue<Long, byte[]>> entries) {
      super(entries);
    }
  }
}
