package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where other modules of the checkout have put what the testbed runs and is not its own. Those who
 * only want broker, registry and gate do not build them, so it may be missing.
 */
public final class BesideTheTestbed {
  private BesideTheTestbed() {}

  /** The jars of a Connect worker, sorted. */
  static List<Path> workerJars() {
    return jarsIn("worker");
  }

  /** Folder of Connect plug-ins, one folder each. */
  static Path plugins() {
    return folder("plugins");
  }

  /** The folder of the module {@code connectors}. */
  public static Path connectors() {
    return module().resolveSibling("connectors");
  }

  /** Folder of the plug-ins of that module, as its build packs them. */
  static Path ownPlugins() {
    Path folder = connectors().resolve("target").resolve("plugins");
    if (!Files.exists(folder.resolve("oncegate-connectors").resolve("oncegate-connectors.jar"))) {
      throw new StackException(
          "no plug-in in %s: build it with mvn -pl connectors -am -DskipTests package"
              .formatted(folder));
    }
    return folder;
  }

  /** The jar with the archive of PostgreSQL for this platform. */
  static Path postgresJar() {
    return jarsIn("postgres").get(0);
  }

  /** The jars of the Flink job, its own among them. */
  static List<Path> flinkJars() {
    Path folder = module().resolve("flink").resolve("target").resolve("lib");
    if (!Files.isDirectory(folder)) {
      throw new StackException(
          "nothing in %s: build it with mvn -Pflink -pl testbed/flink -am -DskipTests package, which downloads about 150 MB"
              .formatted(folder));
    }
    return jarsIn(folder);
  }

  private static List<Path> jarsIn(String name) {
    return jarsIn(folder(name));
  }

  private static List<Path> jarsIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> jars =
          files.filter(file -> file.getFileName().toString().endsWith(".jar")).sorted().toList();
      if (jars.isEmpty()) {
        throw notBuilt(folder);
      }
      return jars;
    } catch (IOException e) {
      throw new StackException("%s cannot be read: %s".formatted(folder, e), e);
    }
  }

  private static Path folder(String name) {
    Path folder = module().resolve("connect").resolve("target").resolve(name);
    if (!Files.isDirectory(folder)) {
      throw notBuilt(folder);
    }
    return folder;
  }

  /** The classes lie in testbed/target/classes, the jar in testbed/target. */
  private static Path module() {
    try {
      return Path.of(
              BesideTheTestbed.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .getParent()
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StackException notBuilt(Path folder) {
    return new StackException(
        "nothing in %s: build it with mvn -pl testbed/connect generate-resources, which downloads about 150 MB"
            .formatted(folder));
  }
}
