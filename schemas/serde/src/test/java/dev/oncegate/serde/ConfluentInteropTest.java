package dev.oncegate.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Ours against Confluent's own classes, in a process of its own: they come in a jar full of other
 * things that must not get on the class path of the other tests. Runs where the Maven profile
 * {@code interop} has fetched that jar.
 */
class ConfluentInteropTest {
  private static final Path CLASSES = Path.of("target", "confluent", "confluent-classes.jar");

  static boolean confluentsClassesAreThere() {
    return Files.exists(CLASSES);
  }

  @Test
  @EnabledIf("confluentsClassesAreThere")
  void oursAndConfluentsAreInterchangeable() throws Exception {
    String classPath =
        System.getProperty("java.class.path") + File.pathSeparator + CLASSES.toAbsolutePath();
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                ConfluentInterop.class.getName())
            .redirectErrorStream(true)
            .start();

    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(child.waitFor()).as(said).isZero();
    List<String> passed = said.lines().filter(line -> line.startsWith("passed ")).toList();
    assertThat(passed).as(said).hasSameSizeAs(ConfluentInterop.CHECKS.keySet());
  }
}
