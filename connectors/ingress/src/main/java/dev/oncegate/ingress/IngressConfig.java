package dev.oncegate.ingress;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.gate.Topics;
import dev.oncegate.serde.AvroSerdes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an ingress: its own begin with {@code ingress.}; the others are those of the gate
 * it stands before (prefix of the topics, scope, serde, clients, registry), from the same file.
 */
public final class IngressConfig extends AbstractConfig {
  private static final String OWN = "ingress.";

  private final GateConfig gate;
  private final Credentials credentials;

  private IngressConfig(GateConfig gate) {
    super(IngressKeys.DEFINITION, gate.originals(), false);
    this.gate = gate;
    checkNames();
    checkTogether();
    credentials = readCredentials();
  }

  /**
   * The configuration of an ingress before a gate.
   *
   * @param gate with the settings of the ingress among its own
   * @throws ConfigException naming the setting, its value and what is allowed
   */
  public static IngressConfig of(GateConfig gate) {
    return new IngressConfig(gate);
  }

  private void checkNames() {
    for (String key : originals().keySet()) {
      if (key.startsWith(OWN) && !IngressKeys.DEFINITION.names().contains(key)) {
        throw new ConfigException(
            "%s is no setting; there are %s"
                .formatted(
                    key,
                    String.join(", ", IngressKeys.DEFINITION.names().stream().sorted().toList())));
      }
    }
  }

  private void checkTogether() {
    int batch = getInt(IngressKeys.BATCH_MAX_ACTIONS);
    int waiting = getInt(IngressKeys.WAITING_MAX);
    if (batch > waiting) {
      throw new ConfigException(
          IngressKeys.BATCH_MAX_ACTIONS,
          batch,
          "at most %s, which is %d".formatted(IngressKeys.WAITING_MAX, waiting));
    }
    if (!getString(IngressKeys.CLIENT_AUTH).equals("none")) {
      require(IngressKeys.KEYSTORE_LOCATION);
      require(IngressKeys.TRUSTSTORE_LOCATION);
    }
  }

  private void require(String key) {
    if (getString(key) == null) {
      throw new ConfigException(
          key,
          null,
          "needed where %s is %s"
              .formatted(IngressKeys.CLIENT_AUTH, getString(IngressKeys.CLIENT_AUTH)));
    }
  }

  private Credentials readCredentials() {
    String file = getString(IngressKeys.CREDENTIALS_FILE);
    boolean anonymous = getBoolean(IngressKeys.ANONYMOUS);
    if (anonymous == (file != null)) {
      throw new ConfigException(
          IngressKeys.CREDENTIALS_FILE,
          file,
          "say who may act by this file, or that anybody may by %s=true; one of the two"
              .formatted(IngressKeys.ANONYMOUS));
    }
    Credentials read = file == null ? Credentials.none() : Credentials.read(Path.of(file));
    read.requireScope(scope(), file);
    return read;
  }

  Credentials credentials() {
    return credentials;
  }

  Scope scope() {
    return gate.scope();
  }

  Topics topics() {
    return Topics.of(gate);
  }

  AvroSerdes serdes() {
    return AvroSerdes.of(gate.getString(GateKeys.AVRO_SERDE), gate.kafkaSettings());
  }

  Duration decisionTimeout() {
    return duration(IngressKeys.DECISION_TIMEOUT_MS);
  }

  Duration waitMax() {
    return duration(IngressKeys.WAIT_MAX_MS);
  }

  Duration duration(String key) {
    return Duration.ofMillis(getLong(key));
  }

  /** Text of a secret; null where there is none. */
  @Nullable String secret(String key) {
    return getPassword(key) == null ? null : getPassword(key).value();
  }

  Map<String, Object> consumer() {
    Map<String, Object> settings = Clients.consumer(gate.kafkaSettings());
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    // A topic made by asking for it would have another number of partitions than the gate wants.
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return settings;
  }

  /** A request must not be held by a broker that is away for longer than it would wait anyway. */
  Map<String, Object> producer() {
    Map<String, Object> settings = Clients.producer(gate.kafkaSettings());
    long timeoutMs = getLong(IngressKeys.DECISION_TIMEOUT_MS);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.min(timeoutMs, 1_000));
    if (!settings.containsKey(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)
        && !settings.containsKey(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG)) {
      settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Math.max(1, timeoutMs / 2));
      settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) timeoutMs + 1_000);
    }
    return settings;
  }
}
