package dev.oncegate.serde;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.LambdaValidator;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the schema registry, under the keys that kafka-avro-serializer uses. A key of
 * that family which is not supported is refused: a setting that is silently ignored is worse than
 * none. Where a key has but one supported value, that value is accepted and any other refused.
 */
public final class RegistryConfig extends AbstractConfig {
  /** Where the registry is. */
  public static final String URL = "schema.registry.url";

  private static final String PREFIX = "schema.registry.";
  private static final String STATIC_TOKEN = "STATIC_TOKEN";
  private static final String USER_INFO = "USER_INFO";
  private static final ConfigDef TLS = new ConfigDef().withClientSslSupport();
  private static final List<String> FAMILY =
      List.of(
          PREFIX,
          "basic.auth.",
          "bearer.auth.",
          "auto.register.",
          "use.latest.",
          "normalize.",
          "value.subject.",
          "key.subject.",
          "avro.",
          "latest.c",
          "use.schema.",
          "id.compatibility.",
          "context.name.",
          "schema.reflection",
          "schema.format",
          "rule.",
          "rule_",
          "max.schemas.",
          "proxy.",
          "specific.avro.",
          "propagate.schema.",
          "http.connect.timeout.",
          "http.read.timeout.",
          "max.retries",
          "retries.",
          "url.randomize",
          "missing.",
          "value.schema.id.",
          "key.schema.id.");

  /** All keys, with type, default and meaning. */
  public static final ConfigDef DEFINITION = definition();

  /** Keys that a user of kafka-avro-serializer may have set to what is done here anyway. */
  private static final Map<String, Set<String>> FIXED =
      Map.ofEntries(
          Map.entry("specific.avro.reader", Set.of("true")),
          Map.entry("schema.reflection", Set.of("false")),
          Map.entry("avro.reflection.allow.null", Set.of("false")),
          Map.entry("avro.remove.java.properties", Set.of("false")),
          Map.entry("avro.use.logical.type.converters", Set.of("true", "false")),
          Map.entry("latest.compatibility.strict", Set.of("true")),
          Map.entry("id.compatibility.strict", Set.of("true")),
          Map.entry("use.schema.id", Set.of("-1")),
          Map.entry("propagate.schema.tags", Set.of("false")),
          Map.entry("schema.registry.url.randomize", Set.of("false")),
          Map.entry(
              "context.name.strategy",
              Set.of("io.confluent.kafka.serializers.context.NullContextNameStrategy")));

  /**
   * @throws ConfigException where a setting is missing, wrong or not supported
   */
  public RegistryConfig(Map<String, ?> settings) {
    super(DEFINITION, ofFamily(settings), false);
    if (urls().isEmpty()) {
      throw new ConfigException(URL, urls(), "at least one URL is expected");
    }
    urls().forEach(RegistryConfig::checkUrl);
    valueStrategy();
    keyStrategy();
    checkCredentials();
    if (getBoolean("use.latest.version") && getBoolean("auto.register.schemas")) {
      throw new ConfigException(
          "use.latest.version",
          true,
          "only allowed with auto.register.schemas=false: the latest version would never be used");
    }
    if (get(PREFIX + "ssl.engine.factory.class") != null) {
      throw new ConfigException(
          PREFIX + "ssl.engine.factory.class is not supported; set key and trust store");
    }
    String check = getString(PREFIX + "ssl.endpoint.identification.algorithm");
    if (check != null && !check.isEmpty() && !check.equalsIgnoreCase("https")) {
      throw new ConfigException(
          PREFIX + "ssl.endpoint.identification.algorithm",
          check,
          "allowed are https and, to trust whatever name a certificate has, the empty text");
    }
  }

  private static ConfigDef definition() {
    ConfigDef definition =
        new ConfigDef()
            .define(
                URL,
                Type.LIST,
                ConfigDef.NO_DEFAULT_VALUE,
                HIGH,
                "Base URLs of the registry's Confluent API, comma separated; the next one is asked where one does not "
                    + "answer. A path in the URL is kept.")
            .define(
                "auto.register.schemas",
                Type.BOOLEAN,
                true,
                MEDIUM,
                "Register a schema that is not known under its subject. Where false it must be registered beforehand.")
            .define(
                "use.latest.version",
                Type.BOOLEAN,
                false,
                LOW,
                "Write with the id of the subject's latest version, which must have the same binary layout; only where "
                    + "auto.register.schemas is false.")
            .define(
                "normalize.schemas",
                Type.BOOLEAN,
                false,
                LOW,
                "Ask the registry to normalise schemas.")
            .define(
                "value.subject.name.strategy",
                Type.STRING,
                "TopicNameStrategy",
                LOW,
                "Subject of a value's schema: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy.")
            .define(
                "key.subject.name.strategy",
                Type.STRING,
                "TopicNameStrategy",
                LOW,
                "Subject of a key's schema.")
            .define(
                "basic.auth.credentials.source",
                Type.STRING,
                "URL",
                ValidString.in("URL", USER_INFO),
                MEDIUM,
                "Where user and password are: in the URL, or in basic.auth.user.info.")
            .define(
                "basic.auth.user.info",
                Type.PASSWORD,
                null,
                MEDIUM,
                "user:password, for USER_INFO.")
            .define(
                PREFIX + "basic.auth.user.info",
                Type.PASSWORD,
                null,
                LOW,
                "The older name of basic.auth.user.info; goes first where both are set.")
            .define(
                "bearer.auth.credentials.source",
                Type.STRING,
                null,
                LambdaValidator.with(RegistryConfig::checkBearerSource, () -> "[STATIC_TOKEN]"),
                MEDIUM,
                "STATIC_TOKEN: send bearer.auth.token.")
            .define(
                "bearer.auth.token", Type.PASSWORD, null, MEDIUM, "The token, for STATIC_TOKEN.")
            .define(
                "http.connect.timeout.ms",
                Type.INT,
                10_000,
                atLeast(1),
                LOW,
                "How long to wait for a connection, in milliseconds.")
            .define(
                "http.read.timeout.ms",
                Type.INT,
                10_000,
                atLeast(1),
                LOW,
                "How long one request may take from first to last, in milliseconds.")
            .define(
                "max.retries",
                Type.INT,
                3,
                atLeast(0),
                LOW,
                "How often a request that got no answer, 408, 429 or 5xx is tried again at all URLs.")
            .define(
                "retries.wait.ms",
                Type.INT,
                1_000,
                atLeast(0),
                LOW,
                "Pause before the first further try, doubled each time, in milliseconds.")
            .define(
                "retries.max.wait.ms",
                Type.INT,
                20_000,
                atLeast(0),
                LOW,
                "Longest such pause, in milliseconds.")
            .define(
                "proxy.host",
                Type.STRING,
                "",
                LOW,
                "HTTP proxy to the registry; default: that of the JVM.")
            .define("proxy.port", Type.INT, -1, Range.between(-1, 65_535), LOW, "Its port.");
    definition.embed(PREFIX, "", 0, TLS);
    return definition;
  }

  /** Whether a key is one of the registry's family. */
  public static boolean owns(String key) {
    return FAMILY.stream().anyMatch(key::startsWith);
  }

  private static Map<String, Object> ofFamily(Map<String, ?> settings) {
    Map<String, Object> own = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (!owns(key)) {
            return;
          }
          if (DEFINITION.names().contains(key)) {
            own.put(key, value);
          } else {
            checkFixed(key, value);
          }
        });
    return own;
  }

  private static void checkFixed(String key, @Nullable Object value) {
    Set<String> allowed = FIXED.get(key);
    if (allowed == null) {
      TreeSet<String> supported = new TreeSet<>(DEFINITION.names());
      supported.addAll(FIXED.keySet());
      throw new ConfigException("%s is not supported; supported are %s".formatted(key, supported));
    }
    String text = value instanceof Class<?> type ? type.getName() : String.valueOf(value);
    if (!allowed.contains(text)) {
      throw new ConfigException(
          key, value, "supported is only " + String.join(" or ", new TreeSet<>(allowed)));
    }
  }

  private static void checkBearerSource(String key, @Nullable Object value) {
    if (value != null && !value.equals(STATIC_TOKEN)) {
      throw new ConfigException(key, value, "allowed is " + STATIC_TOKEN);
    }
  }

  private void checkCredentials() {
    boolean basic = USER_INFO.equals(getString("basic.auth.credentials.source"));
    if (basic && userInfo() == null) {
      throw new ConfigException(
          "basic.auth.credentials.source=USER_INFO needs basic.auth.user.info=user:password");
    }
    boolean bearer = getString("bearer.auth.credentials.source") != null;
    if (bearer && bearerToken() == null) {
      throw new ConfigException(
          "bearer.auth.credentials.source=STATIC_TOKEN needs bearer.auth.token");
    }
    if (basic && bearer) {
      throw new ConfigException(
          "basic.auth.credentials.source=USER_INFO and bearer.auth.credentials.source exclude each other; set one");
    }
  }

  private static void checkUrl(String url) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(URL + ": an http or https URL is expected; one of them is none");
    }
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      // Not the URL itself: there may be a password in it.
      throw new ConfigException(
          URL, uri.getScheme() + "://" + uri.getHost(), "an http or https URL is expected");
    }
  }

  List<String> urls() {
    return getList(URL);
  }

  /** Where the schemas of values are registered. */
  public SubjectNameStrategy valueStrategy() {
    return SubjectNameStrategy.of(
        "value.subject.name.strategy", getString("value.subject.name.strategy"));
  }

  SubjectNameStrategy keyStrategy() {
    return SubjectNameStrategy.of(
        "key.subject.name.strategy", getString("key.subject.name.strategy"));
  }

  /** {@code user:password}, or null where they are in the URL. */
  @Nullable String userInfo() {
    if (!USER_INFO.equals(getString("basic.auth.credentials.source"))) {
      return null;
    }
    Password older = getPassword(PREFIX + "basic.auth.user.info");
    Password userInfo = older != null ? older : getPassword("basic.auth.user.info");
    return userInfo == null || userInfo.value().isEmpty() ? null : userInfo.value();
  }

  @Nullable String bearerToken() {
    Password token = getPassword("bearer.auth.token");
    boolean wanted = getString("bearer.auth.credentials.source") != null;
    return !wanted || token == null || token.value().isEmpty() ? null : token.value();
  }

  /** The settings of TLS, under Kafka's names. */
  Map<String, Object> tls() {
    Map<String, Object> tls = new HashMap<>();
    TLS.names().forEach(name -> tls.put(name, get(PREFIX + name)));
    return tls;
  }
}
