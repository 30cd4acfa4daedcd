package dev.oncegate.gate;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/**
 * Kafka Streams without the one metric that must not be read.
 *
 * <p>In Kafka 4.4 {@code uncommitted-bytes} of a transactional RocksDB store asks a native batch
 * for its size from whatever thread reads the metric. While the task's own thread commits, that
 * batch is freed, and the process crashes.
 */
final class SafeMetrics extends KafkaStreams {
  private static final String DEADLY = "uncommitted-bytes";

  SafeMetrics(Topology topology, Properties properties) {
    super(topology, properties);
  }

  @Override
  public Map<MetricName, ? extends Metric> metrics() {
    Map<MetricName, Metric> safe = new HashMap<>(super.metrics());
    safe.keySet().removeIf(name -> name.name().equals(DEADLY));
    return Collections.unmodifiableMap(safe);
  }
}
