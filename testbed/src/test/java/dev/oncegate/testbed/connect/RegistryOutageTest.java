package dev.oncegate.testbed.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.testbed.tools.Behaviour;
import dev.oncegate.testbed.tools.ToolServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The registry is killed and comes back while a worker executes effects and writes the history. In
 * this order: the first test is about schemas that nobody has read yet.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RegistryOutageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ACTIONS = 50;

  private static ConnectCluster cluster;
  private static ToolServer tools;

  @BeforeAll
  static void start() throws Exception {
    cluster = new ConnectCluster(Map.of());
    tools = ToolServer.start(cluster.database(), 0, Behaviour.GOOD);
    // So soon is a worker that was killed known to be dead.
    Map<String, String> session = Map.of("consumer.override.session.timeout.ms", "6000");
    Map<String, String> executor =
        new HashMap<>(Connectors.executor(cluster.bootstrapServers(), tools.url()));
    executor.putAll(session);
    cluster.rest().put(Connectors.EXECUTOR, executor);
    cluster.connect(session, Connectors.HISTORY.toArray(String[]::new));
    cluster.awaitRunning(Connectors.EXECUTOR);
  }

  @AfterAll
  static void stop() {
    if (tools != null) {
      tools.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void recordsOfSchemasThatNobodyHasReadYetWaitForTheRegistry() throws Exception {
    cluster.crashRegistry();
    act("unseen");
    awaitLog(
        "The schema registry does not answer",
        "A record of agent.results waits for the schema registry");
    cluster.startRegistry();
    act("seen");
    awaitAllIsThere("unseen", "seen");
  }

  @Test
  @Order(2)
  void whatIsKnownGoesOnWithoutTheRegistry() throws Exception {
    cluster.crashRegistry();
    act("known");
    awaitAllIsThere("known");
    cluster.startRegistry();
  }

  @Test
  @Order(3)
  void aWorkerThatStartsWithoutTheRegistryWaitsForIt() throws Exception {
    cluster.crashRegistry();
    act("away");
    cluster.crashWorker();
    act("forgotten");
    // The log is that of the new worker alone.
    awaitLog(
        "Waiting for the schema registry; next try",
        "A record of agent.effects waits for the schema registry");
    cluster.startRegistry();
    awaitAllIsThere("away", "forgotten");
  }

  private static void act(String prefix) {
    for (int i = 0; i < ACTIONS; i++) {
      String run = prefix + "-" + i;
      cluster.sendSoon(
          "agent.commands",
          run,
          ActionCommand.newBuilder()
              .setRunId(run)
              .setTool("payments")
              .setArgs("{\"of\":\"%s\",\"n\":%d}".formatted(prefix, i))
              .setIdempotencyKey("k")
              .setDeadlineMs(600_000L)
              .build());
    }
    cluster.flush();
  }

  private static void awaitLog(String... lines) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(cluster.workerLog()).contains(lines));
  }

  /** Without anybody restarting anything. */
  private static void awaitAllIsThere(String... prefixes) throws Exception {
    for (String prefix : prefixes) {
      Awaitility.await(prefix)
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(settled(prefix)).isEqualTo(ACTIONS));
      assertThat(
              cluster.rows(
                  "select count(*), count(distinct args) from payments where args ->> 'of' = '%s'"
                      .formatted(prefix)))
          .containsExactly(List.of(Integer.toString(ACTIONS), Integer.toString(ACTIONS)));
    }
    for (Map.Entry<String, String> table :
        Map.of(
                "agent_run_events", "agent.results",
                "agent_effects", "agent.effects",
                "agent_outcomes", "agent.outcomes")
            .entrySet()) {
      Awaitility.await(table.getKey())
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(cluster.count(table.getKey()))
                      .isEqualTo(cluster.read(table.getValue()).size()));
    }
    for (String connector : Connectors.HISTORY) {
      cluster.awaitRunning(connector);
    }
    cluster.awaitRunning(Connectors.EXECUTOR);
  }

  private static long settled(String prefix) throws Exception {
    return cluster.values("agent.results", ActionResult.class).stream()
        .filter(result -> result.getRunId().startsWith(prefix + "-"))
        .filter(result -> result.getEvent() == ResultEvent.SETTLED)
        .count();
  }
}
