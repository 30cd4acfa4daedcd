package dev.oncegate.connect.config;

import dev.oncegate.connect.claim.ClaimCheck;
import dev.oncegate.connect.wire.Wire;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.utils.Utils;

/**
 * All settings of a connector, with everything that is wrong with them at the key where it is
 * wrong.
 */
public final class Setup {
  private static final String REGISTRY_URL = "schema.registry.url";
  private static final Pattern NAMED_KEY = Pattern.compile("configuration ([a-z0-9._]+): ");

  private final Map<String, String> settings;
  private final Map<String, ConfigValue> values = new LinkedHashMap<>();
  private final List<ToolSetup> tools = new ArrayList<>();

  private Setup(Map<String, String> settings) {
    this.settings = settings;
  }

  /** Reads the settings; what is wrong with them is in {@link #values}. */
  public static Setup of(Map<String, String> settings) {
    Setup setup = new Setup(settings);
    setup.add(ExecutorConfig.DEFINITION, settings, "");
    List<String> names = setup.toolNames();
    names.forEach(setup::readTool);
    setup.checkNames();
    setup.checkStrangers(names);
    setup.checkTogether();
    setup.adviseOnConverters();
    return setup;
  }

  /** Every setting with its value and what is wrong with it, for Connect. */
  public List<ConfigValue> values() {
    return List.copyOf(values.values());
  }

  /** The tools; incomplete where something is wrong. */
  public List<ToolSetup> tools() {
    return List.copyOf(tools);
  }

  /**
   * @throws ConfigException where anything is wrong, naming all of it
   */
  public void mustBeRight() {
    List<String> wrong = new ArrayList<>();
    values
        .values()
        .forEach(
            value ->
                value.errorMessages().forEach(error -> wrong.add(value.name() + ": " + error)));
    if (!wrong.isEmpty()) {
      throw new ConfigException(String.join("\n", wrong));
    }
  }

  private void add(ConfigDef definition, Map<String, String> some, String prefix) {
    for (ConfigValue value : definition.validate(some)) {
      values.put(
          prefix + value.name(),
          new ConfigValue(
              prefix + value.name(),
              value.value(),
              value.recommendedValues(),
              new ArrayList<>(value.errorMessages())));
    }
  }

  private List<String> toolNames() {
    ConfigValue value = values.get(ExecutorConfig.TOOLS);
    return value != null
            && value.errorMessages().isEmpty()
            && value.value() instanceof List<?> names
        ? names.stream().map(Object::toString).toList()
        : List.of();
  }

  private void readTool(String alias) {
    String prefix = ToolConfig.PREFIX + alias + ".";
    Map<String, String> own = ExecutorConfig.withoutPrefix(settings, prefix);
    ConfigDef definition = ToolConfig.definition(own);
    add(definition, own, prefix);
    for (String key : own.keySet()) {
      if (!definition.names().contains(key)) {
        wrong(
            prefix + key,
            "is no setting of a tool; there are "
                + String.join(", ", new TreeSet<>(definition.names())));
      }
    }
    List<String> mistaken =
        definition.names().stream()
            .filter(
                key -> {
                  ConfigValue value = values.get(prefix + key);
                  return value != null && !value.errorMessages().isEmpty();
                })
            .toList();
    if (mistaken.contains(ToolConfig.URL)) {
      return;
    }
    // With its default instead, so that what else is wrong is told in the same answer.
    own.keySet().removeAll(mistaken);
    ToolReader reader = new ToolReader(alias, new ToolConfig(own));
    ToolSetup tool = reader.read();
    reader.problems().forEach(problem -> wrong(problem.key(), problem.message()));
    if (tool != null && mistaken.isEmpty()) {
      tools.add(tool);
    }
  }

  private void checkNames() {
    Map<String, Integer> seen = new HashMap<>();
    for (ToolSetup tool : tools) {
      if (seen.merge(tool.tool().name(), 1, Integer::sum) == 2) {
        wrong(
            ExecutorConfig.TOOLS,
            "two tools have the name '%s' in effects".formatted(tool.tool().name()));
      }
    }
  }

  private void checkStrangers(List<String> names) {
    for (String key : new TreeSet<>(settings.keySet())) {
      if (key.startsWith(ToolConfig.PREFIX)
          && !names.isEmpty()
          && names.stream().noneMatch(name -> key.startsWith(ToolConfig.PREFIX + name + "."))) {
        wrong(key, "belongs to no tool that %s names".formatted(ExecutorConfig.TOOLS));
      }
    }
  }

  private void checkTogether() {
    if (isRight(REGISTRY_URL)) {
      try {
        Wire.check(settings);
      } catch (ConfigException e) {
        wrong(keyIn(e, REGISTRY_URL), String.valueOf(e.getMessage()));
      }
    }
    ConfigValue claimCheck = values.get(ExecutorConfig.CLAIM_CHECK_CLASS);
    if (claimCheck != null && claimCheck.value() instanceof Class<?> type) {
      checkClaimCheck(type);
    }
  }

  private void checkClaimCheck(Class<?> type) {
    if (!ClaimCheck.class.isAssignableFrom(type)) {
      wrong(
          ExecutorConfig.CLAIM_CHECK_CLASS,
          "%s does not implement %s".formatted(type.getName(), ClaimCheck.class.getName()));
      return;
    }
    try (ClaimCheck claimCheck = (ClaimCheck) Utils.newInstance(type)) {
      claimCheck.configure(ExecutorConfig.claimCheck(settings));
    } catch (KafkaException e) {
      wrong(keyIn(e, ExecutorConfig.CLAIM_CHECK_CLASS), String.valueOf(e.getMessage()));
    }
  }

  /** The key that the message of a ConfigException names. */
  private static String keyIn(KafkaException error, String otherwise) {
    Matcher key = NAMED_KEY.matcher(String.valueOf(error.getMessage()));
    return key.find() ? key.group(1) : otherwise;
  }

  /**
   * The worker's converter is what a connector gets that sets none; it cannot see which that is.
   */
  private void adviseOnConverters() {
    for (String key : List.of(ExecutorConfig.KEY_CONVERTER, ExecutorConfig.VALUE_CONVERTER)) {
      if (settings.get(key) == null) {
        wrong(key, ExecutorConfig.CONVERTER_ADVICE);
      }
    }
  }

  private boolean isRight(String key) {
    ConfigValue value = values.get(key);
    return value != null && value.errorMessages().isEmpty();
  }

  private void wrong(String key, String message) {
    values
        .computeIfAbsent(
            key, name -> new ConfigValue(name, null, new ArrayList<>(), new ArrayList<>()))
        .addErrorMessage(message);
  }
}
