package dev.oncegate.gate.serde;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/**
 * The settings of the schema registry, under the keys that kafka-avro-serializer uses. A key of that family which is not
 * supported is refused: a setting that is silently ignored is worse than none.
 */
public final class RegistryConfig extends AbstractConfig {
  /** Where the registry is. */
  public static final String URL = "schema.registry.url";

  private static final String SSL = "schema.registry.ssl.";
  private static final List<String> FAMILY =
      List.of(
          "schema.registry.", "basic.auth.", "bearer.auth.", "auto.register.", "use.latest.", "normalize.",
          "value.subject.", "key.subject.", "avro.", "latest.", "use.schema.", "id.compatibility.", "context.name.",
          "schema.reflection", "schema.format", "rule.", "max.schemas.", "proxy.");

  /** All keys, with type, default and meaning. */
  public static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(URL, Type.LIST, ConfigDef.NO_DEFAULT_VALUE, HIGH,
              "Base URLs of the registry's Confluent API, comma separated; the next one is asked where one does not answer. A path in the URL is kept.")
          .define("auto.register.schemas", Type.BOOLEAN, true, MEDIUM,
              "Register a schema that is not known under its subject. Where false it must be registered beforehand.")
          .define("use.latest.version", Type.BOOLEAN, false, LOW,
              "Write with the id of the subject's latest version; only where auto.register.schemas is false.")
          .define("normalize.schemas", Type.BOOLEAN, false, LOW, "Ask the registry to normalise schemas.")
          .define("value.subject.name.strategy", Type.STRING, "TopicNameStrategy", LOW,
              "Subject of a value's schema: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy.")
          .define("key.subject.name.strategy", Type.STRING, "TopicNameStrategy", LOW, "Subject of a key's schema.")
          .define("basic.auth.credentials.source", Type.STRING, "URL", ValidString.in("URL", "USER_INFO"), MEDIUM,
              "Where user and password are: in the URL, or in basic.auth.user.info.")
          .define("basic.auth.user.info", Type.PASSWORD, null, MEDIUM, "user:password, for USER_INFO.")
          .define("bearer.auth.credentials.source", Type.STRING, null,
              ConfigDef.LambdaValidator.with(RegistryConfig::checkBearerSource, () -> "[STATIC_TOKEN]"), MEDIUM,
              "STATIC_TOKEN: send bearer.auth.token.")
          .define("bearer.auth.token", Type.PASSWORD, null, MEDIUM, "The token, for STATIC_TOKEN.")
          .define("schema.registry.request.timeout.ms", Type.INT, 10_000, atLeast(1), LOW,
              "How long one request may take, in milliseconds.")
          .define("schema.registry.retries", Type.INT, 3, atLeast(0), LOW,
              "How often a request that got no answer, 429 or 5xx is tried again.")
          .define("schema.registry.retry.backoff.ms", Type.INT, 200, atLeast(0), LOW,
              "Pause before the first further try, doubled each time, in milliseconds.")
          .define(SSL + "truststore.location", Type.STRING, null, MEDIUM, "File with the trusted certificates.")
          .define(SSL + "truststore.password", Type.PASSWORD, null, MEDIUM, "Its password.")
          .define(SSL + "truststore.type", Type.STRING, "PKCS12", LOW, "Its type, such as PKCS12 or JKS.")
          .define(SSL + "keystore.location", Type.STRING, null, MEDIUM, "File with the client's key and certificate.")
          .define(SSL + "keystore.password", Type.PASSWORD, null, MEDIUM, "Its password.")
          .define(SSL + "keystore.type", Type.STRING, "PKCS12", LOW, "Its type, such as PKCS12 or JKS.")
          .define(SSL + "key.password", Type.PASSWORD, null, MEDIUM, "Password of the key; default: of the key store.");

  /**
   * @throws ConfigException where a setting is missing, wrong or not supported
   */
  public RegistryConfig(Map<String, ?> settings) {
    super(DEFINITION, ofFamily(settings), false);
    for (String url : urls()) {
      checkUrl(url);
    }
    valueStrategy();
    keyStrategy();
    if (getBoolean("use.latest.version") && getBoolean("auto.register.schemas")) {
      throw new ConfigException(
          "use.latest.version", true, "only allowed with auto.register.schemas=false: the latest version would never be used");
    }
  }

  /** Whether a key is one of the registry's family. */
  public static boolean owns(String key) {
    return FAMILY.stream().anyMatch(key::startsWith);
  }

  private static Map<String, Object> ofFamily(Map<String, ?> settings) {
    Map<String, Object> own = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (owns(key)) {
            if (!DEFINITION.names().contains(key)) {
              throw new ConfigException(
                  "%s is not supported; supported are %s".formatted(key, new TreeSet<>(DEFINITION.names())));
            }
            own.put(key, value);
          }
        });
    return own;
  }

  private static void checkBearerSource(String key, Object value) {
    if (value != null && !value.equals("STATIC_TOKEN")) {
      throw new ConfigException(key, value, "allowed is STATIC_TOKEN");
    }
  }

  private static void checkUrl(String url) {
    try {
      URI uri = URI.create(url);
      if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        throw new ConfigException(URL, url, "an http or https URL is expected");
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigException(URL, url, "an http or https URL is expected");
    }
  }

  List<String> urls() {
    List<String> urls = getList(URL);
    if (urls.isEmpty()) {
      throw new ConfigException(URL, urls, "at least one URL is expected");
    }
    return urls;
  }

  SubjectNameStrategy valueStrategy() {
    return SubjectNameStrategy.of("value.subject.name.strategy", getString("value.subject.name.strategy"));
  }

  SubjectNameStrategy keyStrategy() {
    return SubjectNameStrategy.of("key.subject.name.strategy", getString("key.subject.name.strategy"));
  }
}
