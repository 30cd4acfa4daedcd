package dev.oncegate.connect.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** The settings of one tool, without {@code tool.NAME.} before them. */
public final class ToolConfig extends AbstractConfig {
  /** How the keys of all tools begin. */
  public static final String PREFIX = "tool.";

  static final String NAME = "name";
  static final String URL = "url";
  static final String METHOD = "method";
  static final String HEADER = "header.";
  static final String SECRET_HEADER = "secret.header.";
  static final String BODY = "body";
  static final String CONTENT_TYPE = "content.type";
  static final String TIMEOUT_MS = "timeout.ms";
  static final String CONCURRENCY = "concurrency";
  static final String IDEMPOTENT = "idempotent";
  static final String IDEMPOTENCY_HEADER = "idempotency.header";
  static final String IDEMPOTENCY_QUOTED = "idempotency.quoted";
  static final String CORRELATION_HEADER = "correlation.header";
  static final String RETRY_MAX_CALLS = "retry.max.calls";
  static final String RETRY_BACKOFF_MS = "retry.backoff.ms";
  static final String RETRY_BACKOFF_MAX_MS = "retry.backoff.max.ms";
  static final String RESPONSE_FORMAT = "response.format";
  static final String RESPONSE_HEADERS = "response.headers";
  static final String RESPONSE_INLINE_MAX_BYTES = "response.inline.max.bytes";
  static final String RESPONSE_MAX_BYTES = "response.max.bytes";
  static final String HTTP_VERSION = "http.version";
  static final String AUTH = "auth";
  static final String BASIC_USER = "auth.basic.user";
  static final String BASIC_PASSWORD = "auth.basic.password";
  static final String BEARER_TOKEN = "auth.bearer.token";
  static final String OAUTH2_TOKEN_URL = "auth.oauth2.token.url";
  static final String OAUTH2_CLIENT_ID = "auth.oauth2.client.id";
  static final String OAUTH2_CLIENT_SECRET = "auth.oauth2.client.secret";
  static final String OAUTH2_SCOPE = "auth.oauth2.scope";
  static final String OAUTH2_CLIENT_AUTH = "auth.oauth2.client.auth";
  static final String SSL = "ssl.";

  static final ConfigDef TLS = new ConfigDef().withClientSslSupport();

  /** All keys that have one name; {@code header.X} and {@code secret.header.X} come beside them. */
  public static final ConfigDef DEFINITION = definition();

  ToolConfig(Map<String, String> settings) {
    super(definition(settings), settings, false);
  }

  /** All keys, and the headers that are among some settings. */
  static ConfigDef definition(Map<String, String> settings) {
    ConfigDef definition = new ConfigDef(DEFINITION);
    for (String key : settings.keySet()) {
      if (isNamed(key, SECRET_HEADER)) {
        definition.define(
            key, Type.PASSWORD, ConfigDef.NO_DEFAULT_VALUE, MEDIUM, "A header that is secret.");
      } else if (isNamed(key, HEADER)) {
        definition.define(
            key,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            MEDIUM,
            "A header, with {{args.NAME}} and the like.");
      }
    }
    return definition;
  }

  /** Whether a key begins so and goes on. */
  static boolean isNamed(String key, String prefix) {
    return key.startsWith(prefix) && key.length() > prefix.length();
  }

  private static ConfigDef definition() {
    ConfigDef definition = new ConfigDef();
    request(definition);
    calls(definition);
    response(definition);
    authentication(definition);
    return definition.withClientSslSupport();
  }

  private static void request(ConfigDef definition) {
    definition
        .define(
            NAME,
            Type.STRING,
            null,
            MEDIUM,
            "The tool's name in effects; default: the short name in tools.")
        .define(
            URL,
            Type.STRING,
            ConfigDef.NO_DEFAULT_VALUE,
            HIGH,
            "Where the tool is: an http or https URL, with {{args.NAME}} and the like in path and query.")
        .define(
            METHOD,
            Type.STRING,
            "POST",
            ValidString.in("GET", "POST", "PUT", "PATCH", "DELETE"),
            MEDIUM,
            "The HTTP method.")
        .define(
            BODY,
            Type.STRING,
            null,
            MEDIUM,
            "The body, with {{args.NAME}} and the like; default: the canonical arguments for POST, PUT and PATCH, none for GET and DELETE.")
        .define(
            CONTENT_TYPE,
            Type.STRING,
            "application/json",
            MEDIUM,
            "Media type of the body; it decides how values are written into it: JSON, application/x-www-form-urlencoded, or text.")
        .define(
            IDEMPOTENCY_HEADER,
            Type.STRING,
            "Idempotency-Key",
            LOW,
            "Name of the header that carries the action's id.")
        .define(
            IDEMPOTENCY_QUOTED,
            Type.BOOLEAN,
            false,
            LOW,
            "Whether the id is in double quotes, as the IETF draft has it (a structured-field string); most services take it bare.")
        .define(
            CORRELATION_HEADER,
            Type.STRING,
            "X-Correlation-Id",
            LOW,
            "Name of the header that carries the effect's correlation id, where it has one.")
        .define(
            HTTP_VERSION,
            Type.STRING,
            "auto",
            ValidString.in("auto", "1.1", "2"),
            LOW,
            "auto: HTTP/2 where TLS agrees on it, else HTTP/1.1.");
  }

  private static void calls(ConfigDef definition) {
    definition
        .define(
            TIMEOUT_MS,
            Type.LONG,
            10_000L,
            between(1L, 86_400_000L),
            MEDIUM,
            "How long one call may take from its beginning to the last byte of the answer, in milliseconds. A call that began before the effect's deadline may end after it: its outcome settles the overdue action.")
        .define(
            CONCURRENCY,
            Type.INT,
            16,
            between(1, 100_000),
            MEDIUM,
            "Most calls of the tool at a time, in each task.")
        .define(
            IDEMPOTENT,
            Type.BOOLEAN,
            false,
            HIGH,
            "Whether the tool honours the key: acts once for each, and answers a repeated call as it answered the first. Only then are DESTRUCTIVE actions called again, and a refusal after a call of unknown end is believed.")
        .define(
            RETRY_MAX_CALLS, Type.INT, 5, between(1, 10_000), MEDIUM, "Most calls for one effect.")
        .define(
            RETRY_BACKOFF_MS,
            Type.LONG,
            200L,
            between(0L, 3_600_000L),
            LOW,
            "Bound of the pause before the second call, doubled for each further one, in milliseconds; the pause is anything up to the bound (full jitter).")
        .define(
            RETRY_BACKOFF_MAX_MS,
            Type.LONG,
            30_000L,
            between(0L, 3_600_000L),
            LOW,
            "Largest such bound, in milliseconds. Retry-After comes on top of the pause.");
  }

  private static void response(ConfigDef definition) {
    definition
        .define(
            RESPONSE_FORMAT,
            Type.STRING,
            "body",
            ValidString.in("body", "envelope"),
            MEDIUM,
            "body: the result is the answer's body. envelope: it is {\"status\":…,\"headers\":{…},\"body\":…}.")
        .define(
            RESPONSE_HEADERS,
            Type.LIST,
            List.of(),
            LOW,
            "Headers of the answer that are kept: in the envelope, and in agent.executions. Choose none that differs each time (Date): two outcomes that differ contradict each other.")
        .define(
            RESPONSE_INLINE_MAX_BYTES,
            Type.INT,
            32_768,
            between(0, 1_048_576),
            LOW,
            "Most bytes of UTF-8 in a result; at most gate.result.max.bytes. More goes to the claim check.")
        .define(
            RESPONSE_MAX_BYTES,
            Type.LONG,
            104_857_600L,
            between(0L, 1L << 40),
            LOW,
            "Most bytes of an answer that the claim check keeps.");
  }

  private static void authentication(ConfigDef definition) {
    definition
        .define(
            AUTH,
            Type.STRING,
            "none",
            ValidString.in("none", "basic", "bearer", "oauth2"),
            MEDIUM,
            "How the connector shows who it is. A client certificate (mTLS) comes beside it, by ssl.keystore.*")
        .define(BASIC_USER, Type.STRING, null, MEDIUM, "For basic: the user.")
        .define(BASIC_PASSWORD, Type.PASSWORD, null, MEDIUM, "For basic: the password.")
        .define(BEARER_TOKEN, Type.PASSWORD, null, MEDIUM, "For bearer: the token.")
        .define(
            OAUTH2_TOKEN_URL,
            Type.STRING,
            null,
            MEDIUM,
            "For oauth2 (client credentials): the token endpoint.")
        .define(OAUTH2_CLIENT_ID, Type.STRING, null, MEDIUM, "For oauth2: the client's id.")
        .define(
            OAUTH2_CLIENT_SECRET, Type.PASSWORD, null, MEDIUM, "For oauth2: the client's secret.")
        .define(
            OAUTH2_SCOPE,
            Type.STRING,
            null,
            LOW,
            "For oauth2: the scope that is asked for; default: none.")
        .define(
            OAUTH2_CLIENT_AUTH,
            Type.STRING,
            "header",
            ValidString.in("header", "form"),
            LOW,
            "For oauth2: whether id and secret go into the header Authorization or into the form.");
  }

  /** A secret; null where it is not set or empty. */
  @Nullable String secret(String key) {
    Password password = getPassword(key);
    return password == null || password.value() == null || password.value().isEmpty()
        ? null
        : password.value();
  }

  /** A text; null where it is not set or blank. */
  @Nullable String text(String key) {
    String value = getString(key);
    return value == null || value.isBlank() ? null : value;
  }

  /** The settings of TLS, under Kafka's names. */
  Map<String, Object> tls() {
    Map<String, Object> settings = new HashMap<>();
    TLS.names().forEach(key -> settings.put(key, get(key)));
    return settings;
  }
}
