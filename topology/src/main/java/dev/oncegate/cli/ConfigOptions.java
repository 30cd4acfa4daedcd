package dev.oncegate.cli;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say with which settings a gate runs. */
public final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties file with the settings; 'oncegate config' lists them.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "One setting; goes before the environment (ONCEGATE_GATE_SCOPE=run is gate.scope=run), which goes before the file. May be repeated.")
  private final Map<String, String> set = new LinkedHashMap<>();

  /** All settings together. */
  public Map<String, String> settings() {
    return Settings.of(file, System.getenv(), set);
  }

  /** The configuration, checked. */
  public GateConfig config() {
    return GateConfig.of(settings());
  }
}
