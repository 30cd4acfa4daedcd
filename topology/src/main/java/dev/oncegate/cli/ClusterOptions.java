package dev.oncegate.cli;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.Settings;
import dev.oncegate.serde.RegistryConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that say which cluster is meant; by default the one that {@code oncegate up} runs here.
 */
public final class ClusterOptions {
  /** Where {@code up} keeps its data, and says how to reach it while it runs. */
  public static final Path HOME = Path.of(System.getProperty("oncegate.home", ""), ".oncegate");

  /** The file, in {@link #HOME}, with the settings that reach a running {@code up}. */
  public static final String UP_PROPERTIES = "up.properties";

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Brokers, comma separated. Default: of the running 'oncegate up'.")
  private @Nullable String bootstrapServer;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "Schema registry (Confluent API). Default: of the running 'oncegate up'.")
  private @Nullable String registry;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties file with the settings of gate and clients, such as gate.topic.prefix or security.protocol.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting; goes before file and environment.")
  private final Map<String, String> set = new LinkedHashMap<>();

  /**
   * The configuration that reaches the cluster.
   *
   * @throws FailedException where no cluster is named and none runs here
   */
  public GateConfig config() {
    Map<String, String> settings = Settings.of(file, System.getenv(), set);
    if (bootstrapServer != null) {
      settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServer);
    }
    if (registry != null) {
      settings.put(RegistryConfig.URL, registry);
    }
    Path up = HOME.resolve(UP_PROPERTIES);
    if (Files.exists(up)) {
      Settings.read(up).forEach(settings::putIfAbsent);
    }
    require(settings, CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "--bootstrap-server");
    require(settings, RegistryConfig.URL, "--registry");
    return GateConfig.of(settings);
  }

  private static void require(Map<String, String> settings, String key, String option) {
    if (!settings.containsKey(key)) {
      throw new FailedException(
          "%s is not set and no 'oncegate up' runs here: start one, or name a cluster by %s."
              .formatted(key, option));
    }
  }
}
