package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TOPICS;
import static dev.oncegate.gate.GateDriver.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.GateConfig;
import dev.oncegate.ops.tracing.OtlpReceiver;
import dev.oncegate.ops.tracing.Tracing;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gate that is traced answers as one that is not, but for a span id. */
class TracedGateTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

  private final OtlpReceiver receiver = new OtlpReceiver();

  @BeforeEach
  void exportThere() {
    System.setProperty("otel.exporter.otlp.endpoint", receiver.url());
  }

  @AfterEach
  void clear() {
    System.clearProperty("otel.exporter.otlp.endpoint");
    receiver.close();
  }

  @Test
  void effectAndResultCarryTheGatesSpanAndNothingElseDiffers() {
    Told plain;
    try (GateDriver gate = GateDriver.open()) {
      plain = send(gate);
    }
    try (Tracing tracing = tracing();
        GateDriver gate = GateDriver.with().observer(tracing).open()) {
      Told traced = send(gate);

      assertThat(traced).isEqualTo(plain);
      Map<String, String> onEffect = gate.headersOn(TOPICS.effects()).get(0);
      assertThat(onEffect)
          .isEqualTo(gate.headersOn(TOPICS.results()).get(0))
          .containsEntry("tracestate", "vendor=1")
          .containsOnlyKeys("traceparent", "tracestate");
      assertThat(onEffect.get("traceparent"))
          .matches("00-" + TRACE + "-[0-9a-f]{16}-01")
          .isNotEqualTo(PARENT);
    }
    assertThat(receiver.spans()).hasSize(1);
    assertThat(receiver.spans().get(0).getName()).isEqualTo("decide agent.commands");
  }

  @Test
  void whatIsDoneAgainAfterACrashIsAnsweredWithTheSameHeaders() {
    Map<String, String> first;
    try (Tracing tracing = tracing();
        GateDriver gate = GateDriver.with().observer(tracing).open()) {
      send(gate);
      first = gate.headersOn(TOPICS.effects()).get(0);
    }
    try (Tracing tracing = tracing();
        GateDriver again = GateDriver.with().observer(tracing).open()) {
      send(again);

      assertThat(again.headersOn(TOPICS.effects())).containsExactly(first);
    }
  }

  private static Told send(GateDriver gate) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("traceparent", PARENT.getBytes(StandardCharsets.UTF_8));
    headers.add("tracestate", "vendor=1".getBytes(StandardCharsets.UTF_8));
    return gate.pipe(TOPICS.commands(), Wire.write(aCommand().build()), START, headers);
  }

  private static Tracing tracing() {
    return Tracing.of(
        GateConfig.of(
            Map.of(
                "bootstrap.servers", "not-used:9092", "schema.registry.url", "http://not-used")));
  }
}
