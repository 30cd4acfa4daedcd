package dev.oncegate.ops.tracing;

import dev.oncegate.config.GateConfig;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.gate.Observer;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A span for each decision: child of the one in the command's {@code traceparent}, and parent of
 * what the executor does, whose effect carries it on.
 *
 * <p>Whether it is recorded is the producer's word, as its flag says; where a command brings no
 * trace, the sampler's ({@code OTEL_TRACES_SAMPLER}). A header of a trace that is not recorded is
 * left as it came.
 *
 * <p>Ids are derived, not drawn ({@link DerivedIds}), so that a command that is handled again after
 * an aborted transaction is answered with the same bytes, and its span takes the other's place.
 */
public final class Tracing implements Observer, AutoCloseable {
  private static final AttributeKey<String> DECISION = AttributeKey.stringKey("oncegate.decision");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("oncegate.reason");
  private static final AttributeKey<String> TOOL = AttributeKey.stringKey("oncegate.tool");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("oncegate.attempt");
  private static final AttributeKey<String> SCOPE_HASH =
      AttributeKey.stringKey("oncegate.scope.hash");
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.name");
  private static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> GROUP =
      AttributeKey.stringKey("messaging.consumer.group.name");
  private static final AttributeKey<String> TOPIC =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> PARTITION =
      AttributeKey.stringKey("messaging.destination.partition.id");
  private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");

  private static final int CLOSE_SECONDS = 5;

  private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();
  private static final TextMapGetter<Headers> GET = new HeaderGetter();
  private static final TextMapSetter<Headers> SET =
      (headers, name, value) -> {
        if (headers != null) {
          headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
        }
      };

  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;
  private final String group;
  private final DerivedIds ids;
  private final ThreadLocal<Handled> handled = ThreadLocal.withInitial(Handled::new);

  /** The record that a thread handles. */
  private static final class Handled {
    private final ScopeHash scopeHash = new ScopeHash();
    private long beganEpochNanos;
    private String runId = "";
    private @Nullable Span span;
  }

  private Tracing(OpenTelemetrySdk sdk, String group, DerivedIds ids) {
    this.sdk = sdk;
    this.tracer = sdk.getTracer("dev.oncegate");
    this.group = group;
    this.ids = ids;
  }

  /**
   * Traces as the {@code OTEL_*} environment variables (or {@code otel.*} system properties) say,
   * by OTLP over HTTP where they say nothing.
   *
   * @throws ConfigException where they cannot be followed
   */
  public static Tracing of(GateConfig config) {
    DerivedIds ids = new DerivedIds();
    Map<String, String> defaults =
        Map.of(
            "otel.service.name",
            config.applicationId(),
            "otel.exporter.otlp.protocol",
            "http/protobuf",
            "otel.metrics.exporter",
            "none",
            "otel.logs.exporter",
            "none");
    try {
      OpenTelemetrySdk sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .addPropertiesSupplier(() -> defaults)
              .addTracerProviderCustomizer((traces, settings) -> traces.setIdGenerator(ids))
              .disableShutdownHook()
              .build()
              .getOpenTelemetrySdk();
      return new Tracing(sdk, config.applicationId(), ids);
    } catch (ConfigurationException | IllegalStateException | IllegalArgumentException e) {
      throw new ConfigException(
          "gate.tracing.enabled is true, but the OTEL_* settings cannot be followed: %s (http/protobuf is the only protocol there is)"
              .formatted(e.getMessage()));
    }
  }

  @Override
  public void begins(Coordinates at) {
    Handled now = handled.get();
    now.beganEpochNanos = EpochNanos.now();
    now.span = null;
  }

  @Override
  public void concerns(String runId, @Nullable String correlationId) {
    handled.get().runId = runId;
  }

  @Override
  public Headers carried(Headers carried, Coordinates at) {
    Handled now = handled.get();
    Context parent = W3C.extract(Context.root(), carried, GET);
    ids.derive(at, now.runId);
    Span span =
        tracer
            .spanBuilder("decide " + at.topic())
            .setParent(parent)
            .setSpanKind(SpanKind.CONSUMER)
            .setStartTimestamp(now.beganEpochNanos, TimeUnit.NANOSECONDS)
            .startSpan();
    now.span = span;
    if (span.getSpanContext().isSampled()) {
      W3C.inject(parent.with(span), carried, SET);
    }
    return carried;
  }

  @Override
  public void decided(
      ActionCommand command, @Nullable Intent intent, ActionResult result, Headers carried) {
    Handled now = handled.get();
    Span span = now.span;
    if (span == null) {
      return;
    }
    if (span.isRecording()) {
      describe(span, result, now.scopeHash.of(result.getScope()));
    }
    span.end(EpochNanos.now(), TimeUnit.NANOSECONDS);
    now.span = null;
  }

  private void describe(Span span, ActionResult result, String scopeHash) {
    span.setAttribute(DECISION, result.getDecision().name());
    span.setAttribute(REASON, result.getReason());
    span.setAttribute(SCOPE_HASH, scopeHash);
    span.setAttribute(SYSTEM, "kafka");
    span.setAttribute(OPERATION, "decide");
    span.setAttribute(OPERATION_TYPE, "process");
    span.setAttribute(GROUP, group);
    span.setAttribute(TOPIC, result.getCommand().getTopic());
    span.setAttribute(PARTITION, Integer.toString(result.getCommand().getPartition()));
    span.setAttribute(OFFSET, result.getCommand().getOffset());
    if (result.getTool() != null) {
      span.setAttribute(TOOL, result.getTool());
    }
    if (result.getEffectAttempt() != null) {
      span.setAttribute(ATTEMPT, (long) result.getEffectAttempt());
    }
  }

  /** Sends what is left, for a few seconds. */
  @Override
  public void close() {
    sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private static final class HeaderGetter implements TextMapGetter<Headers> {
    @Override
    @SuppressWarnings("deprecation") // Abstract still.
    public Iterable<String> keys(Headers headers) {
      return List.of("traceparent", "tracestate");
    }

    @Override
    public @Nullable String get(@Nullable Headers headers, String name) {
      Header header = headers == null ? null : headers.lastHeader(name);
      return header == null || header.value() == null
          ? null
          : new String(header.value(), StandardCharsets.UTF_8);
    }
  }
}
