package dev.oncegate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {

  @Test
  void thePageInTheDocumentationIsWhatTheCommandPrints() throws IOException {
    Path page = Path.of("../docs/configuration.md");
    assertThat(Files.readString(page))
        .as(
            "docs/configuration.md; './oncegate config > docs/configuration.md' brings it up to date")
        .isEqualTo(ConfigReference.markdown());
  }

  @Test
  void everySettingSaysWhatItMeans() {
    assertThat(GateKeys.DEFINITION.configKeys().values())
        .allSatisfy(ConfigReferenceTest::isDocumented);
  }

  private static void isDocumented(ConfigKey key) {
    assertThat(key.documentation).as(key.name).hasSizeGreaterThan(20);
    assertThat(key.name.endsWith(".ms"))
        .as("%s tells its unit", key.name)
        .isEqualTo(key.documentation.contains("millisecond"));
    assertThat(ConfigReference.markdown()).contains("### `" + key.name + "`");
  }
}
