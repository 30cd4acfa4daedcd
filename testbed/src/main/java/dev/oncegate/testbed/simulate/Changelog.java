package dev.oncegate.testbed.simulate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/**
 * What the changelog topics of a task hold, as of its last commit: of each key the last value,
 * which is what compaction leaves and a restore reads.
 */
final class Changelog {
  private record Value(byte[] bytes, long timestampMs) {}

  private final Map<String, Map<Bytes, Value>> stores = new LinkedHashMap<>();

  /** Takes what a transaction wrote. */
  void commit(String store, List<Message> writes) {
    Map<Bytes, Value> values = stores.computeIfAbsent(store, ignored -> new LinkedHashMap<>());
    for (Message write : writes) {
      Bytes key = Bytes.wrap(write.key());
      // Compaction keeps the place of the last record of a key, not of the first.
      values.remove(key);
      if (write.value() != null) {
        values.put(key, new Value(write.value(), write.timestampMs()));
      }
    }
  }

  /** Deletes what is older, as brokers do by the clock and by the records' timestamps. */
  void deleteBefore(String store, long timestampMs) {
    Map<Bytes, Value> values = stores.get(store);
    if (values != null) {
      values.values().removeIf(value -> value.timestampMs < timestampMs);
    }
  }

  /** What a restore reads, in its order. */
  List<Entry> of(String store) {
    List<Entry> entries = new ArrayList<>();
    stores
        .getOrDefault(store, Map.of())
        .forEach((key, value) -> entries.add(new Entry(key, value.bytes)));
    return entries;
  }

  /** The record of a key. */
  record Entry(Bytes key, byte[] value) {}
}
