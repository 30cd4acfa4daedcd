package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Where a PostgreSQL database is and who logs in: one of {@link Postgres}, or the user's own.
 *
 * @param password empty where the server asks for none
 */
public record Database(String host, int port, String name, String user, String password) {
  private static final int DEFAULT_PORT = 5432;

  /**
   * A database by its URL, as psql takes it.
   *
   * @param url postgresql://user:password@host:port/name; port and password may be left out
   * @throws IllegalArgumentException saying what is missing
   */
  public static Database of(String url) {
    URI uri = URI.create(url);
    String user = uri.getUserInfo();
    String path = uri.getPath();
    if (!"postgresql".equals(uri.getScheme())
        || uri.getHost() == null
        || user == null
        || path == null
        || path.length() < 2) {
      // Without the URL, which may hold a password.
      throw new IllegalArgumentException(
          "the URL of the database must be postgresql://user:password@host:port/name");
    }
    int colon = user.indexOf(':');
    return new Database(
        uri.getHost(),
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        path.substring(1),
        colon < 0 ? user : user.substring(0, colon),
        colon < 0 ? "" : user.substring(colon + 1));
  }

  /** As JDBC takes it, without user and password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://%s:%d/%s".formatted(host, port, name);
  }

  /** Another database of the same server. */
  public Database named(String other) {
    return new Database(host, port, other, user, password);
  }

  /** A new connection; the caller closes it. */
  public Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    return DriverManager.getConnection(jdbcUrl(), properties);
  }

  /**
   * Runs a script in one transaction.
   *
   * @param script statements of SQL, none of psql's own commands
   */
  public void run(Path script) throws SQLException, IOException {
    run(Files.readString(script));
  }

  /** Runs statements in one transaction. */
  public void run(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "postgresql://%s@%s:%d/%s".formatted(user, host, port, name);
  }
}
