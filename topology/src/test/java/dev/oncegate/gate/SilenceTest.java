package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class SilenceTest {
  private static final String HEARTBEAT = "last-heartbeat-seconds-ago";
  private static final String REBALANCE = "last-rebalance-seconds-ago";
  private final Map<MetricName, Metric> metrics = new HashMap<>();

  @Test
  void theConsumerThatIsWorstOffCounts() {
    measured(HEARTBEAT, "one", 2.0);
    measured(HEARTBEAT, "two", 31.0);
    measured(HEARTBEAT, "three", 1.0);

    assertThat(Silence.of(metrics)).isEqualTo(Duration.ofSeconds(31));
  }

  @Test
  void ofOneConsumerTheLatestContactCounts() {
    measured(HEARTBEAT, "one", 40.0);
    measured(REBALANCE, "one", 3.0);

    assertThat(Silence.of(metrics)).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void aConsumerThatHasSentNoHeartbeatYetIsSilentSinceItJoined() {
    measured(HEARTBEAT, "one", -1.0);
    measured(REBALANCE, "one", 45.0);

    assertThat(Silence.of(metrics)).isEqualTo(Duration.ofSeconds(45));
  }

  @Test
  void whatIsInNoGroupIsNotSilent() {
    measured(HEARTBEAT, "restore", -1.0);
    measured(REBALANCE, "restore", -1.0);
    measured("other-seconds-ago", "one", 99.0);
    measured(HEARTBEAT, "odd", Double.NaN);
    measured(HEARTBEAT, "odder", "text");

    assertThat(Silence.of(metrics)).isZero();
  }

  private void measured(String name, String clientId, Object value) {
    MetricName metricName =
        new MetricName(name, "consumer-coordinator-metrics", "", Map.of("client-id", clientId));
    metrics.put(
        metricName,
        new Metric() {
          @Override
          public MetricName metricName() {
            return metricName;
          }

          @Override
          public Object metricValue() {
            return value;
          }
        });
  }
}
