package dev.oncegate.testbed.check;

import java.util.HashMap;
import java.util.Map;

/**
 * Which part of each partition is judged. What lies before was deleted, what lies behind came too
 * late: a record that names one of those is neither right nor wrong.
 */
final class Spans {
  private record Partition(String topic, int partition) {}

  private record Span(long from, long to) {}

  private final Map<Partition, Span> spans = new HashMap<>();

  /**
   * Judges only the offsets from {@code from} (inclusive) to {@code to} (exclusive) of a partition.
   */
  void judge(String topic, int partition, long from, long to) {
    spans.put(new Partition(topic, partition), new Span(from, to));
  }

  /** Whether a place is judged; all of a partition is, unless something else was said. */
  boolean cover(String topic, int partition, long offset) {
    Span span = spans.get(new Partition(topic, partition));
    return span == null || (offset >= span.from && offset < span.to);
  }

  boolean cover(Place place) {
    return cover(place.topic(), place.partition(), place.offset());
  }

  /** Whether the beginning of a topic is there. */
  boolean beginAtZero(String topic) {
    return spans.entrySet().stream()
        .noneMatch(entry -> entry.getKey().topic.equals(topic) && entry.getValue().from > 0);
  }
}
