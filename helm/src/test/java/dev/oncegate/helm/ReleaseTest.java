package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A release's life with the helm program, against an emulation of Kubernetes' API. */
class ReleaseTest {
  private static final Path CHART = Module.CHART;

  @TempDir private Path directory;

  @BeforeAll
  static void needsHelm() {
    assumeTrue(HelmProgram.find().isPresent(), "there is no helm program");
  }

  private HelmProgram.Outcome helm(EmulatedApiServer api, String... arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(arguments));
    line.addAll(List.of("--namespace", Rendering.NAMESPACE, "--timeout", "20s"));
    return HelmProgram.find()
        .orElseThrow()
        .run(
            directory,
            Map.of("KUBECONFIG", api.kubeconfig(directory.resolve("kubeconfig")).toString()),
            line.toArray(String[]::new));
  }

  private HelmProgram.Outcome install(EmulatedApiServer api, String values) throws Exception {
    return helm(
        api,
        "install",
        Rendering.RELEASE,
        CHART.toString(),
        "-f",
        Module.values(values).toString());
  }

  private HelmProgram.Outcome upgrade(EmulatedApiServer api, String values, String... more)
      throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of(
                "upgrade",
                Rendering.RELEASE,
                CHART.toString(),
                "-f",
                Module.values(values).toString()));
    line.addAll(List.of(more));
    return helm(api, line.toArray(String[]::new));
  }

  private static void assertDone(HelmProgram.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
  }

  @Test
  void itIsInstalledTestedUpgradedRolledBackAndRemoved() throws Exception {
    try (EmulatedApiServer api = new EmulatedApiServer(EmulatedApiServer::succeeding)) {
      HelmProgram.Outcome installed = install(api, "minimal.yaml");
      assertDone(installed);
      assertThat(installed.text()).contains("rollout status statefulset/gate-oncegate");
      assertThat(api.history())
          .as("topics are made before anything else, and the hook clears up")
          .startsWith("create ConfigMap/gate-oncegate-topics", "create Job/gate-oncegate-topics")
          .contains("delete Job/gate-oncegate-topics", "delete ConfigMap/gate-oncegate-topics");
      assertThat(api.history().indexOf("delete Job/gate-oncegate-topics"))
          .isLessThan(api.history().indexOf("create StatefulSet/gate-oncegate"));
      assertThat(api.objects())
          .extracting(object -> object.get("kind").asText())
          .containsExactlyInAnyOrder(
              "ConfigMap",
              "NetworkPolicy",
              "PodDisruptionBudget",
              "Service",
              "Service",
              "ServiceAccount",
              "StatefulSet");

      assertDone(helm(api, "test", Rendering.RELEASE));
      assertThat(api.history()).contains("create Pod/gate-oncegate-check");

      assertDone(upgrade(api, "minimal.yaml", "--set", "replicas=5"));
      assertThat(statefulSet(api).at("/spec/replicas").asInt()).isEqualTo(5);
      assertDone(helm(api, "rollback", Rendering.RELEASE, "1"));
      assertThat(statefulSet(api).at("/spec/replicas").asInt()).isEqualTo(3);

      assertDone(helm(api, "uninstall", Rendering.RELEASE));
      assertThat(api.objects()).isEmpty();
    }
  }

  private static JsonNode statefulSet(EmulatedApiServer api) {
    return api.objects().stream()
        .filter(object -> object.get("kind").asText().equals("StatefulSet"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void topicsThatDoNotFitEndTheUpgradeBeforeAnythingIsTouched() throws Exception {
    try (EmulatedApiServer api = new EmulatedApiServer(EmulatedApiServer::failing)) {
      HelmProgram.Outcome refused = install(api, "minimal.yaml");

      assertThat(refused.exitCode()).isNotZero();
      assertThat(api.history()).doesNotContain("create StatefulSet/gate-oncegate");
      assertThat(api.objects())
          .as("the job stays, to be looked at")
          .extracting(object -> object.get("kind").asText())
          .contains("Job");
    }
  }

  /** From the least to all but the volume, which Kubernetes does not let change. */
  @Test
  void noChangeOfValuesButOfTheVolumeTouchesWhatKubernetesDoesNotLetChange() throws Exception {
    try (EmulatedApiServer api = new EmulatedApiServer(EmulatedApiServer::succeeding)) {
      assertDone(install(api, "minimal.yaml"));
      assertDone(
          upgrade(
              api,
              "everything.yaml",
              "--set",
              "fullnameOverride=,state.size=20Gi",
              "--set",
              "state.storageClass=,state.annotations=null"));
      for (String values : List.of("sasl-tls.yaml", "keda.yaml", "hpa.yaml")) {
        assertDone(upgrade(api, values));
      }
      HelmProgram.Outcome larger = upgrade(api, "minimal.yaml", "--set", "state.size=21Gi");
      assertThat(larger.exitCode()).isNotZero();
      assertThat(larger.errors()).contains("cannot be changed");
    }
  }

  @Test
  void topicsThatStrimziMadeStayWhenTheReleaseIsRemoved() throws Exception {
    try (EmulatedApiServer api = new EmulatedApiServer(EmulatedApiServer::succeeding)) {
      assertDone(install(api, "strimzi.yaml"));
      assertDone(helm(api, "uninstall", Rendering.RELEASE));

      assertThat(api.objects())
          .hasSize(13)
          .allSatisfy(object -> assertThat(object.get("kind").asText()).isEqualTo("KafkaTopic"));
    }
  }
}
