package dev.oncegate.testbed.cli;

import dev.oncegate.config.GateKeys;
import dev.oncegate.testbed.connect.Surroundings;
import dev.oncegate.testbed.stack.Database;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What runs beside the stack of {@code up}. */
final class ConnectOptions {
  @Option(
      names = "--connect",
      description =
          "Also run PostgreSQL, simulated tools (payments, tickets, mails), and a Connect worker that executes effects by them, keeps the history in tables and takes commands from an outbox.")
  private boolean connect;

  @Option(
      names = "--connect-port",
      paramLabel = "PORT",
      defaultValue = "8083",
      description = "Port of the Connect worker's REST API; 0: any free one.")
  private int connectPort;

  @Option(
      names = "--tools-port",
      paramLabel = "PORT",
      defaultValue = "8090",
      description = "Port of the simulated tools; 0: any free one.")
  private int toolsPort;

  @Option(
      names = "--postgres-port",
      paramLabel = "PORT",
      defaultValue = "5433",
      description = "Port of PostgreSQL; 0: any free one.")
  private int postgresPort;

  @Option(
      names = "--database",
      paramLabel = "URL",
      description =
          "Your own PostgreSQL (12 or later, with wal_level=logical) instead of one beside the stack: postgresql://user@host:port/name, with the password in PGPASSWORD or after the user. Tables are made where they are missing; drop the replication slot agent_outbox when you need them no more.")
  private @Nullable String database;

  /**
   * What is to be started.
   *
   * @param settings of the gate
   * @return empty: nothing
   * @throws ParameterException where options do not fit
   */
  Optional<Surroundings.Plan> plan(CommandLine commandLine, Map<String, String> settings) {
    if (!connect) {
      requireNone(commandLine);
      return Optional.empty();
    }
    if (settings.containsKey(GateKeys.TOPIC_PREFIX)) {
      throw new ParameterException(
          commandLine,
          "%s cannot be set with --connect: the ready-made connectors read and write agent.*"
              .formatted(GateKeys.TOPIC_PREFIX));
    }
    Up.requirePort(commandLine, "--connect-port", connectPort);
    Up.requirePort(commandLine, "--tools-port", toolsPort);
    Up.requirePort(commandLine, "--postgres-port", postgresPort);
    return Optional.of(
        new Surroundings.Plan(connectPort, toolsPort, postgresPort, ownDatabase(commandLine)));
  }

  private static void requireNone(CommandLine commandLine) {
    for (String option :
        List.of("--connect-port", "--tools-port", "--postgres-port", "--database")) {
      if (commandLine.getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(commandLine, option + " needs --connect");
      }
    }
  }

  private @Nullable Database ownDatabase(CommandLine commandLine) {
    if (database == null) {
      return null;
    }
    try {
      Database own = Database.of(database);
      String password = System.getenv("PGPASSWORD");
      return own.password().isEmpty() && password != null
          ? new Database(own.host(), own.port(), own.name(), own.user(), password)
          : own;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(commandLine, "--database: " + e.getMessage());
    }
  }
}
