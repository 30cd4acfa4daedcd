package dev.oncegate.testbed.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.testbed.tools.Behaviour;
import dev.oncegate.testbed.tools.Fault;
import dev.oncegate.testbed.tools.ToolServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The tool executor from end to end: commands through a real gate, effects through a real worker,
 * calls to tools that fail in every way they know; the rows in the tools' database are counted.
 */
class ToolExecutionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static ConnectCluster cluster;
  private static ToolServer tools;

  @BeforeAll
  static void start() throws Exception {
    cluster = new ConnectCluster(Map.of("gate.guard.max.calls", "100000"));
    tools = ToolServer.start(cluster.database(), 0, Behaviour.GOOD);
    cluster.rest().put(Connectors.EXECUTOR, executor());
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

  private static Map<String, String> executor() {
    Map<String, String> config =
        new HashMap<>(Connectors.executor(cluster.bootstrapServers(), tools.url()));
    // So soon is a worker that was killed known to be dead.
    config.put("consumer.override.session.timeout.ms", "6000");
    config.put("tool.payments.timeout.ms", "1000");
    config.put("tool.payments.concurrency", "32");
    config.put("tool.payments.retry.max.calls", "8");
    config.put("tool.payments.retry.backoff.ms", "50");
    config.put("tool.payments.retry.backoff.max.ms", "500");
    return config;
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void eachFaultLeavesOneRowForEachAction(Fault fault) throws Exception {
    tools.behave(
        new Behaviour(
            3, true, 0, 5000, 1000, 2, Map.of(fault, fault == Fault.TOO_MANY ? 0.05 : 0.5)));
    long faultsBefore = tools.counts().getOrDefault(fault.name(), 0L);
    act(fault.name(), 40);
    awaitSettled(fault.name(), 40);
    assertThat(tools.counts().get(fault.name())).isGreaterThan(faultsBefore);
    assertThat(rowsOf(fault.name())).containsExactly("40", "40");
  }

  @Test
  void aToolThatIgnoresTheKeyExecutesWhatIsCalledAgain() throws Exception {
    tools.behave(Behaviour.GOOD.with(Fault.FAILS_AFTER_WRITE, 1).withoutKeys());
    act("ignores", 1);
    awaitSettled("ignores", 1);
    // Two faults, then the answer: the limit that the docs state, seen.
    assertThat(rowsOf("ignores")).containsExactly("3", "1");
  }

  @Test
  void aWorkerThatIsKilledInTheMiddleLeavesOneRowForEachAction() throws Exception {
    tools.behave(new Behaviour(3, true, 5, 5000, 1000, 1, Map.of(Fault.FAILS_AFTER_WRITE, 0.1)));
    int actions = 1500;
    act("killed", actions);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Integer.parseInt(rowsOf("killed").get(0)) > actions / 4);
    cluster.crashWorker();
    assertThat(settled("killed")).isLessThan(actions);
    awaitSettled("killed", actions);
    assertThat(rowsOf("killed"))
        .containsExactly(Integer.toString(actions), Integer.toString(actions));
    assertThat(
            cluster.values("agent.effects", ActionEffect.class).stream()
                .filter(effect -> effect.getRunId().startsWith("killed-")))
        .hasSize(actions);
  }

  /** Sends commands, each of a run of its own. */
  private static void act(String prefix, int actions) throws Exception {
    for (int i = 0; i < actions; i++) {
      String run = prefix + "-" + i;
      cluster.sendSoon(
          "agent.commands",
          run,
          ActionCommand.newBuilder()
              .setRunId(run)
              .setTool("payments")
              .setArgs("{\"of\":\"%s\",\"n\":%d}".formatted(prefix, i))
              .setIdempotencyKey("k")
              .build());
    }
    cluster.flush();
  }

  private static void awaitSettled(String prefix, int actions) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(settled(prefix)).isEqualTo(actions));
  }

  /** Actions of which the gate knows that they succeeded. */
  private static long settled(String prefix) throws Exception {
    return cluster.values("agent.results", ActionResult.class).stream()
        .filter(result -> result.getRunId().startsWith(prefix + "-"))
        .filter(result -> result.getEvent() == ResultEvent.SETTLED)
        .filter(result -> result.getStoredOutcome().getStatus() == OutcomeStatus.SUCCEEDED)
        .count();
  }

  /** Rows in all, and actions that have any. */
  private static List<String> rowsOf(String prefix) throws Exception {
    return cluster
        .rows(
            "select count(*), count(distinct args) from payments where args ->> 'of' = '%s'"
                .formatted(prefix))
        .get(0);
  }
}
