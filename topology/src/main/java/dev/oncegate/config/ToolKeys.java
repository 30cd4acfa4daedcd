package dev.oncegate.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Settings for single tools: {@code gate.tool.NAME.X} overrides {@code gate.X} for the tool of that
 * name. The name may contain dots; the key ends with one of {@link #OVERRIDABLE}.
 */
final class ToolKeys {
  static final String PREFIX = "gate.tool.";

  /**
   * What can be overridden. Longer endings come first, so that none hides behind the end of
   * another.
   */
  static final List<String> OVERRIDABLE =
      List.of(
          GateKeys.GUARD_MAX_CALLS_PER_WINDOW,
          GateKeys.GUARD_MAX_REPEATED_FAILURES,
          GateKeys.GUARD_MAX_CALLS,
          GateKeys.GUARD_MAX_REPETITIONS,
          GateKeys.GUARD_MAX_CONFLICTS,
          GateKeys.GUARD_MAX_RETRIES,
          GateKeys.DEADLINE_MS,
          GateKeys.ATTEMPTS_MAX);

  private ToolKeys() {}

  /**
   * The overrides among some settings: by tool, then by the key they override.
   *
   * @throws ConfigException where a key of the family has no tool or an unknown ending, or a value
   *     is not allowed
   */
  static Map<String, Map<String, Object>> of(Map<String, ?> settings) {
    Map<String, Map<String, Object>> byTool = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(PREFIX)) {
            String general = generalKeyOf(key);
            int nameEnd = general == null ? 0 : key.length() - ending(general).length();
            if (general == null || nameEnd <= PREFIX.length()) {
              throw new ConfigException(
                  "%s is no setting; for a tool there are %sNAME%s"
                      .formatted(key, PREFIX, String.join(", " + PREFIX + "NAME", endings())));
            }
            String tool = key.substring(PREFIX.length(), nameEnd);
            byTool
                .computeIfAbsent(tool, t -> new LinkedHashMap<>())
                .put(general, parsed(key, general, value));
          }
        });
    return byTool;
  }

  private static @Nullable String generalKeyOf(String key) {
    return OVERRIDABLE.stream()
        .filter(general -> key.endsWith(ending(general)))
        .findFirst()
        .orElse(null);
  }

  private static Object parsed(String key, String general, Object value) {
    ConfigDef.ConfigKey definition = GateKeys.DEFINITION.configKeys().get(general);
    Object parsed = ConfigDef.parseType(key, value, definition.type);
    if (definition.validator != null) {
      definition.validator.ensureValid(key, parsed);
    }
    return parsed;
  }

  private static List<String> endings() {
    return OVERRIDABLE.stream().map(ToolKeys::ending).toList();
  }

  /** {@code gate.deadline.ms} ends a tool's key as {@code .deadline.ms}. */
  private static String ending(String general) {
    return general.substring("gate".length());
  }
}
