package dev.oncegate.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DemoCommandTest {
  private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

  /** Set, so that a demo of this process leaves the log of the tests alone. */
  @BeforeEach
  void keepTheLog() {
    System.setProperty(LOG_CONFIGURATION, "classpath:log4j2.properties");
  }

  @AfterEach
  void forgetIt() {
    System.clearProperty(LOG_CONFIGURATION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "26", "-1"})
  void aDurationOutOfRangeIsBadUsageAndNamesTheRange(String duration) {
    StringWriter errors = new StringWriter();
    int code =
        new CommandLine(new DemoCommand())
            .setErr(new PrintWriter(errors))
            .execute("--duration=" + duration);
    assertThat(code).isEqualTo(2);
    assertThat(errors.toString())
        .contains("--duration is %s: allowed is 1 to 25".formatted(duration));
  }

  @Test
  void dataIsDeletedAndTheLogIsKeptUnlessAllWentWell() throws Exception {
    Path data;
    try (DemoFiles files = DemoFiles.make()) {
      data = files.data();
      Files.createDirectories(data.resolve("broker/topic"));
      Files.writeString(data.resolve("broker/topic/segment"), "bytes");
    }
    assertThat(data).doesNotExist();
    Path log = Path.of(System.getProperty("oncegate.demo.log"));
    assertThat(log).exists();
    Files.delete(log);

    try (DemoFiles files = DemoFiles.make()) {
      log = Path.of(System.getProperty("oncegate.demo.log"));
      assertThat(log).exists();
      files.forgetLog();
    }
    assertThat(log).doesNotExist();
  }
}
