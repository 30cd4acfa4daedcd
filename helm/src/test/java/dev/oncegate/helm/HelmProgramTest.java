package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same with the helm program, where there is one. */
class HelmProgramTest {
  @TempDir private Path directory;

  @BeforeAll
  static void needsHelm() {
    assumeTrue(HelmProgram.find().isPresent(), "there is no helm program");
  }

  private HelmProgram.Outcome helm(String... arguments) throws IOException, InterruptedException {
    return HelmProgram.find().orElseThrow().run(directory, Map.of(), arguments);
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theStrictLinterHasNothingToSay(String values) throws Exception {
    HelmProgram.Outcome lint =
        helm("lint", "--strict", Module.CHART.toString(), "-f", Module.values(values).toString());

    assertThat(lint.exitCode()).as(lint.text() + lint.errors()).isZero();
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void itRendersTheSameObjectsHooksIncluded(String values) throws Exception {
    HelmProgram.Outcome template =
        helm(
            "template",
            Rendering.RELEASE,
            Module.CHART.toString(),
            "--namespace",
            Rendering.NAMESPACE,
            "--kube-version",
            "1.33.0",
            "-f",
            Module.values(values).toString());

    assertThat(template.exitCode()).as(template.errors()).isZero();
    assertThat(new Rendering(template.text()).objects().stream().sorted(byName()).toList())
        .isEqualTo(Rendering.of(values).objects().stream().sorted(byName()).toList());
  }

  private static Comparator<JsonNode> byName() {
    return Comparator.comparing(
        object -> object.get("kind").asText() + object.at("/metadata/name").asText());
  }

  @Test
  void aTypoIsRefused() throws Exception {
    HelmProgram.Outcome template =
        helm(
            "template",
            Rendering.RELEASE,
            Module.CHART.toString(),
            "-f",
            Module.values("minimal.yaml").toString(),
            "--set",
            "replica=3");

    assertThat(template.exitCode()).isNotZero();
    assertThat(template.errors()).contains("replica");
  }

  @Test
  void theChartCanBePackaged() throws Exception {
    HelmProgram.Outcome packed =
        helm("package", Module.CHART.toString(), "--destination", directory.toString());

    assertThat(packed.exitCode()).as(packed.errors()).isZero();
    assertThat(directory.resolve("oncegate-0.1.0.tgz")).exists();
  }

  /** Helm puts the notes out where it installs; a dry run does, and asks no cluster. */
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theNotesCanBeRendered(String values) throws Exception {
    HelmProgram.Outcome dry =
        helm(
            "install",
            Rendering.RELEASE,
            Module.CHART.toString(),
            "--dry-run=client",
            "-f",
            Module.values(values).toString());

    assertThat(dry.exitCode()).as(dry.errors()).isZero();
    assertThat(dry.text()).contains("rollout status statefulset/", "of heap and");
  }
}
