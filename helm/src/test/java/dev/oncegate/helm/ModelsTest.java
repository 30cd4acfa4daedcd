package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every object that is rendered has the fields of its kind, all that are required, and no others.
 */
class ModelsTest {
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void everyObjectIsAsItsKindIsDefined(String values) {
    for (JsonNode object : Rendering.of(values).objects()) {
      assertThatCode(() -> Models.check(object))
          .as("%s %s", object.get("kind").asText(), object.at("/metadata/name").asText())
          .doesNotThrowAnyException();
    }
  }

  /** The check itself: it sees a misspelt field in every kind of object, at any depth. */
  @Test
  void aMisspeltFieldIsSeen() {
    Map<String, String> placesByKind =
        Map.of(
            "StatefulSet", "/spec/template/spec/containers/0/livenessProbe/httpGet",
            "Service", "/spec/ports/0",
            "NetworkPolicy", "/spec/ingress/0/ports/0",
            "PodDisruptionBudget", "/spec",
            "Job", "/spec/template/spec/containers/0",
            "PodMonitor", "/spec/podMetricsEndpoints/0",
            "PrometheusRule", "/spec/groups/0/rules/0");
    Rendering rendering = Rendering.of("everything.yaml");
    placesByKind.forEach(
        (kind, place) -> assertMisspellingIsSeen(rendering.all(kind).get(0), place));
    assertMisspellingIsSeen(Rendering.of("keda.yaml").the("ScaledObject"), "/spec/advanced");
    assertMisspellingIsSeen(
        Rendering.of("strimzi.yaml").the("KafkaUser"), "/spec/authorization/acls/0/resource");
    assertMisspellingIsSeen(Rendering.of("strimzi.yaml").all("KafkaTopic").get(0), "/spec");
    assertMisspellingIsSeen(
        Rendering.of("hpa.yaml").the("HorizontalPodAutoscaler"), "/spec/behavior/scaleUp");
  }

  private static void assertMisspellingIsSeen(JsonNode object, String place) {
    JsonNode broken = object.deepCopy();
    ((ObjectNode) broken.at(place)).put("mispelt", "x");
    assertThatThrownBy(() -> Models.check(broken))
        .as("%s%s", object.get("kind").asText(), place)
        .hasMessageContaining("mispelt");
  }

  @Test
  void aMissingFieldIsSeen() {
    JsonNode service = Rendering.of("minimal.yaml").the("StatefulSet").deepCopy();
    ((ObjectNode) service.at("/spec/template/spec/containers/0")).remove("name");

    assertThatThrownBy(() -> Models.check(service)).hasMessageContaining("name");
  }

  @Test
  void aVolumeThatIsMountedIsThere() {
    for (String values : Module.matrix()) {
      JsonNode set = Rendering.of(values).the("StatefulSet");
      for (JsonNode pod : Rendering.of(values).podSpecs()) {
        for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
          String name = mount.get("name").asText();
          boolean isClaimed =
              set.at("/spec/volumeClaimTemplates/0/metadata/name").asText().equals(name);
          assertThat(isClaimed || pod.get("volumes").findValuesAsText("name").contains(name))
              .as("%s in %s", name, values)
              .isTrue();
        }
      }
    }
  }
}
