package dev.oncegate.testbed.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.oncegate.testbed.stack.Database;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An executor that claims in PostgreSQL with INSERT ON CONFLICT and stores the result in the same
 * transaction: one for each command, or one for a batch of them.
 */
final class Relational implements Claimer {
  static final String SINGLE = "postgresql";
  static final String BATCHED = "postgresql-batch";

  private static final String TABLE =
      "DROP TABLE IF EXISTS actions; CREATE TABLE actions (action text PRIMARY KEY, hash text NOT NULL, result text, expires_at timestamptz NOT NULL)";

  private final Database database;
  private final int batch;
  private final int parallel;

  private Relational(Database database, int batch, int parallel) {
    this.database = database;
    this.batch = batch;
    this.parallel = parallel;
  }

  /** A transaction for each command, 32 at a time. */
  static Relational single(Database database) {
    return new Relational(database, 1, 32);
  }

  /** A transaction for a hundred commands, four at a time. */
  static Relational batched(Database database) {
    return new Relational(database, 100, 4);
  }

  @Override
  public String name() {
    return batch == 1 ? SINGLE : BATCHED;
  }

  @Override
  public String words() {
    String transaction = batch == 1 ? "a transaction each" : "a transaction for each " + batch;
    return "An executor that consumes the same commands and claims each in PostgreSQL by INSERT ON CONFLICT DO NOTHING, executes (nothing), and stores the result by UPDATE in the same transaction, or reads the stored one; %s, %d at a time, fsync and synchronous_commit on. Effects and answers to Kafka with acks=all. A crash between commit and effect loses the action%s."
        .formatted(
            transaction,
            parallel,
            batch == 1 ? "" : ", one before the commit executes a batch again");
  }

  @Override
  public Running start(Course course) {
    try {
      database.run(TABLE);
    } catch (SQLException e) {
      throw new IllegalStateException("the table cannot be made: " + e.getMessage(), e);
    }
    return new ExecutorLoop(course, new Table(), effects(course), answers(course)).begin();
  }

  private final class Table implements Memory {
    private static final String CLAIM =
        "INSERT INTO actions (action, hash, expires_at) SELECT a, h, now() + interval '1 day' FROM unnest(?::text[], ?::text[]) AS c(a, h) ORDER BY a ON CONFLICT DO NOTHING RETURNING action";
    private static final String CLAIM_ONE =
        "INSERT INTO actions (action, hash, expires_at) VALUES (?, ?, now() + interval '1 day') ON CONFLICT DO NOTHING";
    private static final String STORE =
        "UPDATE actions SET result = c.r FROM unnest(?::text[], ?::text[]) AS c(a, r) WHERE action = c.a";
    private static final String STORE_ONE = "UPDATE actions SET result = ? WHERE action = ?";
    private static final String READ =
        "SELECT action, hash, result FROM actions WHERE action = ANY (?)";

    private final HikariDataSource pool;
    private final ExecutorService workers = Executors.newFixedThreadPool(parallel);

    Table() {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(database.jdbcUrl());
      config.setUsername(database.user());
      config.setPassword(database.password());
      config.setMaximumPoolSize(parallel);
      config.setAutoCommit(false);
      pool = new HikariDataSource(config);
    }

    @Override
    public int batch() {
      return batch;
    }

    @Override
    public int parallel() {
      return parallel;
    }

    @Override
    public CompletionStage<List<Verdict>> once(List<Call> calls) {
      return CompletableFuture.supplyAsync(
          () -> {
            try (Connection connection = pool.getConnection()) {
              List<Verdict> verdicts =
                  batch == 1 ? List.of(one(connection, calls.get(0))) : several(connection, calls);
              connection.commit();
              return verdicts;
            } catch (SQLException e) {
              throw new CompletionException(e);
            }
          },
          workers);
    }

    private Verdict one(Connection connection, Call call) throws SQLException {
      try (PreparedStatement claim = connection.prepareStatement(CLAIM_ONE)) {
        claim.setString(1, call.action());
        claim.setString(2, call.hash());
        if (claim.executeUpdate() == 0) {
          return read(connection, List.of(call)).get(call.action()).judge(call);
        }
      }
      try (PreparedStatement store = connection.prepareStatement(STORE_ONE)) {
        store.setString(1, call.result());
        store.setString(2, call.action());
        store.executeUpdate();
      }
      return Verdict.EXECUTED;
    }

    /** In the order of keys, so that two batches do not wait for each other. */
    private List<Verdict> several(Connection connection, List<Call> calls) throws SQLException {
      Set<String> claimed = new HashSet<>();
      try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
        claim.setArray(1, texts(connection, calls.stream().map(Call::action).toArray()));
        claim.setArray(2, texts(connection, calls.stream().map(Call::hash).toArray()));
        try (ResultSet rows = claim.executeQuery()) {
          while (rows.next()) {
            claimed.add(rows.getString(1));
          }
        }
      }
      List<Call> executed = calls.stream().filter(call -> claimed.contains(call.action())).toList();
      try (PreparedStatement store = connection.prepareStatement(STORE)) {
        store.setArray(1, texts(connection, executed.stream().map(Call::action).toArray()));
        store.setArray(2, texts(connection, executed.stream().map(Call::result).toArray()));
        store.executeUpdate();
      }
      List<Verdict> verdicts = new ArrayList<>();
      Map<String, Known> known =
          executed.size() == calls.size() && claimed.size() == calls.size()
              ? Map.of()
              : read(connection, calls);
      for (Call call : calls) {
        verdicts.add(
            claimed.remove(call.action())
                ? Verdict.EXECUTED
                : known.get(call.action()).judge(call));
      }
      return verdicts;
    }

    private Map<String, Known> read(Connection connection, List<Call> calls) throws SQLException {
      Map<String, Known> known = new HashMap<>();
      try (PreparedStatement read = connection.prepareStatement(READ)) {
        read.setArray(1, texts(connection, calls.stream().map(Call::action).toArray()));
        try (ResultSet rows = read.executeQuery()) {
          while (rows.next()) {
            known.put(rows.getString(1), new Known(rows.getString(2), rows.getString(3) != null));
          }
        }
      }
      return known;
    }

    private static Array texts(Connection connection, Object[] texts) throws SQLException {
      return connection.createArrayOf("text", texts);
    }

    @Override
    public void close() {
      workers.shutdown();
      pool.close();
    }
  }

  private record Known(String hash, boolean hasResult) {
    Memory.Verdict judge(Memory.Call call) {
      if (!hash.equals(call.hash())) {
        return Memory.Verdict.CONFLICT;
      }
      return hasResult ? Memory.Verdict.REPLAYED : Memory.Verdict.IN_PROGRESS;
    }
  }
}
