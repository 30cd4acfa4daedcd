package dev.oncegate.testbed.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.testbed.stack.StackException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The history in a database and the outbox. One cluster for all: it takes longer to start than the
 * tests take. Each test has runs of its own; those that end parts of the cluster come last.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HistoryAndOutboxTest {
  private static final int MAX_CALLS = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> SINKS =
      Map.of(
          "history-run-events", "agent.results",
          "history-effects", "agent.effects",
          "history-outcomes", "agent.outcomes",
          "history-circuits", "agent.circuits");

  private static ConnectCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new ConnectCluster(Map.of("gate.guard.max.calls", Integer.toString(MAX_CALLS)));
    cluster.connect(
        Map.of(
            // So soon is a worker that was killed known to be dead; the default is 45 s.
            "consumer.override.session.timeout.ms",
            "6000",
            // So soon has a sink failed that holds a broken connection; the files say 60.
            "flush.max.retries",
            "5"),
        SINKS.keySet().toArray(String[]::new));
    // It waits for 10 s where the database is down.
    cluster.connect(Map.of("retriable.restart.connector.wait.ms", "1000"), "outbox");
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void everyRecordOfTheGateIsARowWithItsTimesAndItsWholeContent() throws Exception {
    call("whole", "a", "a");
    settle("whole", "a", OutcomeStatus.SUCCEEDED, "done\0with NUL");
    call("whole", "a");
    awaitHistory();

    List<ActionResult> results =
        ofRun(cluster.values("agent.results", ActionResult.class), "whole");
    List<List<String>> rows =
        cluster.rows(
            "select seq, type, payload, (extract(epoch from ts) * 1000)::bigint"
                + " from agent_run_events where run_id = 'whole' order by seq");
    assertThat(results)
        .extracting(ActionResult::getEvent)
        .containsExactly(
            ResultEvent.DECIDED, ResultEvent.DECIDED, ResultEvent.SETTLED, ResultEvent.DECIDED);
    assertThat(rows).hasSameSizeAs(results);
    for (int i = 0; i < rows.size(); i++) {
      ActionResult result = results.get(i);
      assertThat(rows.get(i).get(0)).isEqualTo(Long.toString(result.getRunSeq()));
      assertThat(rows.get(i).get(1)).isEqualTo(result.getEvent().name());
      assertThat(rows.get(i).get(3)).isEqualTo(Long.toString(result.getDecidedAt().toEpochMilli()));
      JsonNode payload = JSON.readTree(rows.get(i).get(2));
      assertThat(payload.at("/command/offset").longValue())
          .isEqualTo(result.getCommand().getOffset());
      assertThat(payload.get("reason").asText()).isEqualTo(result.getReason());
      assertThat(payload.get("valid_until").asText()).isEqualTo(result.getValidUntil().toString());
      assertThat(payload.has("field")).isFalse();
    }
    assertThat(rows.get(3).get(2)).contains("REPLAYED", "done\uFFFDwith NUL");

    assertThat(
            cluster.rows(
                "select attempt, run_id, tool, payload ->> 'args' from agent_effects"
                    + " where scope = 'whole' and idempotency_key = 'a'"))
        .containsExactly(List.of("1", "whole", "mail.send", "{\"to\":\"x\"}"));
    assertThat(
            cluster.rows(
                "select attempt, status, payload ->> 'executor_id', ts is not null from"
                    + " agent_outcomes where scope = 'whole' and idempotency_key = 'a'"))
        .containsExactly(List.of("1", "SUCCEEDED", "test", "t"));
  }

  @Test
  @Order(2)
  void anOutcomeThatIsNoneStopsNothing() throws Exception {
    cluster.sendBytes("agent.outcomes", "noise", "no Avro".getBytes(StandardCharsets.UTF_8));
    call("noise", "a");
    settle("noise", "a", OutcomeStatus.FAILED, "no");
    awaitHistory();
    assertThat(cluster.rows("select status from agent_outcomes where scope = 'noise'"))
        .containsExactly(List.of("FAILED"));
    cluster.awaitRunning("history-outcomes");
  }

  @Test
  @Order(3)
  void theViewsTellDuplicatesStormsAndTimes() throws Exception {
    long duplicatesBefore = sum("duplicates_prevented", "agent_duplicates_prevented_per_day");
    long trippedBefore = sum("runs_tripped", "agent_retry_storm_rate");
    call("storm", Collections.nCopies(MAX_CALLS + 3, "s").toArray(String[]::new));
    call("calm", "c1", "c2");
    settle("calm", "c1", OutcomeStatus.SUCCEEDED, "ok");
    awaitHistory();

    assertThat(sum("duplicates_prevented", "agent_duplicates_prevented_per_day"))
        .isEqualTo(duplicatesBefore + MAX_CALLS - 1);
    assertThat(sum("runs_tripped", "agent_retry_storm_rate")).isEqualTo(trippedBefore + 1);
    assertThat(sum("calls_refused", "agent_retry_storm_rate")).isEqualTo(3);
    assertThat(
            cluster.rows(
                "select storm_rate * runs = runs_tripped from agent_retry_storm_rate"
                    + " where runs_tripped > 0"))
        .allSatisfy(row -> assertThat(row).containsExactly("t"));
    assertThat(cluster.rows("select state, cause from agent_circuit_events where run_id = 'storm'"))
        .containsExactly(List.of("OPEN", "TOTAL_CALLS"));

    // One of two actions is open: the run is not stable yet.
    assertThat(stability("calm")).containsExactly(null, "2", "1");
    settle("calm", "c2", OutcomeStatus.FAILED, "no");
    awaitHistory();
    ActionResult first = ofRun(cluster.values("agent.results", ActionResult.class), "calm").get(0);
    ActionResult last = ofRun(cluster.values("agent.results", ActionResult.class), "calm").get(3);
    long tookMs = Duration.between(first.getDecidedAt(), last.getDecidedAt()).toMillis();
    assertThat(stability("calm")).containsExactly(Long.toString(tookMs), "2", "0");

    assertThat(
            cluster.rows(
                "select seq, type, decision, attempt, outcome from agent_run_timeline"
                    + " where run_id = 'calm' order by seq"))
        .containsExactly(
            row("1", "DECIDED", "ACCEPTED", "1", null),
            row("2", "DECIDED", "ACCEPTED", "1", null),
            row("3", "SETTLED", null, "1", "SUCCEEDED"),
            row("4", "SETTLED", null, "1", "FAILED"));
    assertThat(cluster.rows("select * from agent_run_gaps")).isEmpty();
  }

  @Test
  @Order(4)
  void aRunIsRebuiltFromItsEventsAsItWasAfterEachOfThem() throws Exception {
    call("again", "k");
    settle("again", "k", OutcomeStatus.FAILED_TRANSIENT, "busy");
    call("again", "k", "k");
    settle("again", "k", OutcomeStatus.SUCCEEDED, "paid");
    call("again", "k");
    awaitHistory();

    String columns = "idempotency_key, tool, state, attempts, commands, duplicates, result";
    String query = "select " + columns + " from agent_run_at('again', %s)";
    assertThat(cluster.rows(query.formatted("1")))
        .containsExactly(row("k", "mail.send", "PENDING", "1", "1", "0", null));
    assertThat(cluster.rows(query.formatted("2")))
        .containsExactly(row("k", "mail.send", "FAILED_TRANSIENT", "1", "1", "0", "busy"));
    assertThat(cluster.rows(query.formatted("4")))
        .containsExactly(row("k", "mail.send", "PENDING", "2", "3", "1", "busy"));
    assertThat(cluster.rows(query.formatted("null")))
        .containsExactly(row("k", "mail.send", "SUCCEEDED", "2", "4", "2", "paid"));
  }

  @Test
  @Order(5)
  void rowsThatAreDeliveredAgainChangeNothingAndOthersWithTheirKeyArePutAside() throws Exception {
    Map<String, String> before = digests();
    for (String sink : SINKS.keySet()) {
      cluster.rest().stop(sink);
    }
    for (String sink : SINKS.keySet()) {
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .untilAsserted(() -> cluster.rest().forgetOffsets(sink));
      cluster.rest().resume(sink);
    }
    awaitHistory();
    assertThat(digests()).isEqualTo(before);
    assertThat(cluster.count("agent_history_conflicts")).isZero();

    cluster
        .database()
        .run("update agent_run_events set type = 'other' where run_id = 'calm' and seq = 1");
    assertThat(digests()).isEqualTo(before);
    assertThat(
            cluster.rows(
                "select table_name, kept ->> 'type', refused ->> 'type' from"
                    + " agent_history_conflicts"))
        .containsExactly(List.of("agent_run_events", "DECIDED", "other"));
  }

  @Test
  @Order(6)
  void everyRowOfTheOutboxIsOneEffectAlsoAfterAnotherSnapshot() throws Exception {
    insertOutbox("ob", 20, "now()");
    Awaitility.await().atMost(PATIENCE).until(() -> effectsOf("ob-").size() == 20);
    assertThat(effectsOf("ob-"))
        .allSatisfy(
            effect -> {
              assertThat(effect.getTool()).isEqualTo("payments.refund");
              assertThat(effect.getArgs()).isEqualTo("{\"cents\":4200,\"order\":17}");
            });
    assertThat(effectsOf("ob-"))
        .extracting(ActionEffect::getIdempotencyKey)
        .containsExactlyInAnyOrderElementsOf(
            cluster.rows("select id from agent_outbox where run_id like 'ob-%'").stream()
                .map(row -> row.get(0))
                .toList());

    cluster.rest().stop("outbox");
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> cluster.rest().forgetOffsets("outbox"));
    cluster.rest().resume("outbox");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> decisionsOf("ob-").getOrDefault(Decision.IN_PROGRESS, 0) == 20);
    assertThat(decisionsOf("ob-"))
        .isEqualTo(Map.of(Decision.ACCEPTED, 20, Decision.IN_PROGRESS, 20));
    assertThat(effectsOf("ob-")).hasSize(20);
  }

  @Test
  @Order(7)
  void aRowThatIsOlderThanTheGateRemembersIsNotExecuted() throws Exception {
    insertOutbox("old", 1, "now() - interval '25 hours'");
    insertOutbox("new", 1, "now()");
    Awaitility.await().atMost(PATIENCE).until(() -> !decisionsOf("new-").isEmpty());
    Awaitility.await().atMost(PATIENCE).until(() -> !decisionsOf("old-").isEmpty());
    assertThat(decisionsOf("new-")).isEqualTo(Map.of(Decision.ACCEPTED, 1));
    assertThat(decisionsOf("old-")).isEqualTo(Map.of(Decision.EXPIRED, 1));
  }

  @Test
  @Order(8)
  void whatIsNoCommandIsRefusedByTheTableOrPutAsideByTheGate() throws Exception {
    assertThatThrownBy(
            () ->
                cluster
                    .database()
                    .run(
                        "insert into agent_outbox (run_id, payload) values ('x',"
                            + " '{\"tool\":\"t\"}')"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("a_command_has_a_run_and_a_tool");
    cluster
        .database()
        .run(
            "insert into agent_outbox (run_id, payload) values"
                + " ('typo-1', '{\"run_id\":\"typo-1\",\"tool\":\"t\",\"idempotencykey\":\"k\"}')");
    insertOutbox("after", 1, "now()");
    Awaitility.await().atMost(PATIENCE).until(() -> effectsOf("after-").size() == 1);
    assertThat(cluster.read("agent.dead-letters"))
        .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
        .anySatisfy(value -> assertThat(value).contains("idempotencykey"));
    assertThat(cluster.workerLog()).contains("idempotencykey is no field of ActionCommand");
    assertThat(effectsOf("typo-")).isEmpty();
  }

  @Test
  @Order(9)
  void theTraceOfARowIsCarriedToItsEffect() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    cluster
        .database()
        .run(
            "insert into agent_outbox (run_id, payload, traceparent) values"
                + " ('trace-1', '{\"run_id\":\"trace-1\",\"tool\":\"t\"}', '%s')".formatted(trace));
    Awaitility.await().atMost(PATIENCE).until(() -> effectsOf("trace-").size() == 1);
    assertThat(cluster.read("agent.effects"))
        .filteredOn(record -> new String(record.key(), StandardCharsets.UTF_8).equals("trace-1"))
        .extracting(
            record ->
                new String(
                    record.headers().lastHeader("traceparent").value(), StandardCharsets.UTF_8))
        .containsExactly(trace);
  }

  @Test
  @Order(10)
  void aWorkerThatIsKilledAndADatabaseThatWasDownLoseAndRepeatNothing() throws Exception {
    insertOutbox("crash", 200, "now()");
    cluster.crashWorker();
    insertOutbox("late", 20, "now()");
    Awaitility.await().atMost(PATIENCE).until(() -> effectsOf("crash-").size() == 200);
    Awaitility.await().atMost(PATIENCE).until(() -> effectsOf("late-").size() == 20);

    cluster.crashDatabase();
    call("down", "d");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> cluster.workerLog().contains(":%d refused".formatted(cluster.database().port())));
    cluster.startDatabase();
    insertOutbox("back", 20, "now()");
    Awaitility.await().atMost(PATIENCE).until(() -> effectsOf("back-").size() == 20);
    awaitHistoryWithRestarts();
    awaitHistory();
    assertThat(effectsOf("crash-")).hasSize(200);
    assertThat(cluster.rows("select * from agent_run_gaps")).isEmpty();
  }

  /** Not soon by itself: Debezium's sink tries again on the connection that broke. */
  @Test
  @Order(11)
  void aSinkThatHoldsABrokenConnectionFailsSoonAndGoesOnWhereItWas() throws Exception {
    try (Connection connection = cluster.database().connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      // The driver reads it when a sink looks whether its table is there.
      statement.execute("lock table pg_description in access exclusive mode");
      call("held", "h");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> cluster.count("pg_stat_activity where wait_event_type = 'Lock'") >= 2);
      cluster.crashDatabase();
    }
    cluster.startDatabase();
    awaitHistoryWithRestarts();
  }

  /** Starts sinks that have failed, which is the operator's part, until every record is a row. */
  private static void awaitHistoryWithRestarts() {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        // Of a worker that rebalances.
        .ignoreExceptionsInstanceOf(StackException.class)
        .untilAsserted(
            () -> {
              SINKS.keySet().forEach(cluster.rest()::restartFailed);
              assertThat(cluster.count("agent_run_events"))
                  .as("events, sinks being %s", sinkStates())
                  .isEqualTo(cluster.values("agent.results", ActionResult.class).size());
              assertThat(cluster.count("agent_effects"))
                  .as("effects, sinks being %s", sinkStates())
                  .isEqualTo(cluster.values("agent.effects", ActionEffect.class).size());
              assertThat(cluster.count("agent_circuit_events"))
                  .as("circuits, sinks being %s", sinkStates())
                  .isEqualTo(cluster.values("agent.circuits", CircuitEvent.class).size());
            });
  }

  private static List<String> sinkStates() {
    return SINKS.keySet().stream()
        .map(sink -> "%s: %s".formatted(sink, cluster.rest().status(sink)))
        .toList();
  }

  /** Sends a command once for each key, and waits for the decisions. */
  private static void call(String run, String... keys) throws Exception {
    int before = ofRun(cluster.values("agent.results", ActionResult.class), run).size();
    for (String key : keys) {
      cluster.send(
          "agent.commands",
          run,
          ActionCommand.newBuilder()
              .setRunId(run)
              .setTool("mail.send")
              .setArgs("{\"to\": \"x\"}")
              .setIdempotencyKey(key)
              .build());
    }
    awaitResults(run, before + keys.length);
  }

  private static void settle(String run, String key, OutcomeStatus status, String result)
      throws Exception {
    int before = ofRun(cluster.values("agent.results", ActionResult.class), run).size();
    int attempt =
        cluster.values("agent.effects", ActionEffect.class).stream()
            .filter(effect -> effect.getScope().equals(run))
            .filter(effect -> effect.getIdempotencyKey().equals(key))
            .mapToInt(ActionEffect::getAttempt)
            .max()
            .orElseThrow();
    cluster.send(
        "agent.outcomes",
        run,
        ActionOutcome.newBuilder()
            .setScope(run)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setAttempt(attempt)
            .setStatus(status)
            .setResult(result)
            .setExecutorId("test")
            .setCompletedAt(Instant.ofEpochMilli(1_700_000_000_000L))
            .build());
    awaitResults(run, before + 1);
  }

  private static void awaitResults(String run, int count) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> ofRun(cluster.values("agent.results", ActionResult.class), run).size() == count);
  }

  private static List<ActionResult> ofRun(List<ActionResult> results, String run) {
    return results.stream().filter(result -> result.getRunId().equals(run)).toList();
  }

  private static void awaitHistory() throws Exception {
    for (Map.Entry<String, String> sink : SINKS.entrySet()) {
      cluster.awaitSunk(sink.getKey(), sink.getValue());
    }
  }

  private static void insertOutbox(String prefix, int rows, String createdAt) throws SQLException {
    cluster
        .database()
        .run(
            """
            insert into agent_outbox (run_id, created_at, payload)
            select run, %s, json_build_object('run_id', run, 'tool', 'payments.refund',
              'args', json_build_object('order', 17, 'cents', 4200))
            from (select '%s-' || n as run from generate_series(1, %d) n) runs
            """
                .formatted(createdAt, prefix, rows));
  }

  private static List<ActionEffect> effectsOf(String prefix) throws Exception {
    return cluster.values("agent.effects", ActionEffect.class).stream()
        .filter(effect -> effect.getRunId().startsWith(prefix))
        .toList();
  }

  private static Map<Decision, Integer> decisionsOf(String prefix) throws Exception {
    Map<Decision, Integer> decisions = new TreeMap<>();
    cluster.values("agent.results", ActionResult.class).stream()
        .filter(result -> result.getRunId().startsWith(prefix))
        .filter(result -> result.getEvent() == ResultEvent.DECIDED)
        .forEach(result -> decisions.merge(result.getDecision(), 1, Integer::sum));
    return decisions;
  }

  private static Map<String, String> digests() throws SQLException {
    Map<String, String> digests = new TreeMap<>();
    for (String table :
        List.of("agent_run_events", "agent_effects", "agent_outcomes", "agent_circuit_events")) {
      digests.put(
          table,
          cluster
              .rows(
                  "select count(*) || md5(string_agg(t::text, '|' order by t::text)) from %s t"
                      .formatted(table))
              .get(0)
              .get(0));
    }
    return digests;
  }

  private static List<String> stability(String run) throws SQLException {
    return cluster
        .rows(
            "select (extract(epoch from time_to_stable_completion) * 1000)::bigint, actions, open"
                + " from agent_time_to_stable_completion where run_id = '%s'".formatted(run))
        .get(0);
  }

  private static long sum(String column, String view) throws SQLException {
    String sum =
        cluster.rows("select coalesce(sum(%s), 0) from %s".formatted(column, view)).get(0).get(0);
    return Long.parseLong(sum);
  }

  private static List<String> row(String... columns) {
    return Arrays.asList(columns);
  }
}
