package dev.oncegate.ops.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.oncegate.config.GateConfig;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.TrustedSchemas;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a collector receives, and what goes on with effect and result. */
class TracingTest {
  static {
    TrustedSchemas.trust();
  }

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String SAMPLED = "00-%s-%s-01".formatted(TRACE, PARENT);
  private static final String NOT_SAMPLED = "00-%s-%s-00".formatted(TRACE, PARENT);

  private final OtlpReceiver receiver = new OtlpReceiver();

  @AfterEach
  void close() {
    receiver.close();
    set(Map.of());
  }

  @Test
  void aDecisionIsASpanUnderItsProducers() {
    try (Tracing tracing = tracing(Map.of())) {
      decide(tracing, 42, SAMPLED);
    }

    assertThat(receiver.spans()).hasSize(1);
    Span span = receiver.spans().get(0);
    assertThat(span.getName()).isEqualTo("decide agent.commands");
    assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
    assertThat(hex(span.getTraceId().toByteArray())).isEqualTo(TRACE);
    assertThat(hex(span.getParentSpanId().toByteArray())).isEqualTo(PARENT);
    assertThat(span.getEndTimeUnixNano()).isGreaterThanOrEqualTo(span.getStartTimeUnixNano());
    assertThat(OtlpReceiver.attributes(span))
        .containsOnly(
            entry("oncegate.decision", "ACCEPTED"),
            entry("oncegate.reason", "FIRST_SEEN"),
            entry("oncegate.attempt", "1"),
            entry("oncegate.tool", "book"),
            entry("oncegate.scope.hash", new ScopeHash().of("a scope")),
            entry("messaging.system", "kafka"),
            entry("messaging.operation.name", "decide"),
            entry("messaging.operation.type", "process"),
            entry("messaging.consumer.group.name", "oncegate"),
            entry("messaging.destination.name", "agent.commands"),
            entry("messaging.destination.partition.id", "3"),
            entry("messaging.kafka.offset", "42"));
    assertThat(receiver.services()).containsExactly("oncegate");
  }

  @Test
  void theScopeIsShownAsTheBeginOfItsHash() {
    assertThat(new ScopeHash().of("abc")).isEqualTo("ba7816bf8f01cfea");
  }

  @Test
  void effectAndResultCarryTheSpanOnInTheSameTrace() {
    String carried;
    try (Tracing tracing = tracing(Map.of())) {
      carried = decide(tracing, 42, SAMPLED);
    }

    Span span = receiver.spans().get(0);
    assertThat(carried)
        .isEqualTo("00-%s-%s-01".formatted(TRACE, hex(span.getSpanId().toByteArray())))
        .isNotEqualTo(SAMPLED);
  }

  @Test
  void aTraceThatIsNotSampledGoesOnAsItCameAndNothingIsSent() {
    try (Tracing tracing = tracing(Map.of())) {
      assertThat(decide(tracing, 42, NOT_SAMPLED)).isEqualTo(NOT_SAMPLED);
    }

    assertThat(receiver.spans()).isEmpty();
  }

  @Test
  void whereThereIsNoTraceTheSamplerDecides() {
    try (Tracing tracing = tracing(Map.of("otel.traces.sampler", "parentbased_always_off"))) {
      assertThat(decide(tracing, 42, null)).isNull();
      assertThat(decide(tracing, 43, SAMPLED)).as("the producer's word goes first").isNotNull();
    }

    assertThat(receiver.spans())
        .extracting(span -> hex(span.getTraceId().toByteArray()))
        .containsExactly(TRACE);
  }

  @Test
  void whatIsNoTraceBeginsANewOne() {
    String carried;
    try (Tracing tracing = tracing(Map.of())) {
      carried = decide(tracing, 42, "00-4bf9-00f0-01");
    }

    assertThat(receiver.spans()).hasSize(1);
    Span span = receiver.spans().get(0);
    assertThat(span.getParentSpanId().isEmpty()).isTrue();
    assertThat(carried).startsWith("00-" + hex(span.getTraceId().toByteArray()));
  }

  @Test
  void theSameCommandGivesTheSameBytesWhicheverInstanceHandlesItHoweverOften() {
    String first;
    String again;
    String elsewhere;
    String next;
    try (Tracing tracing = tracing(Map.of());
        Tracing other = tracing(Map.of())) {
      first = decide(tracing, 42, null);
      next = decide(tracing, 43, null);
      again = decide(tracing, 42, null);
      elsewhere = decide(other, 42, null);
    }

    assertThat(again).isEqualTo(first);
    assertThat(elsewhere).isEqualTo(first);
    assertThat(next).isNotEqualTo(first);
    assertThat(decideWithRun("another run")).isNotEqualTo(first);
  }

  @Test
  void idsAreSpreadLikeRandomOnes() {
    DerivedIds ids = new DerivedIds();
    Set<String> spans = new HashSet<>();
    int low = 0;
    for (int offset = 0; offset < 10_000; offset++) {
      ids.derive(new Coordinates("agent.commands", offset % 12, offset / 12), "run");
      spans.add(ids.generateSpanId());
      String trace = ids.generateTraceId();
      // The half that samplers by ratio look at.
      low += Long.parseUnsignedLong(trace.substring(16), 16) >= 0 ? 1 : 0;
    }

    assertThat(spans).hasSize(10_000);
    assertThat(low).isBetween(4_700, 5_300);
  }

  @Test
  void aRecordThatFailedLeavesNoSpan() {
    try (Tracing tracing = tracing(Map.of())) {
      tracing.begins(new Coordinates("agent.commands", 3, 41));
      tracing.carried(new RecordHeaders(), new Coordinates("agent.commands", 3, 41));
      decide(tracing, 42, SAMPLED);
    }

    assertThat(receiver.spans())
        .extracting(span -> OtlpReceiver.attributes(span).get("messaging.kafka.offset"))
        .containsExactly("42");
  }

  @Test
  void aProtocolThatIsNotThereIsRefusedAtStart() {
    assertThatThrownBy(() -> tracing(Map.of("otel.exporter.otlp.protocol", "carrier-pigeon")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gate.tracing.enabled")
        .hasMessageContaining("carrier-pigeon");
    assertThatThrownBy(() -> tracing(Map.of("otel.exporter.otlp.protocol", "grpc")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http/protobuf is the only protocol");
  }

  private String decideWithRun(String runId) {
    try (Tracing tracing = tracing(Map.of())) {
      return decide(tracing, 42, null, runId);
    }
  }

  private static @Nullable String decide(
      Tracing tracing, long offset, @Nullable String traceparent) {
    return decide(tracing, offset, traceparent, "run");
  }

  private static @Nullable String decide(
      Tracing tracing, long offset, @Nullable String traceparent, String runId) {
    Coordinates at = new Coordinates("agent.commands", 3, offset);
    RecordHeaders headers = new RecordHeaders();
    if (traceparent != null) {
      headers.add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
    }
    tracing.begins(at);
    tracing.concerns(runId, null);
    Headers carried = tracing.carried(headers, at);
    ActionCommand command =
        ActionCommand.newBuilder().setRunId(runId).setTool("book").setArgs("{}").build();
    tracing.decided(command, null, result(at), carried);
    tracing.ends();
    return carried.lastHeader("traceparent") == null
        ? null
        : new String(carried.lastHeader("traceparent").value(), StandardCharsets.UTF_8);
  }

  private static ActionResult result(Coordinates at) {
    ActionResult result = new ActionResult();
    result.setScope("a scope");
    result.setDecision(Decision.ACCEPTED);
    result.setReason("FIRST_SEEN");
    result.setTool("book");
    result.setEffectAttempt(1);
    result.setCommand(new RecordCoordinates(at.topic(), at.partition(), at.offset()));
    return result;
  }

  private Tracing tracing(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("otel.exporter.otlp.endpoint", receiver.url());
    set(all);
    return Tracing.of(
        GateConfig.of(
            Map.of(
                "bootstrap.servers", "not-used:9092", "schema.registry.url", "http://not-used")));
  }

  /** System properties, which the SDK reads as it does OTEL_* variables. */
  private static void set(Map<String, String> settings) {
    System.getProperties().keySet().removeIf(key -> key.toString().startsWith("otel."));
    settings.forEach(System::setProperty);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
