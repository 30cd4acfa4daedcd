package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RenderingTest {
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void whatIsRenderedIsAsItWasReviewed(String values) {
    Module.assertIs(
        Module.RESOURCES.resolve("golden").resolve(values), Rendering.of(values).text());
  }

  /** Helm in this process lints a chart with its own values only, so they are put there. */
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theStrictLinterHasNothingToSay(String values, @TempDir Path directory) throws IOException {
    Path chart = directory.resolve("oncegate");
    copy(Module.CHART, chart);
    JsonNode merged =
        Module.YAML
            .readerForUpdating(Module.yaml(Module.textOf(Module.CHART.resolve("values.yaml"))))
            .readTree(Module.textOf(Module.values(values)));
    Files.writeString(chart.resolve("values.yaml"), Module.YAML.writeValueAsString(merged));

    LintResult result = new Helm(chart).lint().strict().call();

    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    assertThat(result.getMessages())
        .filteredOn(message -> message.contains("WARNING") || message.contains("ERROR"))
        .isEmpty();
  }

  @Test
  void theLinterSeesWhatIsWrong(@TempDir Path directory) throws IOException {
    Path chart = directory.resolve("oncegate");
    copy(Module.CHART, chart);
    Files.writeString(chart.resolve("templates/broken.yaml"), "a: {{ .Values.nothing.here }}\n");

    assertThat(new Helm(chart).lint().strict().call().isFailed()).isTrue();
  }

  @Test
  void theChartIsOfTheVersionThatIsBuilt() {
    JsonNode chart = Module.yaml(Module.textOf(Module.CHART.resolve("Chart.yaml")));

    assertThat(chart.get("appVersion").asText()).isEqualTo(System.getProperty("oncegate.version"));
  }

  /** The image stands on its own build; what both must agree on is compared here. */
  @Test
  void theChartRunsTheImageAsTheImageIsMade() {
    String image = Module.textOf(Module.ROOT.resolveSibling("image/pom.xml"));
    JsonNode pod = Rendering.of("minimal.yaml").the("StatefulSet").at("/spec/template/spec");

    assertThat(image)
        .contains(
            "<user>%d:%d</user>"
                .formatted(
                    pod.at("/securityContext/runAsUser").asInt(),
                    pod.at("/securityContext/runAsGroup").asInt()))
        .contains(
            "<oncegate.image.name>%s:${project.version}<"
                .formatted(pod.at("/containers/0/image").asText().split(":")[0]))
        .contains(
            "<workingDirectory>%s</workingDirectory>"
                .formatted(pod.at("/containers/0/volumeMounts/0/mountPath").asText()));
  }

  @Test
  void noTwoObjectsHaveOneName() {
    for (String values : Module.matrix()) {
      assertThat(Rendering.of(values).objects())
          .as(values)
          .extracting(
              object -> object.get("kind").asText() + " " + object.at("/metadata/name").asText())
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void everyObjectIsInTheReleasesNamespaceAndBearsItsLabels() {
    for (String values : Module.matrix()) {
      for (JsonNode object : Rendering.of(values).objects()) {
        ObjectNode metadata = (ObjectNode) object.get("metadata");
        assertThat(metadata.get("namespace").asText()).isEqualTo(Rendering.NAMESPACE);
        assertThat(metadata.at("/labels/app.kubernetes.io~1instance").asText())
            .isEqualTo(Rendering.RELEASE);
      }
    }
  }

  @Test
  void whatASelectorNamesIsOnThePods() {
    for (String values : Module.matrix()) {
      for (JsonNode object : Rendering.of(values).objects()) {
        JsonNode wanted = object.at("/spec/selector/matchLabels");
        JsonNode labels = object.at("/spec/template/metadata/labels");
        if (wanted.isObject() && labels.isObject()) {
          wanted
              .properties()
              .forEach(e -> assertThat(labels.get(e.getKey())).isEqualTo(e.getValue()));
        }
      }
    }
  }

  @Test
  void theLongestReleaseNameStillGivesNamesThatFit() {
    String longest = "r".repeat(53);
    String text =
        new Helm(Module.CHART)
            .template()
            .withName(longest)
            .withKubeVersion("1.33.0")
            .withValuesFile(Module.values("everything.yaml"))
            .set("fullnameOverride", "")
            .call();

    assertThat(new Rendering(text).objects())
        .isNotEmpty()
        // A pod's name, which is a label too, has the number of the instance behind it.
        .allSatisfy(
            object ->
                assertThat(object.at("/metadata/name").asText().length()).isLessThanOrEqualTo(58));
  }

  @Test
  void aChangedSettingStartsThePodsAnewAndAnotherChartVersionAloneDoesNot() {
    JsonNode before = Rendering.of("minimal.yaml").the("StatefulSet").at("/spec/template");
    JsonNode after =
        Rendering.of(Module.values("minimal.yaml"), Map.of("threads", 3))
            .the("StatefulSet")
            .at("/spec/template");

    assertThat(after.at("/metadata/annotations/checksum~1config"))
        .isNotEqualTo(before.at("/metadata/annotations/checksum~1config"));
    assertThat(before.at("/metadata/labels").toString()).doesNotContain("chart", "version");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }
}
