package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.config.Settings;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The settings that are rendered, read by the gate itself. */
class SettingsTest {
  private static final String POD = "gate-oncegate-1";

  @TempDir private Path directory;

  /** File and environment together, as a pod has them. */
  private Map<String, String> settingsOf(Rendering rendering) throws IOException {
    JsonNode set = rendering.the("StatefulSet");
    String name = set.at("/metadata/name").asText();
    Path file =
        Files.writeString(
            directory.resolve(name),
            rendering.the("ConfigMap", name).at("/data/gate.properties").asText());
    Map<String, String> environment =
        new HashMap<>(Kubelet.environment(set.at("/spec/template/spec/containers/0"), POD));
    return Settings.of(file, environment, Map.of());
  }

  /**
   * Without the secrets' folder nothing can be read from it: the rest must be right all the same.
   */
  private static Map<String, String> withoutSecrets(Map<String, String> settings) {
    Map<String, String> rest = new HashMap<>(settings);
    rest.keySet().removeIf(key -> key.startsWith("config.providers"));
    return rest;
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theGateAcceptsThem(String values) throws IOException {
    GateConfig config = GateConfig.of(withoutSecrets(settingsOf(Rendering.of(values))));

    assertThat(config.kafkaSettings())
        .containsEntry("client.id", POD)
        .containsEntry("main.consumer.group.instance.id", POD)
        .containsEntry("state.dir", "/var/lib/oncegate");
  }

  @Test
  void everyInstanceIsToldByWhichNameTheOthersReachIt() throws IOException {
    Rendering rendering = Rendering.of("minimal.yaml");
    JsonNode headless =
        rendering.the("Service", rendering.the("StatefulSet").at("/spec/serviceName").asText());

    assertThat(settingsOf(rendering).get("application.server"))
        .isEqualTo(
            "%s.%s.%s.svc:%d"
                .formatted(
                    POD,
                    headless.at("/metadata/name").asText(),
                    Rendering.NAMESPACE,
                    headless.at("/spec/ports/0/port").asInt()));
    assertThat(headless.at("/spec/clusterIP").asText()).isEqualTo("None");
    assertThat(headless.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
  }

  /** Spaces, backslashes, number signs and large numbers come through as they were written. */
  @Test
  void valuesComeThroughAsTheyWereWritten() throws IOException {
    Map<String, String> settings = settingsOf(Rendering.of("everything.yaml"));

    assertThat(settings)
        .containsEntry("client.rack", "C:\\rack \"1\" # not a comment")
        .containsEntry("gate.dedup.window.ms", "172800000")
        .containsEntry("gate.tool.send mail.guard.max.repetitions", "2")
        .containsEntry("gate.guard.max.retries", "50");
    GateConfig config = GateConfig.of(withoutSecrets(settings));
    assertThat(config.guardLimitsByTool()).containsOnlyKeys("send mail");
    assertThat(config.getLong(GateKeys.DEDUP_WINDOW_MS)).isEqualTo(172_800_000);
  }

  @Test
  void secretsAreReadFromTheirFiles() throws IOException {
    Map<String, String> settings = new HashMap<>();
    settingsOf(Rendering.of("sasl-tls.yaml"))
        .forEach(
            (key, value) ->
                settings.put(key, value.replace("/etc/oncegate/secrets", directory.toString())));
    secret("kafka-sasl", Map.of("username", "gate", "password", "p:a$s=s#word"));
    secret("kafka-keystore", Map.of("user.crt", "a chain\n", "user.key", "a key\n"));
    secret("registry-auth", Map.of("username", "reader", "password", "secret"));
    secret("registry-keystore", Map.of("tls.crt", "a chain\n", "tls.key", "another key\n"));
    secret("kafka-truststore", Map.of("ca.crt", "authorities"));
    secret("registry-truststore", Map.of("ca.password", "store-password"));

    assertThat(GateConfig.of(settings).kafkaSettings())
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry(
            "sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"gate\" password=\"p:a$s=s#word\";")
        .containsEntry("ssl.keystore.key", "a key\n")
        .containsEntry("ssl.keystore.certificate.chain", "a chain\n")
        .containsEntry("ssl.truststore.location", directory + "/kafka-truststore/ca.crt")
        .containsEntry("basic.auth.user.info", "reader:secret")
        .containsEntry("schema.registry.ssl.keystore.key", "another key\n")
        .containsEntry("schema.registry.ssl.truststore.password", "store-password");
  }

  private void secret(String volume, Map<String, String> files) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(volume));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }

  /** A secret that a setting names is mounted where it says. */
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void everySecretThatASettingNamesIsMounted(String values) throws IOException {
    Rendering rendering = Rendering.of(values);
    JsonNode container = rendering.the("StatefulSet").at("/spec/template/spec/containers/0");
    Iterable<String> places = container.get("volumeMounts").findValuesAsText("mountPath");

    settingsOf(rendering).values().stream()
        .flatMap(
            value ->
                Pattern.compile("/etc/oncegate/secrets/[a-z-]+(?=[/:])").matcher(value).results())
        .forEach(found -> assertThat(places).contains(found.group()));
  }

  @ParameterizedTest
  @CsvSource({
    "2Gi, 50, 25, -Xmx1024m, 536870912",
    "1.5Gi, 50, 25, -Xmx768m, 402653184",
    "2000M, 40, 40, -Xmx762m, 799014912",
    "4194304Ki, 60, 20, -Xmx2457m, 858783744",
    "2147483648, 50, 25, -Xmx1024m, 536870912",
  })
  void heapAndStoresFollowTheMemoryLimit(
      String limit, int heapPercent, int rocksdbPercent, String heap, String rocksdbBytes)
      throws IOException {
    Rendering rendering =
        Rendering.of(
            Module.values("minimal.yaml"),
            Map.of(
                "resources.limits.memory", limit,
                "memory.heapPercent", heapPercent,
                "memory.rocksdbPercent", rocksdbPercent));
    JsonNode container = rendering.the("StatefulSet").at("/spec/template/spec/containers/0");

    assertThat(Kubelet.environment(container, POD).get("JAVA_TOOL_OPTIONS").split(" "))
        .contains(heap);
    assertThat(settingsOf(rendering)).containsEntry("gate.rocksdb.memory.bytes", rocksdbBytes);
  }

  @Test
  void aPodMayTakeLongerToStopThanTheGateMayTakeToClose() throws IOException {
    for (String values : Module.matrix()) {
      Rendering rendering = Rendering.of(values);
      long closeMs = GateConfig.of(withoutSecrets(settingsOf(rendering))).closeTimeout().toMillis();
      assertThat(
              rendering
                      .the("StatefulSet")
                      .at("/spec/template/spec/terminationGracePeriodSeconds")
                      .asLong()
                  * 1000)
          .isGreaterThan(closeMs);
    }
  }

  /** What the gate asks of topics when its limits are raised, Strimzi's topics give. */
  @Test
  void largerArgumentsMakeWiderTopics() {
    Rendering rendering =
        Rendering.of(
            Module.values("strimzi.yaml"), Map.of("config.gate\\.args\\.max\\.bytes", 1_048_576));
    JsonNode effects = rendering.the("KafkaTopic", "gate-oncegate-effects");
    JsonNode reroute = rendering.the("KafkaTopic", "gate-oncegate-reroute");

    assertThat(effects.at("/spec/config").get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).asInt())
        .isEqualTo(2 * 1_048_576 + 65_536);
    assertThat(reroute.at("/spec/config").get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).asInt())
        .isEqualTo(2 * 1_048_576 + 2 * 65_536);
  }

  @Test
  void theNumberOfInstancesIsLeftToTheScalerThatIsOn() {
    assertThat(Rendering.of("minimal.yaml").the("StatefulSet").at("/spec/replicas").asInt())
        .isEqualTo(3);
    assertThat(Rendering.of("keda.yaml").the("StatefulSet").at("/spec/replicas").isMissingNode())
        .isTrue();
    assertThat(Rendering.of("hpa.yaml").the("StatefulSet").at("/spec/replicas").isMissingNode())
        .isTrue();
  }

  @Test
  void theWorkerOfConnectReachesTheBrokersAndSoDoItsConnectors() throws IOException {
    Properties worker = new Properties();
    worker.load(
        new StringReader(
            Rendering.of("connect.yaml")
                .the("ConfigMap", "gate-oncegate-connect")
                .at("/data/worker.properties")
                .asText()));

    for (String prefix : new String[] {"", "producer.", "consumer.", "admin."}) {
      assertThat(worker)
          .containsEntry(prefix + "security.protocol", "SASL_SSL")
          .containsEntry(
              prefix + "sasl.jaas.config",
              "${directory:/etc/oncegate/secrets/kafka-sasl:sasl.jaas.config}");
    }
    assertThat(worker).containsEntry("consumer.isolation.level", "read_committed");
  }
}
