package dev.oncegate.testbed.connect;

import dev.oncegate.testbed.stack.BesideTheTestbed;
import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.Stack;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The ready-made configurations of the module {@code connectors}, filled in for one stack. */
public final class Connectors {
  /** Bring the gate's topics into tables, one each. */
  public static final List<String> HISTORY =
      List.of("history-run-events", "history-effects", "history-outcomes", "history-circuits");

  /** Brings commands from a table to the gate. */
  public static final String OUTBOX = "outbox";

  /** Calls the simulated tools. */
  public static final String EXECUTOR = "tool-executor";

  private static final List<String> TOOLS = List.of("payments", "tickets", "mails");
  private static final String BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter";

  private Connectors() {}

  /** The file of a connector, as {@code POST /connectors} takes it. */
  public static Path file(String connector) {
    return BesideTheTestbed.connectors().resolve("config").resolve(connector + ".json");
  }

  /** A script of the module. */
  static Path sql(String name) {
    return BesideTheTestbed.connectors().resolve("sql").resolve(name);
  }

  /** What the files name as ${env:NAME}: one database for the history and the outbox. */
  public static Map<String, String> environment(Stack stack, Database database) {
    return Map.ofEntries(
        Map.entry("SCHEMA_REGISTRY_URL", stack.registryUrl()),
        Map.entry("HISTORY_JDBC_URL", database.jdbcUrl()),
        Map.entry("HISTORY_USER", database.user()),
        Map.entry("HISTORY_PASSWORD", database.password()),
        Map.entry("OUTBOX_HOST", database.host()),
        Map.entry("OUTBOX_PORT", Integer.toString(database.port())),
        Map.entry("OUTBOX_DATABASE", database.name()),
        Map.entry("OUTBOX_USER", database.user()),
        Map.entry("OUTBOX_PASSWORD", database.password()));
  }

  /**
   * The tool executor for the simulated tools. Effects of other tools are left to whoever plays
   * their executor.
   *
   * @param toolsUrl where the tools are, without a slash at the end
   */
  public static Map<String, String> executor(String bootstrapServers, String toolsUrl) {
    Map<String, String> config =
        new TreeMap<>(
            Map.of(
                "connector.class",
                "dev.oncegate.connect.ToolExecutorConnector",
                "tasks.max",
                "2",
                "topics",
                "agent.effects",
                "key.converter",
                BYTES,
                "value.converter",
                BYTES,
                "header.converter",
                BYTES,
                "kafka.bootstrap.servers",
                bootstrapServers,
                "schema.registry.url",
                "${env:SCHEMA_REGISTRY_URL}",
                "unknown.tool",
                "ignore",
                "tools",
                String.join(",", TOOLS)));
    config.put("consumer.override.isolation.level", "read_committed");
    config.put("consumer.override.auto.offset.reset", "earliest");
    for (String tool : TOOLS) {
      config.put("tool.%s.url".formatted(tool), "%s/%s".formatted(toolsUrl, tool));
      config.put("tool.%s.idempotent".formatted(tool), "true");
    }
    return config;
  }
}
