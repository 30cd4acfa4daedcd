package dev.oncegate.config;

import dev.oncegate.serde.RegistryConfig;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** The reference of all settings, generated from their definitions. */
public final class ConfigReference {
  private ConfigReference() {}

  /** The reference as Markdown. */
  public static String markdown() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Configuration

        Settings come from a properties file (`--config FILE`), from environment variables, and from `--set key=value`; \
        the later word counts. An environment variable begins with `ONCEGATE_`; the rest is the key in capitals, with `_` \
        for a dot, `__` for a dash and `___` for an underscore: `ONCEGATE_GATE_DEDUP_WINDOW_MS` is `gate.dedup.window.ms`.

        This page is printed by `./oncegate config`.

        ## The gate

        """);
    section(GateKeys.DEFINITION, out);
    out.append("## For single tools\n\n");
    out.append("`gate.tool.NAME.X` overrides `gate.X` for calls of the tool NAME:\n\n");
    ToolKeys.OVERRIDABLE.stream()
        .sorted()
        .forEach(
            key ->
                out.append(
                    "- `%sNAME%s`%n".formatted(ToolKeys.PREFIX, key.substring("gate".length()))));
    out.append(
        """

        ## Kafka Streams and Kafka's clients

        Every other key goes to [Kafka Streams](https://kafka.apache.org/documentation/#streamsconfigs) as it is, with \
        `producer.`, `consumer.`, `main.consumer.` and `admin.` as prefixes for the clients. `bootstrap.servers` is \
        required; `processing.guarantee` is `exactly_once_v2` and nothing else. Where Kafka's default does not fit, the \
        gate has its own:

        | key | default here |
        | --- | --- |
        """);
    Map<String, String> defaults = new TreeMap<>(GateConfig.KAFKA_DEFAULTS);
    defaults.put("num.stream.threads", "the number of processors");
    defaults.forEach((key, value) -> out.append("| `%s` | %s |%n".formatted(key, value)));
    out.append("\n## The schema registry\n\nUnder the keys of kafka-avro-serializer.\n\n");
    section(RegistryConfig.DEFINITION, out);
    return out.toString().stripTrailing() + "\n";
  }

  private static void section(ConfigDef definition, StringBuilder out) {
    Comparator<ConfigKey> byImportance = Comparator.comparing(key -> key.importance);
    List<ConfigKey> keys =
        definition.configKeys().values().stream()
            .sorted(byImportance.thenComparing(key -> key.name))
            .toList();
    for (ConfigKey key : keys) {
      out.append("### `%s`%n%n%s%n%n".formatted(key.name, key.documentation));
      out.append("| type | default | allowed | importance |\n| --- | --- | --- | --- |\n");
      out.append(
          "| %s | %s | %s | %s |%n%n"
              .formatted(
                  key.type.name().toLowerCase(Locale.ROOT),
                  defaultOf(key),
                  key.validator == null ? "" : key.validator.toString(),
                  key.importance.name().toLowerCase(Locale.ROOT)));
    }
  }

  private static String defaultOf(ConfigKey key) {
    if (!key.hasDefault()) {
      return "required";
    }
    return key.defaultValue == null ? "none" : "`%s`".formatted(key.defaultValue);
  }
}
