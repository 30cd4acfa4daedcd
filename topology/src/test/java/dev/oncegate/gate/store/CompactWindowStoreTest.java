package dev.oncegate.gate.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.BatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.WindowKeyQuery;
import org.apache.kafka.streams.state.WindowStoreIterator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store as Kafka Streams treats it: committed, restored, killed. */
class CompactWindowStoreTest {
  private static final long W = 600_000;
  private static final TopicPartition CHANGELOG = new TopicPartition("changelog", 3);

  /** A task over all its lives: its changelog, of which only what is committed can be read. */
  private static final class Task implements AutoCloseable {
    private final Path root;
    private final long recentBytes;
    private final Metrics metrics = new Metrics();
    private final List<KeyValue<byte[], byte[]>> changelog = new ArrayList<>();
    private int committed;
    private int lives;
    private Path folder;
    private CompactWindowStore store;
    private @Nullable BatchingStateRestoreCallback restoring;

    Task(long recentBytes) {
      this.recentBytes = recentBytes;
      try {
        root = Files.createTempDirectory(Path.of("target"), "compact");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      folder = root.resolve("0");
      store = open();
    }

    private CompactWindowStore open() {
      CompactWindowStore opened = new CompactWindowStore("actions", W, 4 * W);
      StateStoreContext context =
          (StateStoreContext)
              Proxy.newProxyInstance(
                  StateStoreContext.class.getClassLoader(),
                  new Class<?>[] {StateStoreContext.class},
                  (proxy, method, arguments) ->
                      switch (method.getName()) {
                        case "stateDir" -> folder.toFile();
                        case "appConfigs" ->
                            Map.of(
                                BoundedRocksDb.RECENT_BYTES,
                                recentBytes,
                                BoundedRocksDb.MEMORY_BYTES,
                                16L * 1024 * 1024);
                        case "register" -> {
                          restoring = (BatchingStateRestoreCallback) arguments[1];
                          yield null;
                        }
                        case "metrics" -> streamsMetrics();
                        case "taskId" -> new TaskId(0, 3);
                        default -> throw new UnsupportedOperationException(method.getName());
                      });
      opened.init(context, opened);
      return opened;
    }

    private StreamsMetrics streamsMetrics() {
      return (StreamsMetrics)
          Proxy.newProxyInstance(
              StreamsMetrics.class.getClassLoader(),
              new Class<?>[] {StreamsMetrics.class},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "addSensor" -> {
                    return metrics.sensor(
                        (String) arguments[0], (Sensor.RecordingLevel) arguments[1]);
                  }
                  case "removeSensor" -> metrics.removeSensor(((Sensor) arguments[0]).name());
                  default -> throw new UnsupportedOperationException(method.getName());
                }
                return null;
              });
    }

    /** What Kafka's metrics tell of the store. */
    Map<String, Double> sizes() {
      Map<String, Double> sizes = new TreeMap<>();
      metrics
          .metrics()
          .forEach(
              (name, metric) -> {
                if ("actions".equals(name.tags().get("rocksdb-window-state-id"))) {
                  sizes.put(name.name(), ((Number) metric.metricValue()).doubleValue());
                }
              });
      return sizes;
    }

    /** Restores as Kafka Streams does: from behind the offset that the store has. */
    private void restore() {
      Long offset = store.committedOffset(CHANGELOG);
      int from = offset == null ? 0 : (int) (offset + 1);
      if (restoring != null && from < committed) {
        restoring.restoreAll(changelog.subList(from, committed));
      }
      store.commit(committed == 0 ? Map.of() : Map.of(CHANGELOG, committed - 1L));
    }

    void put(String key, long startMs, @Nullable String value) {
      byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
      byte[] plain = key.getBytes(StandardCharsets.UTF_8);
      store.put(Bytes.wrap(plain), bytes, startMs);
      byte[] logged =
          ByteBuffer.allocate(plain.length + Long.BYTES + Integer.BYTES)
              .put(plain)
              .putLong(startMs)
              .putInt(0)
              .array();
      changelog.add(KeyValue.pair(logged, bytes));
    }

    @Nullable String get(String key, long startMs) {
      byte[] value = store.fetch(bytes(key), startMs);
      return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    void commit() {
      committed = changelog.size();
      store.commit(committed == 0 ? Map.of() : Map.of(CHANGELOG, committed - 1L));
    }

    /** The transaction is aborted, the task is closed and opened anew. */
    void abort() {
      changelog.subList(committed, changelog.size()).clear();
      store.close();
      store = open();
      restore();
    }

    /** Nobody closes anything: what is on disk at this moment is what is left. */
    void kill() {
      changelog.subList(committed, changelog.size()).clear();
      Path left = root.resolve(String.valueOf(++lives));
      copy(folder, left);
      store.close();
      folder = left;
      store = open();
      restore();
    }

    @Override
    public void close() {
      store.close();
      metrics.close();
      try (Stream<Path> files = Files.walk(root)) {
        files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void copy(Path from, Path to) {
      try (Stream<Path> files = Files.walk(from)) {
        for (Path file : files.toList()) {
          if (!file.endsWith("LOCK")) {
            Path target = to.resolve(from.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void whatAnAbortedTransactionWroteIsGoneAndWhatWasCommittedIsThere() {
    try (Task task = new Task(1 << 20)) {
      task.put("a", W, "committed");
      task.commit();
      task.put("a", W, "aborted");
      task.put("b", W, "aborted");
      task.abort();

      assertThat(task.get("a", W)).isEqualTo("committed");
      assertThat(task.get("b", W)).isNull();
    }
  }

  @Test
  void aCleanStopLeavesNothingToRestore() {
    try (Task task = new Task(1 << 20)) {
      task.put("a", W, "value");
      task.commit();
      task.store.close();
      task.store = task.open();

      assertThat(task.store.committedOffset(CHANGELOG)).isZero();
      assertThat(task.get("a", W)).isEqualTo("value");
    }
  }

  @Test
  void aQueryOfWhatIsCommittedIsNotToldOfATransactionThatIsOpen() {
    try (Task task = new Task(1 << 20)) {
      task.put("a", W, "first");
      task.put("a", 2 * W, "second");
      task.commit();
      task.put("a", 2 * W, "third");
      task.put("b", W, "new");

      assertThat(query(task, "a", IsolationLevel.READ_COMMITTED))
          .containsExactly("first", "second");
      assertThat(query(task, "a", IsolationLevel.READ_UNCOMMITTED))
          .containsExactly("first", "third");
      assertThat(query(task, "b", IsolationLevel.READ_COMMITTED)).isEmpty();
    }
  }

  @Test
  void bucketsBeyondTheRetentionAreGoneInMemoryAndOnDisk() {
    try (Task task = new Task(0)) {
      task.put("old", W, "value");
      task.put("kept", 2 * W, "value");
      task.commit();
      task.put("new", 5 * W, "value");

      assertThat(task.get("old", W)).isNull();
      assertThat(task.get("kept", 2 * W)).isEqualTo("value");

      task.commit();
      task.put("late", W, "dropped");
      assertThat(task.get("late", W)).isNull();
      assertThat(task.store.all())
          .toIterable()
          .extracting(entry -> entry.key.key())
          .containsExactlyInAnyOrder(bytes("kept"), bytes("new"));
      task.kill();
      assertThat(task.get("kept", 2 * W)).isEqualTo("value");
      assertThat(task.get("old", W)).isNull();
    }
  }

  @Test
  void itsSizesAreToldAsThoseOfAStoreOfKafkaStreams() {
    try (Task onHeap = new Task(1 << 20);
        Task onDisk = new Task(0)) {
      for (Task task : List.of(onHeap, onDisk)) {
        task.put("a", W, "value");
        task.put("a", W, "other");
        task.put("b", W, "value");
        task.commit();

        assertThat(task.sizes())
            .containsOnlyKeys(
                "estimate-num-keys", "total-sst-files-size", "cur-size-all-mem-tables")
            .containsEntry("estimate-num-keys", 2.0);
        task.store.close();
        assertThat(task.sizes()).isEmpty();
        task.store = task.open();
        task.restore();
        assertThat(task.sizes()).containsEntry("estimate-num-keys", 2.0);
        assertThat(task.sizes().get("total-sst-files-size")).isPositive();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_023, 1_024, 1_025, 4_095, 4_096, 4_097, 300_000})
  void keysAndValuesOfAnyLengthComeBackFromDisk(int length) {
    String text = "x".repeat(length);
    try (Task task = new Task(0)) {
      task.put("key", W, text);
      task.put("key" + text, 2 * W, "value");
      task.commit();

      assertThat(task.get("key", W)).isEqualTo(text);
      assertThat(task.get("key" + text, 2 * W)).isEqualTo("value");
      assertThat(task.get("other" + text, W)).isNull();
    }
  }

  @Property(tries = 60)
  void I8_afterEveryCrashTheStoreIsWhatWasCommitted(
      @ForAll @IntRange(min = 0, max = 2) int memory,
      @ForAll @Size(max = 120) List<@IntRange(min = 0, max = 9_999) Integer> steps) {
    Map<String, String> newest = new HashMap<>();
    Map<String, String> committed = new HashMap<>();
    String filler = "x".repeat(20_000);
    try (Task task = new Task(memory * 600_000L)) {
      for (int step : steps) {
        String key = "key" + step % 20;
        int kind = step / 100;
        if (kind < 70) {
          String value = kind < 5 ? null : step + filler;
          newest.put(key, value);
          task.put(key, W, value);
        } else if (kind < 94) {
          task.commit();
          committed = new HashMap<>(newest);
        } else {
          if (kind < 97) {
            task.abort();
          } else {
            task.kill();
          }
          newest = new HashMap<>(committed);
        }
        assertThat(task.get(key, W)).isEqualTo(newest.get(key));
      }
      task.kill();
      for (int i = 0; i < 20; i++) {
        assertThat(task.get("key" + i, W)).as("key %d", i).isEqualTo(committed.get("key" + i));
      }
    }
  }

  private static List<String> query(Task task, String key, IsolationLevel isolation) {
    WindowKeyQuery<Bytes, byte[]> query =
        WindowKeyQuery.withKeyAndWindowStartRange(
            bytes(key), Instant.EPOCH, Instant.ofEpochMilli(10 * W));
    List<String> values = new ArrayList<>();
    try (WindowStoreIterator<byte[]> found =
        task.store
            .query(query, PositionBound.unbounded(), new QueryConfig(false, isolation))
            .getResult()) {
      found.forEachRemaining(entry -> values.add(new String(entry.value, StandardCharsets.UTF_8)));
    }
    return values;
  }

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
