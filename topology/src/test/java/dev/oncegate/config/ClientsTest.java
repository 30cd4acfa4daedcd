package dev.oncegate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.junit.jupiter.api.Test;

/** What plain clients take from the settings of a gate. */
class ClientsTest {

  @Test
  void aGateThatUsesTheStreamsProtocolHasReadersThatDoNot() {
    Map<String, Object> settings =
        Clients.consumer(
            Map.of(
                "group.protocol", "streams",
                "fetch.max.bytes", "1",
                "consumer.fetch.max.bytes", "2",
                "security.protocol", "SSL"));

    assertThat(settings)
        .containsEntry("fetch.max.bytes", "2")
        .containsEntry("security.protocol", "SSL")
        .doesNotContainKey(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
  }
}
