package dev.oncegate.testbed.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.testbed.agents.Answer;
import dev.oncegate.testbed.agents.Attempt;
import dev.oncegate.testbed.agents.Executions;
import dev.oncegate.testbed.agents.Toolbox;
import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The tools of a cast by HTTP, on loopback. Every call that a tool acts on is a row, whatever its
 * key: so a gate that lets something through twice is caught by its damage.
 */
final class CastTools extends Handler.Abstract implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONNECTIONS = 8;
  private static final int THREADS = 64;

  private final Server server = new Server(new QueuedThreadPool(THREADS));
  private final ServerConnector connector = new ServerConnector(server);
  private final HikariDataSource connections;
  private final Toolbox toolbox;
  private final Executions executions;
  private final AtomicLong calls = new AtomicLong();

  private CastTools(HikariDataSource connections, Toolbox toolbox, Executions executions) {
    this.connections = connections;
    this.toolbox = toolbox;
    this.executions = executions;
  }

  /**
   * Starts them on a free port.
   *
   * @param database takes a table of what they do
   * @param executions is told what they do
   */
  static CastTools start(Database database, Toolbox toolbox, Executions executions) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(database.jdbcUrl());
    config.setUsername(database.user());
    config.setPassword(database.password());
    config.setMaximumPoolSize(CONNECTIONS);
    CastTools tools = null;
    try {
      database.run("create table executed (scope text, key text, attempt int, tool text)");
      tools = new CastTools(new HikariDataSource(config), toolbox, executions);
      tools.connector.setHost("127.0.0.1");
      tools.server.addConnector(tools.connector);
      tools.server.setHandler(tools);
      tools.server.start();
      return tools;
    } catch (Exception e) {
      if (tools != null) {
        tools.connections.close();
      }
      throw new StackException("the tools do not start: " + e.getMessage(), e);
    }
  }

  String url() {
    return "http://127.0.0.1:%d/".formatted(connector.getLocalPort());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback)
      throws IOException, SQLException {
    ActionEffect effect = effect(Content.Source.asString(request, StandardCharsets.UTF_8));
    Answer answer = toolbox.answer(effect);
    if (answer.executes()) {
      book(effect);
    }
    executions.deliver(Attempt.of(effect), 0, calls.incrementAndGet(), answer.executes());
    CompletableFuture.delayedExecutor(
            answer.after().toMillis(), TimeUnit.MILLISECONDS, server.getThreadPool())
        .execute(() -> say(answer, request, response, callback));
    return true;
  }

  private static ActionEffect effect(String body) throws JsonProcessingException {
    JsonNode said = JSON.readTree(body);
    return ActionEffect.newBuilder()
        .setScope(said.get("scope").asText())
        .setRunId(said.get("run_id").asText())
        .setIdempotencyKey(said.get("idempotency_key").asText())
        .setAttempt(said.get("attempt").asInt())
        .setTool(said.get("tool").asText())
        .setArgsHash(said.get("args_hash").asText())
        .setArgs(said.get("args").toString())
        // What a tool is not told.
        .setDeadlineAt(Instant.EPOCH)
        .setDecidedAt(Instant.EPOCH)
        .setRunSeq(1)
        .setCommand(new RecordCoordinates("", 0, 0L))
        .build();
  }

  private void book(ActionEffect effect) throws SQLException {
    try (Connection connection = connections.getConnection();
        PreparedStatement row =
            connection.prepareStatement("insert into executed values (?, ?, ?, ?)")) {
      row.setString(1, effect.getScope());
      row.setString(2, effect.getIdempotencyKey());
      row.setInt(3, effect.getAttempt());
      row.setString(4, effect.getTool());
      row.executeUpdate();
    }
  }

  private static void say(Answer answer, Request request, Response response, Callback callback) {
    if (answer.copies() == 0) {
      request.getConnectionMetaData().getConnection().getEndPoint().close();
      return;
    }
    response.setStatus(status(answer.status()));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
    String words = answer.result() == null ? answer.errorMessage() : answer.result();
    Content.Sink.write(response, true, words == null ? "" : words, callback);
  }

  private static int status(OutcomeStatus status) {
    return switch (status) {
      case SUCCEEDED -> 200;
      case FAILED -> 422;
      case FAILED_TRANSIENT -> 429;
      case UNKNOWN -> throw new IllegalStateException("no tool answers UNKNOWN");
    };
  }

  /** Rows. */
  long count() {
    return query("select count(*) from executed", row -> row.getLong(1)).get(0);
  }

  /** Actions with more than one row. */
  List<Executions.Action> executedTwice() {
    return query(
        "select scope, key from executed group by scope, key having count(*) > 1",
        row -> new Executions.Action(row.getString(1), row.getString(2)));
  }

  /** What is made of a row. */
  private interface Reading<T> {
    T of(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(String query, Reading<T> reading) {
    try (Connection connection = connections.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<T> read = new ArrayList<>();
      while (rows.next()) {
        read.add(reading.of(rows));
      }
      return read;
    } catch (SQLException e) {
      throw new StackException("the books of the tools cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new StackException("the tools do not stop: " + e.getMessage(), e);
    } finally {
      connections.close();
    }
  }
}
