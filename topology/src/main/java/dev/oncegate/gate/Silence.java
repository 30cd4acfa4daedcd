package dev.oncegate.gate;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * For how long a consumer has had no contact with its group, from what it measures itself: a
 * consumer that has just joined has sent no heartbeat yet, but it was answered when it joined.
 */
final class Silence {
  private static final Set<String> CONTACTS =
      Set.of("last-heartbeat-seconds-ago", "last-rebalance-seconds-ago");

  private Silence() {}

  /**
   * The silence of the consumer that is worst off; zero where none is in a group.
   *
   * @param metrics of all clients; a contact that there was not yet is below zero
   */
  static Duration of(Map<MetricName, ? extends Metric> metrics) {
    Map<String, Long> lastContactByConsumer = new HashMap<>();
    metrics.forEach(
        (name, metric) -> {
          if (CONTACTS.contains(name.name())
              && metric.metricValue() instanceof Number secondsAgo
              && secondsAgo.doubleValue() >= 0) {
            lastContactByConsumer.merge(
                name.tags().getOrDefault("client-id", ""), secondsAgo.longValue(), Math::min);
          }
        });
    return Duration.ofSeconds(
        lastContactByConsumer.values().stream().mapToLong(Long::longValue).max().orElse(0));
  }
}
