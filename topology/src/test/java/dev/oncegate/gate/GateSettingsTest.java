package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.store.BoundedRocksDb;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** With what settings Kafka Streams is started. */
class GateSettingsTest {
  private static final String UNCOMMITTED = "statestore.uncommitted.max.bytes";

  @Test
  void theMemoryOfTheStoresIsOneSumWithWhatTheyHaveNotCommitted() {
    Properties settings =
        settings(Map.of("gate.rocksdb.memory.bytes", "100000000", "gate.actions.store", "streams"));

    assertThat(settings.get(UNCOMMITTED)).isEqualTo("12500000");
    assertThat(settings.get(BoundedRocksDb.RECENT_BYTES)).isEqualTo(0L);
    assertThat(settings.get(BoundedRocksDb.MEMORY_BYTES)).isEqualTo(87_500_000L);
  }

  @Test
  void whereActionsAreKeptOnTheHeapTheyHaveAShareOfThatSum() {
    Properties settings = settings(Map.of("gate.rocksdb.memory.bytes", "100000000"));

    assertThat(settings.get(UNCOMMITTED)).isEqualTo("12500000");
    assertThat(settings.get(BoundedRocksDb.RECENT_BYTES)).isEqualTo(50_000_000L);
    assertThat(settings.get(BoundedRocksDb.MEMORY_BYTES)).isEqualTo(37_500_000L);
  }

  @Test
  void theLargestResultFitsTheChangelogsThatAreMade() {
    assertThat(settings(Map.of("gate.result.max.bytes", "1048576")).get("topic.max.message.bytes"))
        .isEqualTo("1114112");
    assertThat(settings(Map.of()).get("topic.max.message.bytes")).isEqualTo("1048588");
  }

  @Test
  void theUsersWordGoesFirst() {
    Properties settings =
        settings(
            Map.of(
                UNCOMMITTED,
                "1",
                "topic.max.message.bytes",
                "2",
                "producer.max.request.size",
                "3"));

    assertThat(settings.get(UNCOMMITTED)).isEqualTo("1");
    assertThat(settings.get("topic.max.message.bytes")).isEqualTo("2");
    assertThat(settings.get("producer.max.request.size")).isEqualTo("3");
  }

  private static Properties settings(Map<String, String> users) {
    return Gate.streamsProperties(GateConfig.of(users), 1_048_588);
  }
}
