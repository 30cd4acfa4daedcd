package dev.oncegate.config;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.core.intake.IntakeLimits;
import dev.oncegate.core.intake.Scope;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of a gate: ours begin with {@code gate.}; all others go to Kafka Streams, its
 * clients ({@code producer.}, {@code consumer.}) and the schema registry as they are.
 *
 * <p>Checked as a whole when it is made: a gate that starts has settings that fit together.
 */
public final class GateConfig extends AbstractConfig {
  private static final String OWN = "gate.";

  private static final List<String> HANDLERS =
      List.of(
          "processing.exception.handler",
          "production.exception.handler",
          "default.production.exception.handler",
          "deserialization.exception.handler",
          "default.deserialization.exception.handler");

  /** What we set where Kafka's own default does not fit a gate; the user's word goes first. */
  public static final Map<String, String> KAFKA_DEFAULTS = kafkaDefaults();

  private final Map<String, Map<String, Object>> byTool;

  private GateConfig(Map<String, String> settings) {
    super(GateKeys.DEFINITION, settings, false);
    byTool = ToolKeys.of(settings);
    checkNames(settings);
    checkGuarantee(settings);
    checkHandlers(settings);
    checkTogether();
  }

  /**
   * The configuration of some settings.
   *
   * @throws ConfigException naming the setting, its value and what is allowed
   */
  public static GateConfig of(Map<String, String> settings) {
    return new GateConfig(settings);
  }

  private static Map<String, String> kafkaDefaults() {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put(StreamsConfig.APPLICATION_ID_CONFIG, "oncegate");
    defaults.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    defaults.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "100");
    defaults.put(
        StreamsConfig.NUM_STREAM_THREADS_CONFIG,
        String.valueOf(Runtime.getRuntime().availableProcessors()));
    defaults.put("enable.transactional.statestores", "true");
    defaults.put("ensure.explicit.internal.resource.naming", "true");
    defaults.put("processing.exception.handler.global.enabled", "true");
    // Every command is answered by records for several topics: larger batches, fewer requests.
    defaults.put("producer.batch.size", "262144");
    return Map.copyOf(defaults);
  }

  private static void checkNames(Map<String, String> settings) {
    for (String key : settings.keySet()) {
      if (key.startsWith(OWN)
          && !key.startsWith(ToolKeys.PREFIX)
          && !GateKeys.DEFINITION.names().contains(key)) {
        throw new ConfigException(
            "%s is no setting; did you mean %s?"
                .formatted(key, Spelling.nearest(key, GateKeys.DEFINITION.names())));
      }
    }
  }

  private static void checkGuarantee(Map<String, String> settings) {
    String key = StreamsConfig.PROCESSING_GUARANTEE_CONFIG;
    String guarantee = settings.getOrDefault(key, StreamsConfig.EXACTLY_ONCE_V2);
    if (!guarantee.equals(StreamsConfig.EXACTLY_ONCE_V2)) {
      throw new ConfigException(key, guarantee, "a gate runs under exactly_once_v2 only");
    }
  }

  /**
   * A handler that goes on after a failure leaves marks in the stores whose records were never
   * sent.
   */
  private static void checkHandlers(Map<String, String> settings) {
    for (String key : HANDLERS) {
      if (settings.containsKey(key)) {
        throw new ConfigException(
            key,
            settings.get(key),
            "a gate decides itself what is a dead letter and what ends it; leave this out");
      }
    }
  }

  private void checkTogether() {
    atMost(GateKeys.DEADLINE_MAX_MS, GateKeys.DEDUP_WINDOW_MS);
    atMost(GateKeys.DEADLINE_MS, GateKeys.DEADLINE_MAX_MS);
    atMost(GateKeys.CONFIRMATION_TTL_MS, GateKeys.DEDUP_WINDOW_MS);
    atMost(GateKeys.ISSUED_AT_MAX_SKEW_MS, GateKeys.DEDUP_WINDOW_MS);
    long windowMs = getLong(GateKeys.DEDUP_WINDOW_MS);
    if (getLong(GateKeys.RUN_RETENTION_MS) / 2 < windowMs) {
      throw new ConfigException(
          GateKeys.RUN_RETENTION_MS,
          getLong(GateKeys.RUN_RETENTION_MS),
          "at least twice %s, which is %d".formatted(GateKeys.DEDUP_WINDOW_MS, windowMs));
    }
    byTool.forEach(
        (tool, overrides) -> {
          Object deadlineMs = overrides.getOrDefault(GateKeys.DEADLINE_MS, 1L);
          if ((long) deadlineMs > getLong(GateKeys.DEADLINE_MAX_MS)) {
            throw new ConfigException(
                ToolKeys.PREFIX + tool + ".deadline.ms",
                deadlineMs,
                "at most %s, which is %d"
                    .formatted(GateKeys.DEADLINE_MAX_MS, getLong(GateKeys.DEADLINE_MAX_MS)));
          }
        });
  }

  private void atMost(String smaller, String larger) {
    if (getLong(smaller) > getLong(larger)) {
      throw new ConfigException(
          smaller, getLong(smaller), "at most %s, which is %d".formatted(larger, getLong(larger)));
    }
  }

  /** The namespace of idempotency keys. */
  public Scope scope() {
    return Scope.valueOf(getString(GateKeys.SCOPE).toUpperCase(Locale.ROOT));
  }

  /** Name of the Streams application. */
  public String applicationId() {
    return kafka(StreamsConfig.APPLICATION_ID_CONFIG);
  }

  /** What a command may be. */
  public IntakeLimits intakeLimits() {
    return new IntakeLimits(
        getInt(GateKeys.ARGS_MAX_BYTES),
        getLong(GateKeys.ISSUED_AT_MAX_SKEW_MS),
        getLong(GateKeys.DEDUP_WINDOW_MS),
        getLong(GateKeys.DEADLINE_MS),
        overridesOf(GateKeys.DEADLINE_MS),
        getLong(GateKeys.DEADLINE_MAX_MS));
  }

  /** What a run may do. */
  public GuardLimits guardLimits() {
    return limits(Map.of());
  }

  /** What a run may do with the tools that have limits of their own. */
  public Map<String, GuardLimits> guardLimitsByTool() {
    return byTool.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> limits(e.getValue())));
  }

  private GuardLimits limits(Map<String, Object> overrides) {
    return new GuardLimits(
        limit(overrides, GateKeys.GUARD_MAX_CALLS),
        limit(overrides, GateKeys.GUARD_MAX_CALLS_PER_WINDOW),
        getLong(GateKeys.GUARD_RATE_WINDOW_MS),
        limit(overrides, GateKeys.GUARD_MAX_REPETITIONS),
        limit(overrides, GateKeys.GUARD_MAX_REPEATED_FAILURES),
        limit(overrides, GateKeys.GUARD_MAX_CONFLICTS),
        limit(overrides, GateKeys.GUARD_MAX_RETRIES),
        getLong(GateKeys.GUARD_COOL_DOWN_MS),
        getInt(GateKeys.GUARD_HALF_OPEN_TRIALS),
        getInt(GateKeys.GUARD_MAX_FINGERPRINTS),
        getInt(GateKeys.GUARD_EVIDENCE_CALLS));
  }

  private long limit(Map<String, Object> overrides, String key) {
    return (long) overrides.getOrDefault(key, getLong(key));
  }

  /** Attempts that transient failures of a tool may use up. */
  public int attemptsMax(String tool) {
    return (int)
        byTool
            .getOrDefault(tool, Map.of())
            .getOrDefault(GateKeys.ATTEMPTS_MAX, getInt(GateKeys.ATTEMPTS_MAX));
  }

  private Map<String, Long> overridesOf(String key) {
    return byTool.entrySet().stream()
        .filter(e -> e.getValue().containsKey(key))
        .collect(Collectors.toMap(Map.Entry::getKey, e -> (long) e.getValue().get(key)));
  }

  /** The same with one more setting. */
  public GateConfig with(String key, String value) {
    Map<String, String> settings = new TreeMap<>(originalsStrings());
    settings.put(key, value);
    return of(settings);
  }

  /** Where the operations endpoint listens; empty: nowhere. */
  public Optional<HostAndPort> opsListener() {
    return Optional.ofNullable(HostAndPort.of(getString(GateKeys.OPS_LISTENER)));
  }

  /** The address by which other instances reach this one; empty: they do not. */
  public Optional<HostAndPort> applicationServer() {
    return Optional.ofNullable(
        HostAndPort.of(
            String.valueOf(kafkaSettings().get(StreamsConfig.APPLICATION_SERVER_CONFIG))));
  }

  /** How long a graceful stop may take. */
  public Duration closeTimeout() {
    return Duration.ofMillis(getLong(GateKeys.CLOSE_TIMEOUT_MS));
  }

  /**
   * All that is not ours, completed by our defaults: for Kafka Streams, Kafka's clients and the
   * registry.
   */
  public Map<String, Object> kafkaSettings() {
    Map<String, Object> settings = new TreeMap<>(KAFKA_DEFAULTS);
    originals()
        .forEach(
            (key, value) -> {
              if (!key.startsWith(OWN)) {
                settings.put(key, value);
              }
            });
    return settings;
  }

  private String kafka(String key) {
    return String.valueOf(kafkaSettings().get(key));
  }
}
