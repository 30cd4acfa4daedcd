package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void theReadmeListsTheSettingsAsTheyAre() throws IOException {
    String rows =
        IngressKeys.DEFINITION.configKeys().values().stream()
            .map(ReadmeTest::row)
            .collect(Collectors.joining());
    assertThat(Files.readString(Path.of("README.md"))).contains(rows);
  }

  @Test
  void theReadmeListsTheProblemsAsTheyAre() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    for (ProblemType problem : ProblemType.values()) {
      assertThat(readme)
          .contains(
              "| %d | `%s` |"
                  .formatted(problem.status(), problem.uri().replace("urn:oncegate:problem:", "")));
    }
  }

  private static String row(ConfigKey key) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            key.name,
            key.defaultValue == null ? "none" : "`%s`".formatted(key.defaultValue),
            key.validator == null
                ? key.type.name().toLowerCase(Locale.ROOT)
                : key.validator.toString(),
            key.documentation);
  }
}
