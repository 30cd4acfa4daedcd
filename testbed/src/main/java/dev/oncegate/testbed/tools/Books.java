package dev.oncegate.testbed.tools;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.oncegate.testbed.stack.Database;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables of the tools. An action and its answer are written in one transaction. */
final class Books implements AutoCloseable {
  /** The tools, each with a table of its name. */
  static final Set<String> TOOLS = Set.of("payments", "tickets", "mails");

  private static final int CONNECTIONS = 16;

  private final HikariDataSource connections;

  private Books(HikariDataSource connections) {
    this.connections = connections;
  }

  /** What a call came to. */
  sealed interface Entry {
    /** Executed now, or before with the same key: the answer is the same. */
    record Executed(String answer) implements Entry {}

    /** The key was used for something else. */
    record OtherArgs() implements Entry {}
  }

  /** Opens the books; the tables are made where they are missing. */
  static Books open(Database database) throws SQLException {
    database.run(tables());
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(database.jdbcUrl());
    config.setUsername(database.user());
    config.setPassword(database.password());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setAutoCommit(false);
    config.setPoolName("tools");
    return new Books(new HikariDataSource(config));
  }

  private static String tables() {
    try (InputStream sql = Books.class.getResourceAsStream("tools.sql")) {
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Executes a call.
   *
   * @param tool one of {@link #TOOLS}
   * @param key null: the call has none
   * @param args a JSON value
   * @param honoursKey whether a key that is known is not executed again
   */
  Entry execute(String tool, @Nullable String key, String args, boolean honoursKey)
      throws SQLException {
    try (Connection connection = connections.getConnection()) {
      // A second call with the key waits here until the first one is committed.
      if (honoursKey && key != null && !claim(connection, tool, key, args)) {
        return known(connection, tool, key, args);
      }
      String answer = write(connection, tool, key, args);
      if (honoursKey && key != null) {
        try (PreparedStatement statement =
            connection.prepareStatement(
                "update tool_answers set answer = ? where tool = ? and idempotency_key = ?")) {
          statement.setString(1, answer);
          statement.setString(2, tool);
          statement.setString(3, key);
          statement.executeUpdate();
        }
      }
      connection.commit();
      return new Entry.Executed(answer);
    }
  }

  private static boolean claim(Connection connection, String tool, String key, String args)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into tool_answers (tool, idempotency_key, args) values (?, ?, ?::jsonb)"
                + " on conflict do nothing")) {
      statement.setString(1, tool);
      statement.setString(2, key);
      statement.setString(3, args);
      return statement.executeUpdate() == 1;
    }
  }

  private static Entry known(Connection connection, String tool, String key, String args)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select answer, args = ?::jsonb from tool_answers"
                + " where tool = ? and idempotency_key = ?")) {
      statement.setString(1, args);
      statement.setString(2, tool);
      statement.setString(3, key);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(2) ? new Entry.Executed(row.getString(1)) : new Entry.OtherArgs();
      }
    }
  }

  private static String write(Connection connection, String tool, @Nullable String key, String args)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into %s (idempotency_key, args) values (?, ?::jsonb) returning id"
                .formatted(tool))) {
      statement.setString(1, key);
      statement.setString(2, args);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return "{\"tool\":\"%s\",\"id\":%d}".formatted(tool, row.getLong(1));
      }
    }
  }

  @Override
  public void close() {
    connections.close();
  }
}
