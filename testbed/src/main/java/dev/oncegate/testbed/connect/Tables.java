package dev.oncegate.testbed.connect;

import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The tables of the history and of the outbox. */
public final class Tables {
  private Tables() {}

  /**
   * Makes the tables that are not there.
   *
   * @throws StackException where the database is away, or does not log what the outbox needs
   */
  public static void prepare(Database database) {
    try {
      String walLevel = first(database, "show wal_level");
      if (!"logical".equals(walLevel)) {
        throw new StackException(
            "wal_level of %s is %s: the outbox needs logical (alter system set wal_level = logical, then start the server again)"
                .formatted(database, walLevel));
      }
      prepare(database, "agent_run_events", Connectors.sql("history.sql"));
      prepare(database, "agent_outbox", Connectors.sql("outbox.sql"));
    } catch (SQLException | IOException e) {
      throw new StackException(
          "the tables cannot be made in %s: %s".formatted(database, e.getMessage()), e);
    }
  }

  private static void prepare(Database database, String table, Path script)
      throws SQLException, IOException {
    if (first(database, "select to_regclass('%s')".formatted(table)) == null) {
      database.run(script);
    }
  }

  private static @Nullable String first(Database database, String query) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
