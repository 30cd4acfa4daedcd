package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pod and every container meets the Pod Security Standard "restricted", and a bit more. */
class SecurityTest {
  private static final Set<String> RESTRICTED_VOLUMES =
      Set.of(
          "configMap",
          "csi",
          "downwardAPI",
          "emptyDir",
          "ephemeral",
          "persistentVolumeClaim",
          "projected",
          "secret");

  private static Stream<JsonNode> containers(JsonNode pod) {
    List<JsonNode> containers = new ArrayList<>();
    pod.path("containers").forEach(containers::add);
    pod.path("initContainers").forEach(containers::add);
    return containers.stream();
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void noPodHasMoreRightsThanItNeeds(String values) {
    List<JsonNode> pods = Rendering.of(values).podSpecs();

    assertThat(pods).isNotEmpty();
    for (JsonNode pod : pods) {
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
      assertThat(pod.at("/securityContext/seccompProfile/type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
      assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.has("hostIPC")).isFalse();
      for (JsonNode volume : pod.path("volumes")) {
        volume
            .fieldNames()
            .forEachRemaining(
                field ->
                    assertThat(field.equals("name") || RESTRICTED_VOLUMES.contains(field))
                        .as(field)
                        .isTrue());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void noContainerHasMoreRightsThanItNeeds(String values) {
    Rendering.of(values).podSpecs().stream()
        .flatMap(SecurityTest::containers)
        .forEach(
            container -> {
              JsonNode context = container.path("securityContext");
              String name = container.get("name").asText();
              assertThat(context.path("allowPrivilegeEscalation").asBoolean(true))
                  .as(name)
                  .isFalse();
              assertThat(context.path("readOnlyRootFilesystem").asBoolean(false)).as(name).isTrue();
              assertThat(context.at("/capabilities/drop/0").asText()).as(name).isEqualTo("ALL");
              assertThat(context.at("/capabilities/add").isMissingNode()).as(name).isTrue();
              assertThat(context.path("privileged").asBoolean(false)).as(name).isFalse();
              assertThat(context.path("runAsUser").asInt(1)).as(name).isPositive();
            });
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void everyContainerOfTheChartHasABoundOnMemory(String values) {
    Rendering.of(values).podSpecs().stream()
        .flatMap(pod -> containers(pod))
        .filter(
            container -> !Set.of("wait", "log-shipper").contains(container.get("name").asText()))
        .forEach(
            container ->
                assertThat(container.at("/resources/limits/memory").asText())
                    .as(container.get("name").asText())
                    .isNotEmpty());
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theOnlyPlacesToWriteAreTheStateAndTheTemporaryFolder(String values) {
    for (JsonNode pod : Rendering.of(values).podSpecs()) {
      containers(pod)
          .forEach(
              container ->
                  container
                      .path("volumeMounts")
                      .forEach(
                          mount ->
                              assertThat(
                                      mount.path("readOnly").asBoolean(false)
                                          || Set.of("state", "tmp")
                                              .contains(mount.get("name").asText()))
                                  .as(mount.toString())
                                  .isTrue()));
    }
  }

  /** Secrets are files; an environment is inherited, dumped and logged. */
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void noSecretIsInTheChartsEnvironmentOrConfigMaps(String values) {
    Rendering rendering = Rendering.of(values);

    rendering.podSpecs().stream()
        .flatMap(SecurityTest::containers)
        .forEach(
            container ->
                container
                    .path("env")
                    .forEach(
                        variable ->
                            assertThat(variable.toString()).doesNotContain("secretKeyRef")));
    assertThat(rendering.all("Secret")).isEmpty();
    rendering.all("ConfigMap").stream()
        .flatMap(
            map -> Stream.of(map.at("/data/gate.properties"), map.at("/data/worker.properties")))
        .flatMap(text -> text.asText().lines())
        .filter(line -> line.matches(".*(password|token|jaas|user\\.info|keystore\\.key).*=.*"))
        .forEach(line -> assertThat(line).contains("${directory:/"));
  }

  /**
   * A service named oncegate would put ONCEGATE_PORT and more into the environment, which the gate
   * reads as settings.
   */
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void noVariableOfAServiceReachesTheGate(String values) {
    assertThat(Rendering.of(values).podSpecs())
        .allSatisfy(pod -> assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse());
  }
}
