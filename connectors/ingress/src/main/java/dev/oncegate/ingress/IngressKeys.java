package dev.oncegate.ingress;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** All settings of the ingress, with type, default, range and meaning. */
final class IngressKeys {
  static final String HOST = "ingress.host";
  static final String PORT = "ingress.port";
  static final String CREDENTIALS_FILE = "ingress.credentials.file";
  static final String ANONYMOUS = "ingress.anonymous";
  static final String KEY_REQUIRED = "ingress.key.required";
  static final String DECISION_TIMEOUT_MS = "ingress.decision.timeout.ms";
  static final String WAIT_MAX_MS = "ingress.wait.max.ms";
  static final String REQUEST_MAX_BYTES = "ingress.request.max.bytes";
  static final String BATCH_MAX_BYTES = "ingress.batch.max.bytes";
  static final String BATCH_MAX_ACTIONS = "ingress.batch.max.actions";
  static final String WAITING_MAX = "ingress.waiting.max";
  static final String STATES_MAX_BYTES = "ingress.states.max.bytes";
  static final String LOOKBACK_MS = "ingress.lookback.ms";
  static final String STREAMS_MAX = "ingress.streams.max";
  static final String STREAM_HEARTBEAT_MS = "ingress.stream.heartbeat.ms";
  static final String THREADS_MAX = "ingress.threads.max";
  static final String KEYSTORE_LOCATION = "ingress.ssl.keystore.location";
  static final String KEYSTORE_PASSWORD = "ingress.ssl.keystore.password";
  static final String TRUSTSTORE_LOCATION = "ingress.ssl.truststore.location";
  static final String TRUSTSTORE_PASSWORD = "ingress.ssl.truststore.password";
  static final String CLIENT_AUTH = "ingress.ssl.client.auth";

  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(HOST, Type.STRING, "127.0.0.1", HIGH, "Address to listen on; 0.0.0.0: all.")
          .define(
              PORT, Type.INT, 8080, between(0, 65_535), HIGH, "Port to listen on; 0: any free one.")
          .define(
              CREDENTIALS_FILE,
              Type.STRING,
              null,
              HIGH,
              "JSON file with the callers, by bearer token or client certificate. Read at the start.")
          .define(
              ANONYMOUS,
              Type.BOOLEAN,
              false,
              HIGH,
              "true, instead of a credentials file: whoever reaches the port may act for any tenant and agent and read any run.")
          .define(
              KEY_REQUIRED,
              Type.BOOLEAN,
              true,
              MEDIUM,
              "Whether an action without an idempotency key is refused. false: the gate derives one from run, tool and arguments.")
          .define(
              DECISION_TIMEOUT_MS,
              Type.LONG,
              10_000L,
              between(100L, 300_000L),
              MEDIUM,
              "How long a request waits for the gate's decision before it is answered 503, in milliseconds.")
          .define(
              WAIT_MAX_MS,
              Type.LONG,
              30_000L,
              between(0L, 600_000L),
              MEDIUM,
              "The longest that Prefer: wait=N may ask to wait for an outcome, in milliseconds; more is cut to it.")
          .define(
              REQUEST_MAX_BYTES,
              Type.INT,
              524_288,
              between(1_024, 16_777_216),
              MEDIUM,
              "Most bytes in the body of an action; more is answered 413.")
          .define(
              BATCH_MAX_BYTES,
              Type.INT,
              4_194_304,
              between(1_024, 67_108_864),
              MEDIUM,
              "Most bytes in the body of a batch; more is answered 413.")
          .define(
              BATCH_MAX_ACTIONS,
              Type.INT,
              100,
              between(1, 10_000),
              MEDIUM,
              "Most actions in a batch; more is answered 413. At most ingress.waiting.max.")
          .define(
              WAITING_MAX,
              Type.INT,
              1_000,
              between(1, 1_000_000),
              MEDIUM,
              "Actions that may be under way at a time, each with its body in memory; beyond it requests are answered 503.")
          .define(
              STATES_MAX_BYTES,
              Type.LONG,
              67_108_864L,
              between(1_048_576L, 68_719_476_736L),
              MEDIUM,
              "About how many bytes of memory the latest states of actions may take, for GET; those not touched for longest are forgotten.")
          .define(
              LOOKBACK_MS,
              Type.LONG,
              600_000L,
              between(0L, 86_400_000L),
              MEDIUM,
              "How far back results are read at the start, so that GET knows the actions of before, in milliseconds; at most as many results of each partition as there is memory for, and for at most 30 s.")
          .define(
              STREAMS_MAX,
              Type.INT,
              500,
              between(0, 100_000),
              LOW,
              "Event streams that may be open at a time; beyond it they are answered 503.")
          .define(
              STREAM_HEARTBEAT_MS,
              Type.LONG,
              15_000L,
              between(100L, 300_000L),
              LOW,
              "How often a comment is sent on an event stream, so that proxies leave it open and gone clients are noticed, in milliseconds.")
          .define(
              THREADS_MAX,
              Type.INT,
              32,
              between(8, 10_000),
              LOW,
              "Most threads for HTTP. Waiting requests take none.")
          .define(
              KEYSTORE_LOCATION,
              Type.STRING,
              null,
              MEDIUM,
              "Key store (PKCS12 or JKS) with the server's certificate: HTTPS. Default: HTTP.")
          .define(KEYSTORE_PASSWORD, Type.PASSWORD, null, MEDIUM, "Its password.")
          .define(
              TRUSTSTORE_LOCATION,
              Type.STRING,
              null,
              MEDIUM,
              "Trust store with the authorities that sign client certificates.")
          .define(TRUSTSTORE_PASSWORD, Type.PASSWORD, null, MEDIUM, "Its password.")
          .define(
              CLIENT_AUTH,
              Type.STRING,
              "none",
              ValidString.in("none", "requested", "required"),
              MEDIUM,
              "Whether clients are asked for a certificate, and whether they must have one.");

  private IngressKeys() {}
}
