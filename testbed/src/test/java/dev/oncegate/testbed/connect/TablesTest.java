package dev.oncegate.testbed.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.Postgres;
import dev.oncegate.testbed.stack.StackException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTest {
  @TempDir private Path directory;

  @Test
  void tablesAreMadeOnceInADatabaseOfTheUsersAndKeptAfterwards() throws Exception {
    Database own;
    try (Postgres postgres = Postgres.start(directory, 0)) {
      postgres.awaitReady(new CompletableFuture<>());
      postgres.database().run("create role visitor superuser login password 'secret'");
      own =
          Database.of(
              "postgresql://visitor:secret@127.0.0.1:%d/postgres"
                  .formatted(postgres.database().port()));
      Tables.prepare(own);
      own.run("insert into agent_run_events values ('r', 1, 'DECIDED', '{}', now())");

      Tables.prepare(own);

      try (Connection connection = own.connect();
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "select (select count(*) from agent_run_events), (select count(*) from agent_outbox)")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(1);
        assertThat(rows.getInt(2)).isZero();
      }
    }
    assertThatThrownBy(() -> Tables.prepare(own))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("the tables cannot be made in postgresql://visitor@127.0.0.1:")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aDatabaseThatDoesNotLogWhatTheOutboxNeedsIsRefusedWithTheRemedy() throws Exception {
    int port;
    try (Postgres postgres = Postgres.start(directory, 0)) {
      postgres.awaitReady(new CompletableFuture<>());
      port = postgres.database().port();
      postgres.database().run("alter system set wal_level = replica");
    }
    try (Postgres postgres = Postgres.start(directory, port)) {
      postgres.awaitReady(new CompletableFuture<>());
      Database database = postgres.database();
      assertThatThrownBy(() -> Tables.prepare(database))
          .isInstanceOf(StackException.class)
          .hasMessage(
              "wal_level of postgresql://oncegate@127.0.0.1:%d/postgres is replica: the outbox needs logical (alter system set wal_level = logical, then start the server again)",
              port);
      // Nothing was made before it was refused.
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("select to_regclass('agent_run_events')")) {
        rows.next();
        assertThat(rows.getString(1)).isNull();
      }
    }
  }
}
