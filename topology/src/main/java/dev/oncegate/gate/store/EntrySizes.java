package dev.oncegate.gate.store;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.common.metrics.stats.Value;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Tells Kafka's metrics how large a {@link CompactWindowStore} is, by the names and labels under
 * which Kafka Streams tells it of a window store of its own: no panel needs to know the kind.
 */
final class EntrySizes implements AutoCloseable {
  /** As Kafka Streams calls the kind of its own store in the labels of its metrics. */
  static final String SCOPE = "rocksdb-window";

  private static final String GROUP = "stream-state-metrics";

  private final StreamsMetrics metrics;
  private final Map<String, Sensor> sensors = new LinkedHashMap<>();
  private final Sensor entries;

  EntrySizes(StreamsMetrics metrics, TaskId task, String store) {
    this.metrics = metrics;
    Map<String, String> labels =
        Map.of(
            "thread-id",
            Thread.currentThread().getName(),
            "task-id",
            task.toString(),
            SCOPE + "-state-id",
            store);
    entries = sensor("estimate-num-keys", "Entries on the heap and about those on disk", labels);
    sensors.put(
        "rocksdb.total-sst-files-size",
        sensor("total-sst-files-size", "Size of the files, in bytes", labels));
    sensors.put(
        "rocksdb.cur-size-all-mem-tables",
        sensor("cur-size-all-mem-tables", "Size of the write buffers, in bytes", labels));
  }

  private Sensor sensor(String name, String words, Map<String, String> labels) {
    Sensor sensor =
        metrics.addSensor(
            String.join(".", SCOPE, labels.get("task-id"), name), RecordingLevel.INFO);
    sensor.add(new MetricName(name, GROUP, words, labels), new Value());
    return sensor;
  }

  /** Tells the sizes of this moment. */
  void tell(RecentEntries recent, EntryFiles files) {
    entries.record(recent.size() + files.sumOf("rocksdb.estimate-num-keys"));
    sensors.forEach((property, sensor) -> sensor.record(files.sumOf(property)));
  }

  @Override
  public void close() {
    metrics.removeSensor(entries);
    sensors.values().forEach(metrics::removeSensor);
  }
}
