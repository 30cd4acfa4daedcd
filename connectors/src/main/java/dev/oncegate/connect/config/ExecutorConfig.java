package dev.oncegate.connect.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import dev.oncegate.connect.wire.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** The settings of the connector as a whole; those of single tools are {@link ToolConfig}. */
public final class ExecutorConfig extends AbstractConfig {
  public static final String TOOLS = "tools";
  public static final String KAFKA = "kafka.";
  public static final String BOOTSTRAP_SERVERS = KAFKA + "bootstrap.servers";
  public static final String OUTCOMES_TOPIC = "outcomes.topic";
  public static final String EXECUTIONS_TOPIC = "executions.topic";
  public static final String UNKNOWN_TOOL = "unknown.tool";
  public static final String EXECUTOR_ID = "executor.id";
  public static final String MAX_IN_FLIGHT = "max.in.flight";
  public static final String MAX_IN_FLIGHT_BYTES = "max.in.flight.bytes";
  public static final String MAX_AHEAD = "max.ahead";
  public static final String DEADLINE_MARGIN_MS = "deadline.margin.ms";
  public static final String COMMIT_INTERVAL_MS = "commit.interval.ms";
  public static final String CONNECT_TIMEOUT_MS = "connect.timeout.ms";
  public static final String CLAIM_CHECK = "claim.check.";
  public static final String CLAIM_CHECK_CLASS = CLAIM_CHECK + "class";
  public static final String KEY_CONVERTER = "key.converter";
  public static final String VALUE_CONVERTER = "value.converter";

  /** The only converter that leaves the bytes as they are. */
  public static final String BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter";

  /** What to do about a converter that is another, or none of the connector's own. */
  static final String CONVERTER_ADVICE =
      "the connector reads the records itself, whatever the worker's converters are; set it to "
          + BYTES;

  /** All keys that have one name, the registry's among them. */
  public static final ConfigDef DEFINITION = definition();

  public ExecutorConfig(Map<String, String> settings) {
    super(DEFINITION, settings, false);
  }

  private static ConfigDef definition() {
    return Wire.definition()
        .define(
            TOOLS,
            Type.LIST,
            ConfigDef.NO_DEFAULT_VALUE,
            LambdaValidator.with(
                ExecutorConfig::checkTools, () -> "names of letters, digits, - and _"),
            HIGH,
            "Short names of the tools that are executed, comma separated. Each has its own settings under tool.NAME.*")
        .define(
            BOOTSTRAP_SERVERS,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            LambdaValidator.with(ExecutorConfig::checkNotBlank, () -> "host:port,…"),
            HIGH,
            "The brokers to which outcomes are published. Every other key that begins with kafka. goes to Kafka's producer and admin client, without that prefix.")
        .define(
            OUTCOMES_TOPIC,
            Type.STRING,
            "agent.outcomes",
            LambdaValidator.with(ExecutorConfig::checkNotBlank, () -> "a topic"),
            MEDIUM,
            "Where the outcomes go. Must be there.")
        .define(
            EXECUTIONS_TOPIC,
            Type.STRING,
            "agent.executions",
            LambdaValidator.with(ExecutorConfig::checkNotBlank, () -> "a topic"),
            MEDIUM,
            "Where the trace of all calls goes. Must be there.")
        .define(
            UNKNOWN_TOOL,
            Type.STRING,
            "fail",
            ValidString.in("fail", "ignore"),
            MEDIUM,
            "What is done with an effect whose tool is not configured here. fail: reported as FAILED with NO_SUCH_TOOL. ignore: passed over, for another executor of the same topic.")
        .define(
            EXECUTOR_ID,
            Type.STRING,
            null,
            LOW,
            "What stands in executor_id before the number of the task; default: the connector's name.")
        .define(
            MAX_IN_FLIGHT,
            Type.INT,
            1_000,
            between(1, 1_000_000),
            MEDIUM,
            "Effects that a task has taken and not done with; at that many it pauses its partitions, at half of it goes on.")
        .define(
            MAX_IN_FLIGHT_BYTES,
            Type.LONG,
            67_108_864L,
            between(1_024L, 1L << 40),
            MEDIUM,
            "The same for the memory that their arguments take, in bytes. One poll of the consumer may go beyond it.")
        .define(
            MAX_AHEAD,
            Type.INT,
            10_000,
            between(1, 10_000_000),
            LOW,
            "How many effects of a partition are taken beyond the oldest that is not done with: so many may be executed again, with the same keys, after a crash.")
        .define(
            DEADLINE_MARGIN_MS,
            Type.LONG,
            500L,
            between(0L, 3_600_000L),
            LOW,
            "How long before its deadline an effect is called for the last time, so that the outcome can reach the gate in time, in milliseconds. A call under way is not cut off; see timeout.ms of its tool.")
        .define(
            COMMIT_INTERVAL_MS,
            Type.LONG,
            1_000L,
            between(1L, 3_600_000L),
            LOW,
            "How often offsets are committed at most, in milliseconds; what was done since is executed again, with the same keys, after a crash.")
        .define(
            CONNECT_TIMEOUT_MS,
            Type.LONG,
            5_000L,
            between(1L, 3_600_000L),
            LOW,
            "How long a connection to a tool may take to be made, in milliseconds.")
        .define(
            CLAIM_CHECK_CLASS,
            Type.CLASS,
            null,
            MEDIUM,
            "Keeps answers that are too large for a result or no text: dev.oncegate.connect.claim.FileSystemClaimCheck, or a class of your own. Default: such an answer is not kept, and the outcome says so.")
        .define(
            CLAIM_CHECK + "directory",
            Type.STRING,
            null,
            MEDIUM,
            "For FileSystemClaimCheck: the directory of the files, the same volume on every worker.")
        .define(
            CLAIM_CHECK + "base.uri",
            Type.STRING,
            null,
            LOW,
            "For FileSystemClaimCheck: what stands in result_uri before the name of the file; default: the file: URI of the directory.")
        .define(
            KEY_CONVERTER,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            LambdaValidator.with(ExecutorConfig::checkConverter, () -> BYTES),
            HIGH,
            "Must be " + BYTES + ": the connector reads the records itself.")
        .define(
            VALUE_CONVERTER,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            LambdaValidator.with(ExecutorConfig::checkConverter, () -> BYTES),
            HIGH,
            "Must be " + BYTES + ": the connector reads the records itself.");
  }

  private static void checkTools(String key, @Nullable Object value) {
    if (!(value instanceof List<?> names) || names.isEmpty()) {
      throw new ConfigException(key, value, "at least one tool is expected");
    }
    for (Object name : names) {
      if (!name.toString().matches("[A-Za-z0-9_-]+")) {
        throw new ConfigException(
            key,
            name,
            "a short name has letters, digits, - and _ only; a tool of another name is set by tool.NAME.name");
      }
    }
    if (names.stream().distinct().count() < names.size()) {
      throw new ConfigException(key, value, "a name stands there twice");
    }
  }

  private static void checkConverter(String key, @Nullable Object value) {
    if (!BYTES.equals(value)) {
      throw new ConfigException(key, value, CONVERTER_ADVICE);
    }
  }

  private static void checkNotBlank(String key, @Nullable Object value) {
    if (value == null || value.toString().isBlank()) {
      throw new ConfigException(key, value, "may not be blank");
    }
  }

  /** The short names of the tools. */
  public List<String> toolNames() {
    return getList(TOOLS);
  }

  /** The settings of Kafka's clients, under their own names. */
  public Map<String, String> kafka() {
    return withoutPrefix(originalsStrings(), KAFKA);
  }

  /** The settings of the claim check, under their whole names. */
  public Map<String, String> claimCheck() {
    return claimCheck(originalsStrings());
  }

  static Map<String, String> claimCheck(Map<String, String> settings) {
    Map<String, String> some = new TreeMap<>(settings);
    some.keySet().removeIf(key -> !key.startsWith(CLAIM_CHECK));
    return some;
  }

  /** A setting in milliseconds. */
  public Duration duration(String key) {
    return Duration.ofMillis(getLong(key));
  }

  /** Those settings that begin so, without the beginning. */
  static Map<String, String> withoutPrefix(Map<String, String> settings, String prefix) {
    Map<String, String> some = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(prefix) && value != null) {
            some.put(key.substring(prefix.length()), value);
          }
        });
    return some;
  }
}
