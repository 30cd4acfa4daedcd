package dev.oncegate.testbed.connect;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The module connectors as a folder of Connect plug-ins, made of what is on the class path of the
 * tests: the folder that the build makes is there only after the package phase, and may be stale.
 */
final class OwnPlugins {
  private static final List<String> LIBRARIES =
      List.of("avro-", "jackson-annotations-", "jackson-core-", "jackson-databind-");

  private OwnPlugins() {}

  /** Fills a folder; it is what a worker's plugin.path names. */
  static Path in(Path folder) throws IOException {
    Path plugin = Files.createDirectories(folder.resolve("oncegate-connectors"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      String name = path.getFileName().toString();
      if (Files.isDirectory(path) && name.equals("classes")) {
        String module = path.getParent().getParent().getFileName().toString();
        switch (module) {
          case "connectors", "schemas" -> jar(path, "", plugin.resolve(module + ".jar"));
          case "topology" -> jar(path, "dev/oncegate/gate/serde", plugin.resolve(module + ".jar"));
          default -> {
            // The testbed's own.
          }
        }
      } else if (isOurs(name) || LIBRARIES.stream().anyMatch(name::startsWith)) {
        Files.copy(path, plugin.resolve(name));
      }
    }
    return folder;
  }

  private static boolean isOurs(String name) {
    return name.startsWith("oncegate-") && name.endsWith(".jar");
  }

  private static void jar(Path classes, String under, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream zip = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes.resolve(under))) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> add(zip, classes.relativize(file).toString(), file));
    }
  }

  private static void add(JarOutputStream zip, String name, Path file) {
    try {
      zip.putNextEntry(new JarEntry(name));
      Files.copy(file, zip);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
