package dev.oncegate.image;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ImageTest {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path ROOT = TARGET.resolve("root");

  private static SavedImage image;

  @BeforeAll
  static void read() throws IOException {
    image = SavedImage.read(TARGET.resolve("oncegate-gate-image.tar"));
  }

  @Test
  void itRunsAsAUserThatIsNotRoot() {
    assertThat(config().get("User").asText()).isEqualTo("10001:10001");
  }

  @Test
  void itStartsJavaWithoutAShellAndLeavesMemoryToTheChart() {
    assertThat(texts(config().get("Entrypoint")))
        .containsExactly("/opt/java/bin/java", "@/app/gate/java.args");
    assertThat(texts(config().get("Env")))
        .contains("JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=40 -XX:+ExitOnOutOfMemoryError")
        .contains("MALLOC_ARENA_MAX=2");
    assertThat(arguments())
        .as("a heap or a collector there would win over the chart's")
        .noneMatch(line -> line.matches("-Xm[xs].*|-XX:.*(RAM|GC).*"))
        .endsWith("dev.oncegate.cli.Oncegate");
  }

  @Test
  void everyJarOfTheClassPathIsThere() {
    List<String> jars =
        image.files().stream()
            .map(file -> "/" + file.path())
            .filter(path -> path.startsWith("/app/") && path.endsWith(".jar"))
            .toList();
    assertThat(classPath()).isNotEmpty().containsExactlyInAnyOrderElementsOf(jars);
  }

  @Test
  void rocksDbComesForOnePlatformBesideItsJar() throws IOException {
    assertThat(image.files().stream().map(SavedImage.Entry::path))
        .filteredOn(path -> path.contains("librocksdbjni"))
        .singleElement()
        .asString()
        .startsWith("app/rocksdb/");
    Path jar = ROOT.resolve("app/rocksdb/rocksdbjni.jar");
    assertThat(jar).isRegularFile();
    assertThat(Files.size(jar)).isLessThan(1_000_000);
  }

  @Test
  void nothingIsWritableByAllOrRunsAsItsOwner() {
    assertThat(image.files())
        .noneMatch(SavedImage.Entry::isWritableByAll)
        .noneMatch(SavedImage.Entry::runsAsItsOwner);
    assertThat(image.entries())
        .filteredOn(entry -> entry.isFolder() && entry.isWritableByAll())
        .allMatch(SavedImage.Entry::isSticky);
  }

  @Test
  void ourLayersHaveNoShellAndNoTimeOfTheirBuilding() {
    List<SavedImage.Entry> ours =
        image.files().stream()
            .filter(file -> file.path().startsWith("app/") || file.path().startsWith("opt/"))
            .toList();
    assertThat(ours).allMatch(file -> file.modified() == 1);
    assertThat(image.files())
        .noneMatch(file -> file.path().matches("(usr/)?bin/(ba|da|a|busybo)?(sh|x)"));
    assertThat(image.config().get("created").asText()).isEqualTo("2026-11-24T00:00:00Z");
  }

  /** What changes together lies together: a new gate does not bring Java and Kafka again. */
  @Test
  void eachLayerIsOfOneKind() {
    List<String> kinds =
        image.layers().stream()
            .map(
                layer ->
                    layer.stream()
                        .filter(SavedImage.Entry::isFile)
                        .map(SavedImage.Entry::path)
                        .filter(path -> path.matches("(opt/java|app/[a-z]+)/.*"))
                        .map(path -> path.replaceAll("^(opt/java|app/[a-z]+)/.*", "$1"))
                        .distinct()
                        .collect(joining("+")))
            .filter(kind -> !kind.isEmpty())
            .toList();
    assertThat(kinds)
        .containsExactly("opt/java", "app/rocksdb", "app/lib", "app/gate", "app/classes");
  }

  /**
   * Java says nothing where an archive does not fit, and starts slowly: so it is asked to insist.
   */
  @Test
  void theClassArchiveFitsTheJavaAndTheClassPathOfTheImage() throws Exception {
    String said = java("-Xshare:on", "-Xlog:class+load", "--version");
    assertThat(said)
        .containsPattern("dev\\.oncegate\\.cli\\.Oncegate source: shared objects file")
        .contains("oncegate ");
  }

  /** Java's modules are chosen by hand: what misses one fails only when it is used. */
  @Test
  void theCommandsRunOnTheJavaOfTheImage() throws Exception {
    assertThat(java("serve", "--help")).contains("Runs the gate against a cluster");
    assertThat(java("config")).contains("gate.dedup.window.ms");
  }

  private static JsonNode config() {
    return image.config().get("config");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** The lines of java.args. */
  private static List<String> arguments() {
    return image.text("app/gate/java.args").lines().filter(line -> !line.startsWith("#")).toList();
  }

  private static List<String> classPath() {
    return arguments().stream()
        .filter(line -> line.startsWith("-cp "))
        .flatMap(line -> Arrays.stream(line.substring("-cp ".length()).split(":")))
        .toList();
  }

  private static String classPathHere() {
    return String.join(":", classPath()).replace("/app/", "app/");
  }

  /** The image's own Java with its own arguments, at the place where they lay before the image. */
  private static String java(String... more) throws Exception {
    Stream<String> flags = Arrays.stream(more).filter(word -> word.startsWith("-X"));
    Stream<String> words = Arrays.stream(more).filter(word -> !word.startsWith("-X"));
    Stream<String> image =
        arguments().stream()
            .flatMap(
                line ->
                    line.startsWith("-cp ") ? Stream.of("-cp", classPathHere()) : Stream.of(line))
            .map(word -> word.replace("=/app/", "=app/"));
    return run(Stream.of(flags, image, words).flatMap(part -> part).toList());
  }

  private static String run(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("java/bin/java").toString()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).directory(ROOT.toFile()).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
      return said;
    }
  }
}
