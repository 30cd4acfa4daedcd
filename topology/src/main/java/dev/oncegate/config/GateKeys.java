package dev.oncegate.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import dev.oncegate.core.guard.GuardLimits;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.CaseInsensitiveValidString;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/**
 * All settings of our own, with type, default, range and meaning. Spans of time are in
 * milliseconds.
 */
public final class GateKeys {
  public static final String TOPIC_PREFIX = "gate.topic.prefix";
  public static final String SCOPE = "gate.scope";
  public static final String AVRO_SERDE = "gate.avro.serde";
  public static final String DEDUP_WINDOW_MS = "gate.dedup.window.ms";
  public static final String ARGS_MAX_BYTES = "gate.args.max.bytes";
  public static final String RESULT_MAX_BYTES = "gate.result.max.bytes";
  public static final String ISSUED_AT_MAX_SKEW_MS = "gate.issued.at.max.skew.ms";
  public static final String DEADLINE_MS = "gate.deadline.ms";
  public static final String DEADLINE_MAX_MS = "gate.deadline.max.ms";
  public static final String ATTEMPTS_MAX = "gate.attempts.max";
  public static final String CONFIRMATION_TTL_MS = "gate.confirmation.ttl.ms";
  public static final String GUARD_MAX_CALLS = "gate.guard.max.calls";
  public static final String GUARD_MAX_CALLS_PER_WINDOW = "gate.guard.max.calls.per.window";
  public static final String GUARD_RATE_WINDOW_MS = "gate.guard.rate.window.ms";
  public static final String GUARD_MAX_REPETITIONS = "gate.guard.max.repetitions";
  public static final String GUARD_MAX_REPEATED_FAILURES = "gate.guard.max.repeated.failures";
  public static final String GUARD_MAX_CONFLICTS = "gate.guard.max.conflicts";
  public static final String GUARD_MAX_RETRIES = "gate.guard.max.retries";
  public static final String GUARD_COOL_DOWN_MS = "gate.guard.cool.down.ms";
  public static final String GUARD_HALF_OPEN_TRIALS = "gate.guard.half.open.trials";
  public static final String GUARD_MAX_FINGERPRINTS = "gate.guard.max.fingerprints";
  public static final String GUARD_EVIDENCE_CALLS = "gate.guard.evidence.calls";
  public static final String COUNTS_EMIT_INTERVAL_MS = "gate.counts.emit.interval.ms";
  public static final String COUNTS_WINDOW_MS = "gate.counts.window.ms";
  public static final String RUN_RETENTION_MS = "gate.run.retention.ms";
  public static final String TIMERS_INTERVAL_MS = "gate.timers.interval.ms";
  public static final String ROCKSDB_MEMORY_BYTES = "gate.rocksdb.memory.bytes";
  public static final String ACTIONS_STORE = "gate.actions.store";
  public static final String CLOSE_TIMEOUT_MS = "gate.close.timeout.ms";
  public static final String OPS_LISTENER = "gate.ops.listener";
  public static final String OPS_READY_GRACE_MS = "gate.ops.ready.grace.ms";
  public static final String OPS_RESULTS_SHOWN = "gate.ops.results.shown";
  public static final String OPS_QUERY_TIMEOUT_MS = "gate.ops.query.timeout.ms";
  public static final String OPS_THREADS_MAX = "gate.ops.threads.max";

  public static final String LOG_FORMAT = "gate.log.format";
  public static final String LOG_DECISIONS = "gate.log.decisions";
  public static final String TRACING_ENABLED = "gate.tracing.enabled";

  private static final ConfigDef.Validator LIMIT =
      LambdaValidator.with(GateKeys::checkLimit, () -> "-1 (off) or [1,...]");

  /** Our own settings. */
  public static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              TOPIC_PREFIX,
              Type.STRING,
              "agent.",
              HIGH,
              "What the names of all public topics begin with: agent. gives agent.commands, agent.effects and so on.")
          .define(
              SCOPE,
              Type.STRING,
              "run",
              CaseInsensitiveValidString.in("run", "agent", "tenant"),
              HIGH,
              "The namespace in which an idempotency key is unique, and the key of all records. A run lies inside one scope. Cannot be changed later: a gate refuses to start on state that was laid down with another.")
          .define(
              DEDUP_WINDOW_MS,
              Type.LONG,
              86_400_000L,
              between(60_000L, 31_536_000_000L),
              HIGH,
              "How long an action is remembered, in milliseconds; an older command is EXPIRED. Disk use grows with it: up to four windows of actions are kept. Cannot be changed later, neither way: a gate refuses to start on state that was laid down with another.")
          .define(
              GUARD_MAX_CALLS,
              Type.LONG,
              200L,
              LIMIT,
              HIGH,
              "Calls of a run; the next one trips its circuit. -1: off.")
          .define(
              GUARD_MAX_REPETITIONS,
              Type.LONG,
              5L,
              LIMIT,
              HIGH,
              "Calls with the same tool and arguments since the last change of state, in any order with others; the next one trips. Deliveries of a key that the agent itself sent are retries and count there. -1: off.")
          .define(
              GUARD_MAX_REPEATED_FAILURES,
              Type.LONG,
              4L,
              LIMIT,
              HIGH,
              "Failing answers to the same tool and arguments; the next such call trips. -1: off.")
          .define(
              GUARD_MAX_CALLS_PER_WINDOW,
              Type.LONG,
              150L,
              LIMIT,
              MEDIUM,
              "Calls of a run in any sliding window of gate.guard.rate.window.ms of event time; the next one trips. -1: off.")
          .define(
              GUARD_RATE_WINDOW_MS,
              Type.LONG,
              10_000L,
              between(10L, 86_400_000L),
              MEDIUM,
              "Length of that sliding window in milliseconds; it slides in tenths.")
          .define(
              GUARD_MAX_CONFLICTS,
              Type.LONG,
              10L,
              LIMIT,
              MEDIUM,
              "Calls of a run that use a known key for another payload; the next one trips. -1: off.")
          .define(
              GUARD_MAX_RETRIES,
              Type.LONG,
              100L,
              LIMIT,
              MEDIUM,
              "Deliveries in a run of actions that are known by the key the agent sent; the next one trips. -1: off.")
          .define(
              GUARD_COOL_DOWN_MS,
              Type.LONG,
              0L,
              between(0L, 31_536_000_000L),
              MEDIUM,
              "How long a tripped circuit stays open before it lets trial calls through, in milliseconds. 0: until a control resets it.")
          .define(
              GUARD_HALF_OPEN_TRIALS,
              Type.INT,
              3,
              between(1, 1_000),
              LOW,
              "Trial effects let through while half open; so many successes close the circuit, one failure opens it again.")
          .define(
              GUARD_MAX_FINGERPRINTS,
              Type.INT,
              64,
              between(1, 10_000),
              LOW,
              "Different (tool, arguments) remembered for a run; beyond it the one not seen for longest is forgotten. Bounds the state of a hostile run; a loop longer than this is left to gate.guard.max.calls.")
          .define(
              GUARD_EVIDENCE_CALLS,
              Type.INT,
              10,
              between(0, 100),
              LOW,
              "How many of the last calls a circuit event shows as evidence.")
          .define(
              ARGS_MAX_BYTES,
              Type.INT,
              262_144,
              between(1_024, 16_777_216),
              MEDIUM,
              "Most bytes of UTF-8 in a command's args, as sent and in canonical form; more is INVALID.")
          .define(
              RESULT_MAX_BYTES,
              Type.INT,
              32_768,
              between(0, 1_048_576),
              MEDIUM,
              "Most bytes of UTF-8 in an outcome's result; more becomes a dead letter, and result_uri is the way.")
          .define(
              ISSUED_AT_MAX_SKEW_MS,
              Type.LONG,
              300_000L,
              between(0L, 86_400_000L),
              LOW,
              "How far a command's issued_at may be ahead of the gate's clock, in milliseconds; more is INVALID.")
          .define(
              DEADLINE_MS,
              Type.LONG,
              60_000L,
              atLeast(1L),
              MEDIUM,
              "How long an executor has from the effect on, where the command does not say, in milliseconds; then the action is OVERDUE. At most gate.deadline.max.ms.")
          .define(
              DEADLINE_MAX_MS,
              Type.LONG,
              3_600_000L,
              atLeast(1L),
              LOW,
              "The longest deadline_ms that a command may ask for, in milliseconds. At most gate.dedup.window.ms.")
          .define(
              ATTEMPTS_MAX,
              Type.INT,
              3,
              between(1, 63),
              MEDIUM,
              "Attempts that transient failures of an action may use up; the last one's failure is final.")
          .define(
              CONFIRMATION_TTL_MS,
              Type.LONG,
              900_000L,
              atLeast(1L),
              LOW,
              "How long the token for a DESTRUCTIVE action is good, in milliseconds. At most gate.dedup.window.ms.")
          .define(
              COUNTS_EMIT_INTERVAL_MS,
              Type.LONG,
              1_000L,
              between(0L, 3_600_000L),
              LOW,
              "How often the counts of an active run are published at most, in milliseconds; always at a trip and at the end.")
          .define(
              COUNTS_WINDOW_MS,
              Type.LONG,
              60_000L,
              between(1_000L, 86_400_000L),
              LOW,
              "Length of the tumbling windows of the counts, in milliseconds of event time.")
          .define(
              RUN_RETENTION_MS,
              Type.LONG,
              259_200_000L,
              atLeast(1L),
              LOW,
              "How long an idle run is remembered, in milliseconds; then its circuit gets a tombstone, and its run_seq begins anew. At least twice gate.dedup.window.ms, so that a late outcome still finds its run.")
          .define(
              TIMERS_INTERVAL_MS,
              Type.LONG,
              200L,
              between(10L, 60_000L),
              LOW,
              "How often deadlines and due counts are looked at, in milliseconds.")
          .define(
              ROCKSDB_MEMORY_BYTES,
              Type.LONG,
              268_435_456L,
              atLeast(16_777_216L),
              MEDIUM,
              "Memory of all stores of the process together, in bytes, whatever the number of partitions. An eighth of it is for what is not committed yet, unless statestore.uncommitted.max.bytes is set. Where gate.actions.store is compact, half of it, but no more than a quarter of the heap, is on the heap for the actions seen last. RocksDB has the rest, off the heap.")
          .define(
              ACTIONS_STORE,
              Type.STRING,
              "compact",
              ValidString.in("compact", "streams"),
              LOW,
              "How actions are kept. compact: those seen last on the heap, all others in RocksDB. streams: in Kafka Streams' own window store. May be changed at any start: the changelog is the same, and an instance restores from it what it has not kept that way.")
          .define(
              AVRO_SERDE,
              Type.STRING,
              "oncegate",
              ValidString.in("oncegate", "confluent"),
              LOW,
              "Whose Avro classes read and write records: oncegate has its own, confluent uses io.confluent's kafka-avro-serializer, which must be on the class path (Maven profile confluent). The bytes are the same.")
          .define(
              CLOSE_TIMEOUT_MS,
              Type.LONG,
              30_000L,
              between(0L, 3_600_000L),
              LOW,
              "How long a graceful stop may take, in milliseconds.")
          .define(
              LOG_FORMAT,
              Type.STRING,
              "text",
              ValidString.in("text", "json"),
              LOW,
              "How lines of the log look: text, or json for a JSON object each, with the run and the correlation id of the record that it is about. Where a log4j2.configurationFile is given, that alone counts.")
          .define(
              LOG_DECISIONS,
              Type.STRING,
              "off",
              ValidString.in("off", "hashes", "arguments"),
              LOW,
              "Whether each decision is logged, a line each: hashes shows the hash of the arguments only; arguments shows them and the idempotency key as they are, personal data and all. Costs far more than the decision itself.")
          .define(
              TRACING_ENABLED,
              Type.BOOLEAN,
              false,
              LOW,
              "Whether each decision is a span of the trace in the command's traceparent header, exported by OTLP over HTTP to where the environment variables OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_* say. The effect and the result then carry that span on; a trace that is not sampled goes on as it came.")
          .define(
              OPS_LISTENER,
              Type.STRING,
              "127.0.0.1:9464",
              LambdaValidator.with(GateKeys::checkListener, () -> "host:port, or empty"),
              MEDIUM,
              "Where the operations endpoint listens (probes, metrics, look-ups), as host:port; 0.0.0.0 as host: all addresses, 0 as port: any free one, empty: nowhere. It asks nobody who he is: open it to operators only. Unless application.server is set, other instances are told to reach this one here.")
          .define(
              OPS_READY_GRACE_MS,
              Type.LONG,
              30_000L,
              between(10_000L, 3_600_000L),
              LOW,
              "How long an instance that was running stays ready while its group rebalances, state is restored, or brokers do not answer, in milliseconds.")
          .define(
              OPS_RESULTS_SHOWN,
              Type.BOOLEAN,
              false,
              LOW,
              "Whether /v1/actions shows the stored result of an action. It may hold personal data, and the endpoint asks nobody who he is.")
          .define(
              OPS_QUERY_TIMEOUT_MS,
              Type.LONG,
              2_000L,
              between(10L, 60_000L),
              LOW,
              "How long the operations endpoint waits for another instance that holds what is asked for, in milliseconds.")
          .define(
              OPS_THREADS_MAX,
              Type.INT,
              8,
              between(6, 200),
              LOW,
              "Most threads of the operations endpoint; at most half of them look into the stores, so that probes are always answered.");

  private GateKeys() {}

  private static void checkListener(String key, Object value) {
    String listener = (String) value;
    if (!listener.isEmpty() && HostAndPort.of(listener) == null) {
      throw new ConfigException(
          key, value, "allowed is host:port, such as 127.0.0.1:9464 or [::1]:9464, or empty");
    }
  }

  private static void checkLimit(String key, Object value) {
    long limit = ((Number) value).longValue();
    if (limit != GuardLimits.OFF && limit < 1) {
      throw new ConfigException(key, value, "allowed is -1 (off), or 1 and more");
    }
  }
}
