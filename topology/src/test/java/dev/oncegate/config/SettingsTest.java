package dev.oncegate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir private Path directory;

  @Test
  void theCommandLineGoesBeforeTheEnvironmentWhichGoesBeforeTheFile() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("gate.properties"), "gate.scope=run\ngate.deadline.ms=1\na.b=1 \n");
    Map<String, String> settings =
        Settings.of(
            file,
            Map.of(
                "ONCEGATE_GATE_SCOPE", "agent", "ONCEGATE_GATE_DEADLINE_MS", "2", "PATH", "/bin"),
            Map.of("gate.scope", "tenant"));
    assertThat(settings)
        .isEqualTo(Map.of("gate.scope", "tenant", "gate.deadline.ms", "2", "a.b", "1"));
  }

  @Test
  void underscoresStandForDotsDashesAndThemselves() {
    assertThat(Settings.keyOf("ONCEGATE_GATE_TOOL_SEND___MAIL_DEADLINE_MS"))
        .isEqualTo("gate.tool.send_mail.deadline.ms");
    assertThat(Settings.keyOf("ONCEGATE_GATE_TOOL_SEND__MAIL_DEADLINE_MS"))
        .isEqualTo("gate.tool.send-mail.deadline.ms");
  }

  @Test
  void whatTheLauncherReadsIsNoSetting() {
    assertThat(Settings.of(null, Map.of("ONCEGATE_JVM_OPTS", "-Xmx1g"), Map.of())).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path missing = directory.resolve("missing.properties");
    assertThatThrownBy(() -> Settings.of(missing, Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("does not exist");
  }
}
