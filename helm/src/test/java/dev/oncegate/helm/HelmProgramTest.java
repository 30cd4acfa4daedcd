package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same with the helm program, where there is one: the one that -Doncegate.helm names, or the
 * one on the PATH.
 */
class HelmProgramTest {
  @TempDir private Path directory;

  private static Optional<Path> program() {
    String named = System.getProperty("oncegate.helm", "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "helm"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @BeforeAll
  static void needsHelm() {
    assumeTrue(program().isPresent(), "there is no helm program");
  }

  private record Outcome(int exitCode, String text, String errors) {}

  private Outcome helm(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(program().orElseThrow().toString());
    line.addAll(List.of(arguments));
    Path errors = directory.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(errors.toFile());
    builder.environment().put("HELM_CACHE_HOME", directory.resolve("cache").toString());
    builder.environment().put("HELM_CONFIG_HOME", directory.resolve("config").toString());
    builder.environment().put("HELM_DATA_HOME", directory.resolve("data").toString());
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text, Files.readString(errors));
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theStrictLinterHasNothingToSay(String values) throws Exception {
    Outcome lint =
        helm("lint", "--strict", Module.CHART.toString(), "-f", Module.values(values).toString());

    assertThat(lint.exitCode()).as(lint.text() + lint.errors()).isZero();
  }

  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void itRendersTheSameObjectsHooksIncluded(String values) throws Exception {
    Outcome template =
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

  private static Comparator<com.fasterxml.jackson.databind.JsonNode> byName() {
    return Comparator.comparing(
        object -> object.get("kind").asText() + object.at("/metadata/name").asText());
  }

  @Test
  void aTypoIsRefused() throws Exception {
    Outcome template =
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
    Outcome packed =
        helm("package", Module.CHART.toString(), "--destination", directory.toString());

    assertThat(packed.exitCode()).as(packed.errors()).isZero();
    assertThat(directory.resolve("oncegate-0.1.0.tgz")).exists();
  }

  /** Helm puts the notes out where it installs; a dry run does, and asks no cluster. */
  @ParameterizedTest
  @MethodSource("dev.oncegate.helm.Module#matrix")
  void theNotesCanBeRendered(String values) throws Exception {
    Outcome dry =
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
