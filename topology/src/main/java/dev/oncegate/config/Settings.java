package dev.oncegate.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from: a properties file, then environment variables, then what was set on the
 * command line; the later word counts.
 *
 * <p>{@code ONCEGATE_GATE_DEDUP_WINDOW_MS} is {@code gate.dedup.window.ms}: a single underscore
 * stands for a dot, two for a dash, three for an underscore, as in Confluent's images.
 */
public final class Settings {
  private static final String PREFIX = "ONCEGATE_";
  // Read by the launcher script, not by the gate.
  private static final Set<String> LAUNCHERS_OWN = Set.of("ONCEGATE_JVM_OPTS", "ONCEGATE_HOME");

  private Settings() {}

  /**
   * All settings together.
   *
   * @param file null: none
   * @throws ConfigException where the file cannot be read
   */
  public static Map<String, String> of(
      @Nullable Path file, Map<String, String> environment, Map<String, String> commandLine) {
    Map<String, String> settings = new TreeMap<>();
    if (file != null) {
      settings.putAll(read(file));
    }
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX) && !LAUNCHERS_OWN.contains(name)) {
            settings.put(keyOf(name), value);
          }
        });
    settings.putAll(commandLine);
    return settings;
  }

  /**
   * The settings of a properties file.
   *
   * @throws ConfigException where it cannot be read
   */
  public static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(in);
    } catch (NoSuchFileException e) {
      throw new ConfigException("The configuration file %s does not exist.".formatted(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "The configuration file %s cannot be read: %s".formatted(file, e.getMessage()));
    }
    Map<String, String> settings = new TreeMap<>();
    properties
        .stringPropertyNames()
        .forEach(key -> settings.put(key, properties.getProperty(key).strip()));
    return settings;
  }

  static String keyOf(String variable) {
    return variable
        .substring(PREFIX.length())
        .toLowerCase(Locale.ROOT)
        .replace("___", "\u0000")
        .replace("__", "-")
        .replace('_', '.')
        .replace('\u0000', '_');
  }
}
