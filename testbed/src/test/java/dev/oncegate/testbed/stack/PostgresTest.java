package dev.oncegate.testbed.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresTest {
  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();

  @TempDir private Path directory;

  @Test
  void whatIsCommittedIsThereAfterAnEndInOrderAndAfterAnAccident() throws Exception {
    int port;
    try (Postgres postgres = Postgres.start(directory, 0)) {
      postgres.awaitReady(NEVER);
      port = postgres.database().port();
      postgres.database().run("create table kept (n int); insert into kept values (1)");
      assertThat(first(postgres, "show wal_level")).isEqualTo("logical");
      assertThatThrownBy(() -> Postgres.start(directory.resolve("other"), port))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("port %d of 127.0.0.1 is in use", port)
          .hasMessageContaining("--postgres-port");
    }
    try (Postgres postgres = Postgres.start(directory, port)) {
      postgres.awaitReady(NEVER);
      postgres.database().run("insert into kept values (2)");
      try (Connection open = postgres.database().connect();
          Statement statement = open.createStatement()) {
        open.setAutoCommit(false);
        statement.execute("insert into kept values (3)");
        List<ProcessHandle> all = ProcessHandle.of(postgres.pid()).get().descendants().toList();
        assertThat(all).hasSizeGreaterThan(2);
        postgres.kill();
        assertThat(all).noneMatch(ProcessHandle::isAlive);
      } catch (SQLException e) {
        // The connection cannot be closed in order any more.
      }
    }
    try (Postgres postgres = Postgres.start(directory, port)) {
      postgres.awaitReady(NEVER);
      assertThat(first(postgres, "select string_agg(n::text, ',' order by n) from kept"))
          .isEqualTo("1,2");
    }
  }

  @Test
  void itEndsInOrderWhenItIsClosed() throws Exception {
    Postgres postgres = Postgres.start(directory, 0);
    postgres.awaitReady(NEVER);
    postgres.close();
    assertThat(postgres.ended().get(10, TimeUnit.SECONDS))
        .hasMessageContaining("exit code 0")
        .hasMessageContaining("database system is shut down");
  }

  @Test
  void aDatabaseIsKnownByItsUrlAndNeverTellsItsPassword() {
    Database database = Database.of("postgresql://me:secret@db.example:6432/history");
    assertThat(database)
        .isEqualTo(new Database("db.example", 6432, "history", "me", "secret"))
        .hasToString("postgresql://me@db.example:6432/history");
    assertThat(Database.of("postgresql://me@db.example/history"))
        .isEqualTo(new Database("db.example", 5432, "history", "me", ""));
    assertThatThrownBy(() -> Database.of("postgresql://db.example/history?password=secret"))
        .hasMessageContaining("must be postgresql://user:password@host:port/name")
        .hasMessageNotContaining("secret");
  }

  private static String first(Postgres postgres, String query) throws SQLException {
    try (Connection connection = postgres.database().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
