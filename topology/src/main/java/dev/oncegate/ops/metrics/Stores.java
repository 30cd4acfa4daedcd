package dev.oncegate.ops.metrics;

import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.TimerStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/**
 * Sizes and memory of the stores, summed over the partitions of this instance from what RocksDB
 * tells Streams: a panel needs a handful of numbers, not one for each store of each task.
 */
final class Stores {
  private static final String GROUP = "stream-state-metrics";
  private static final String STORE_LABEL = "-state-id";

  /** The names of all stores. */
  static final List<String> NAMES = List.of(ActionStore.NAME, RunStore.NAME, TimerStore.NAME);

  private final Map<String, Size> sizes = new LinkedHashMap<>();
  private volatile Memory memory = new Memory(0, 0, 0);

  /** Sizes of one store. */
  private static final class Size {
    private volatile double entries;
    private volatile double diskBytes;
  }

  private record Memory(double cache, double limit, double memtables) {}

  Stores(MeterRegistry registry) {
    for (String name : NAMES) {
      Size size = new Size();
      sizes.put(name, size);
      Gauge.builder("oncegate.store.entries", size, s -> s.entries)
          .description(
              "Entries of a store on this instance, standbys included, as RocksDB estimates: what is overwritten counts until it is compacted.")
          .tag("store", name)
          .register(registry);
      Gauge.builder("oncegate.store.disk", size, s -> s.diskBytes)
          .description("Size of a store's files on this instance, standbys included.")
          .baseUnit("bytes")
          .tag("store", name)
          .register(registry);
    }
    bytes(
        registry,
        "oncegate.rocksdb.cache.used",
        "What the one block cache of all stores holds, index, filters and write buffers included.",
        now -> now.cache);
    bytes(
        registry,
        "oncegate.rocksdb.cache.limit",
        "The bound of that cache: gate.rocksdb.memory.bytes without the shares for what is not committed and for what is kept on the heap.",
        now -> now.limit);
    bytes(
        registry,
        "oncegate.rocksdb.memtables",
        "Write buffers of all stores; part of the cache.",
        now -> now.memtables);
  }

  /** Reads one figure. */
  private interface Figure {
    double of(Memory memory);
  }

  private void bytes(MeterRegistry registry, String name, String help, Figure figure) {
    Gauge.builder(name, this, stores -> figure.of(stores.memory))
        .description(help)
        .baseUnit("bytes")
        .register(registry);
  }

  /** Takes the figures of this moment. */
  void refresh(Map<MetricName, ? extends Metric> metrics) {
    double[] entries = new double[NAMES.size()];
    double[] disk = new double[NAMES.size()];
    double cache = 0;
    double limit = 0;
    double memtables = 0;
    for (Map.Entry<MetricName, ? extends Metric> metric : metrics.entrySet()) {
      int store = metric.getKey().group().equals(GROUP) ? indexOf(metric.getKey()) : -1;
      if (store < 0) {
        continue;
      }
      switch (metric.getKey().name()) {
        case "estimate-num-keys" -> entries[store] += value(metric.getValue());
        case "total-sst-files-size" -> disk[store] += value(metric.getValue());
        case "cur-size-all-mem-tables" -> memtables += value(metric.getValue());
        // All stores share one cache, and each tells all of it.
        case "block-cache-usage" -> cache = Math.max(cache, value(metric.getValue()));
        case "block-cache-capacity" -> limit = Math.max(limit, value(metric.getValue()));
        default -> {
          // Published by Kafka's own binder.
        }
      }
    }
    for (int i = 0; i < entries.length; i++) {
      Size size = sizes.get(NAMES.get(i));
      if (size != null) {
        size.entries = entries[i];
        size.diskBytes = disk[i];
      }
    }
    memory = new Memory(cache, limit, memtables);
  }

  private static int indexOf(MetricName name) {
    for (Map.Entry<String, String> tag : name.tags().entrySet()) {
      if (tag.getKey().endsWith(STORE_LABEL)) {
        return NAMES.indexOf(tag.getValue());
      }
    }
    return -1;
  }

  private static double value(@Nullable Metric metric) {
    return metric != null && metric.metricValue() instanceof Number number
        ? number.doubleValue()
        : 0;
  }
}
