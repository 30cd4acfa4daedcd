package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that are right one by one and wrong together are refused, with what to do about it. */
class RefusalsTest {
  private static void assertRefused(String values, Map<String, ?> set, String... words) {
    assertThatThrownBy(() -> Rendering.of(Module.values(values), set))
        .hasMessageContainingAll(words);
  }

  @Test
  void withoutBrokersOrRegistry(@TempDir Path directory) throws IOException {
    Path empty = Files.writeString(directory.resolve("empty.yaml"), "{}\n");

    assertThatThrownBy(() -> Rendering.of(empty, Map.of()))
        .hasMessageContaining("kafka.bootstrapServers is needed");
    assertThatThrownBy(() -> Rendering.of(empty, Map.of("kafka.bootstrapServers", "kafka:9092")))
        .hasMessageContaining("schemaRegistry.url is needed");
  }

  @Test
  void asManyStandbysAsInstances() {
    assertRefused(
        "minimal.yaml", Map.of("standbyReplicas", 3), "standbyReplicas is 3", "at most one less");
    assertRefused("keda.yaml", Map.of("autoscaling.keda.minReplicas", 1), "standbyReplicas is 1");
  }

  @Test
  void aGraceThatIsShorterThanTheCloseTimeout() {
    assertRefused(
        "everything.yaml",
        Map.of("terminationGracePeriodSeconds", 45),
        "must be above gate.close.timeout.ms, which is 45 s");
  }

  @Test
  void moreInstancesThanPartitions() {
    assertRefused(
        "keda.yaml",
        Map.of("autoscaling.keda.maxReplicas", 13),
        "maxReplicas is 13",
        "topics.partitions, 12");
  }

  @Test
  void twoScalers() {
    assertRefused("keda.yaml", Map.of("autoscaling.hpa.enabled", true), "both enabled");
  }

  @Test
  void memoryWithNothingLeftForJava() {
    assertRefused(
        "minimal.yaml", Map.of("memory.heapPercent", 70), "70 and 25", "together at most 85");
  }

  @Test
  void noMemoryLimit() {
    assertThatThrownBy(
            () ->
                Rendering.of(
                    Module.values("minimal.yaml"), Map.of("resources.limits.memory", "null")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aMonitorThatTheNetworkPolicyShutsOut() {
    assertRefused(
        "minimal.yaml",
        Map.of("monitoring.podMonitor.enabled", true),
        "monitoring.podMonitor needs networkPolicy.opsFrom");
  }

  @Test
  void loginsWithoutSecrets() {
    assertRefused(
        "minimal.yaml", Map.of("kafka.sasl.enabled", true), "kafka.sasl.existingSecret is needed");
    assertRefused(
        "minimal.yaml",
        Map.of("schemaRegistry.auth.type", "basic"),
        "schemaRegistry.auth.existingSecret is needed");
    assertRefused(
        "sasl-tls.yaml",
        Map.of("kafka.sasl.mechanism", "OAUTHBEARER"),
        "needs kafka.sasl.jaasConfigKey");
  }

  @Test
  void strimziWithoutACluster() {
    assertRefused("strimzi.yaml", Map.of("strimzi.cluster", ""), "strimzi.cluster is needed");
  }

  @Test
  void aTopicJobThatWouldLogInAsAUserThatIsNotThereYet() {
    assertRefused(
        "strimzi.yaml",
        Map.of("strimzi.topics.enabled", false, "topics.job.enabled", true),
        "runs before Strimzi has made the user");
  }

  @Test
  void aStrimziUserThatTheGateDoesNotLogInAs() {
    assertRefused(
        "strimzi.yaml", Map.of("kafka.sasl.enabled", false), "kafka.sasl.enabled must be true");
    assertRefused(
        "strimzi-tls.yaml", Map.of("kafka.tls.enabled", false), "kafka.tls.enabled must be true");
    assertRefused(
        "strimzi.yaml", Map.of("strimzi.namespace", "kafka"), "where the gate cannot read it");
  }

  @Test
  void settingsOfATopicThatThereIsNot() {
    assertRefused(
        "strimzi.yaml",
        Map.of("strimzi.topics.config.result.retention\\.ms", 1),
        "strimzi.topics.config has result; there are circuits, commands");
  }

  @Test
  void connectWithoutAnImage() {
    assertRefused(
        "connect.yaml",
        Map.of("connect.image.repository", ""),
        "connect.image.repository is needed");
  }

  @Test
  void nothingThatIsRenderedHasAnEmptyValueWhereTemplatesWentWrong() {
    for (String values : Module.matrix()) {
      assertThat(Rendering.of(values).text())
          .as(values)
          .doesNotContain("<nil>", "<no value>", "e+0");
    }
  }
}
