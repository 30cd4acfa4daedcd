package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of this module. */
final class Module {
  static final Path ROOT = Path.of(System.getProperty("oncegate.module"));
  static final Path CHART = ROOT.resolve("oncegate");
  static final Path RESOURCES = ROOT.resolve("src/test/resources");
  static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final boolean UPDATE = Boolean.getBoolean("oncegate.update");

  private Module() {}

  /** Every values file of the matrix, by name. */
  static List<String> matrix() {
    try (Stream<Path> files = Files.list(RESOURCES.resolve("matrix"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A values file of the matrix. */
  static Path values(String name) {
    return RESOURCES.resolve("matrix").resolve(name);
  }

  /** A program on the PATH. */
  static Optional<Path> onThePath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static String textOf(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode yaml(String text) {
    try {
      return YAML.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Compares a file of the project with what it should be; with -Doncegate.update=true writes it.
   */
  static void assertIs(Path file, String expected) {
    try {
      if (UPDATE) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, expected);
      }
      assertThat(Files.exists(file) ? Files.readString(file) : "")
          .as(
              "%s; if it should change, run the tests of helm/ with -Doncegate.update=true and look at the difference",
              ROOT.relativize(file))
          .isEqualTo(expected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
