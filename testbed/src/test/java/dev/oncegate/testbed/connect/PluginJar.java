package dev.oncegate.testbed.connect;

import dev.oncegate.testbed.stack.BesideTheTestbed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/** The plug-in that users get, which the tests load into the worker. */
final class PluginJar {
  private static final List<String> MODULES = List.of("schemas", "topology", "connectors");

  private PluginJar() {}

  /**
   * Refuses to go on with a jar that is older than the classes in it: it is packed in the package
   * phase, which {@code mvn test} does not reach.
   */
  static void requireRecent() throws IOException {
    Path jar =
        BesideTheTestbed.connectors()
            .resolve("target/plugins/oncegate-connectors/oncegate-connectors.jar");
    for (String module : MODULES) {
      Path classes = BesideTheTestbed.connectors().resolveSibling(module).resolve("target/classes");
      try (Stream<Path> files = Files.walk(classes)) {
        files
            .filter(file -> file.getFileName().toString().endsWith(".class"))
            .filter(file -> modified(file).compareTo(modified(jar)) > 0)
            .findFirst()
            .ifPresent(
                file -> {
                  throw new AssertionError(
                      "%s is older than %s: pack it with mvn -pl connectors -am -DskipTests package"
                          .formatted(jar, file));
                });
      }
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
