package dev.oncegate.testbed.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.testbed.stack.StackException;
import dev.oncegate.testbed.tools.Behaviour;
import dev.oncegate.testbed.tools.Fault;
import dev.oncegate.testbed.tools.ToolServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tool executor from end to end: commands through a real gate, effects through a real worker,
 * calls to tools that fail in every way they know; the rows in the tools' database are counted.
 */
class ToolExecutionTest {
  private static final Logger LOG = LoggerFactory.getLogger(ToolExecutionTest.class);
  private static final String SECRET = "s3cr3t-value";
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
  void aToolThatAnswersAfterTheDeadlineSettlesTheOverdueAction() throws Exception {
    tools.behave(new Behaviour(3, true, 3_000, 5_000, 1_000, 0, Map.of()));
    cluster.send(
        "agent.commands",
        "late-0",
        command("late", 0).setTool("tickets").setDeadlineMs(1_500L).build());
    awaitSettled("late", 1);
    assertThat(
            cluster.values("agent.results", ActionResult.class).stream()
                .filter(result -> result.getRunId().equals("late-0"))
                .map(ActionResult::getEvent))
        .containsExactly(ResultEvent.DECIDED, ResultEvent.OVERDUE, ResultEvent.SETTLED);
    assertThat(cluster.count("tickets where args ->> 'of' = 'late'")).isEqualTo(1);
  }

  /**
   * The rows, not the calls, are what must be right: a call whose outcome was not durable when the
   * worker died is made again, with the same key.
   */
  @Test
  void aWorkerThatIsKilledAgainAndAgainLeavesOneRowAndOneOutcomeForEachAction() throws Exception {
    tools.behave(new Behaviour(3, true, 5, 5000, 1000, 1, Map.of(Fault.FAILS_AFTER_WRITE, 0.02)));
    int actions = 10_000;
    Map<String, Long> before = tools.counts();
    act("killed", actions);
    for (double point : new double[] {0.1, 0.45, 0.8}) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> Integer.parseInt(rowsOf("killed").get(0)) > actions * point);
      cluster.crashWorker();
      assertThat(settled("killed")).isBetween(1L, actions - 1L);
    }
    awaitSettled("killed", actions);

    long faults = counted(Fault.FAILS_AFTER_WRITE.name(), before);
    long calls = counted("payments", before);
    List<ActionOutcome> outcomes =
        cluster.values("agent.outcomes", ActionOutcome.class).stream()
            .filter(outcome -> outcome.getRunId().startsWith("killed-"))
            .toList();
    LOG.info(
        "{} actions: {} rows for {} of them; {} calls, {} of them after a fault, {} after a kill;"
            + " {} outcomes",
        actions,
        rowsOf("killed").get(0),
        rowsOf("killed").get(1),
        calls,
        faults,
        calls - faults - actions,
        outcomes.size());
    assertThat(rowsOf("killed"))
        .containsExactly(Integer.toString(actions), Integer.toString(actions));
    assertThat(calls).isGreaterThanOrEqualTo(actions + faults);
    assertThat(
            cluster.values("agent.effects", ActionEffect.class).stream()
                .filter(effect -> effect.getRunId().startsWith("killed-")))
        .hasSize(actions);
    // An outcome may be published again, but it says the same, and settles nothing again.
    Map<String, String> told = new HashMap<>();
    for (ActionOutcome outcome : outcomes) {
      String tells = outcome.getStatus() + " " + outcome.getResult();
      assertThat(told.putIfAbsent(outcome.getRunId(), tells)).isIn(null, tells);
    }
    assertThat(told).hasSize(actions);
    assertThat(
            cluster.values("agent.results", ActionResult.class).stream()
                .filter(result -> result.getRunId().startsWith("killed-"))
                .collect(Collectors.groupingBy(ActionResult::getEvent, Collectors.counting())))
        .isEqualTo(
            Map.of(ResultEvent.DECIDED, (long) actions, ResultEvent.SETTLED, (long) actions));
    assertThat(cluster.read("agent.conflicts")).isEmpty();
  }

  private static long counted(String what, Map<String, Long> before) {
    return tools.counts().getOrDefault(what, 0L) - before.getOrDefault(what, 0L);
  }

  @Test
  void mistakesAreToldByTheWorkerAtTheirKeysAndNoSecretIsShown() throws Exception {
    Map<String, String> config = executor();
    config.put("name", "mistaken");
    config.put("tool.payments.url", "https://{{args.host}}/pay");
    config.put("tool.payments.timeout.ms", "soon");
    config.put("tool.payments.auth", "oauth2");
    config.put("tool.payments.auth.oauth2.client.id", "me");
    config.put("tool.payments.auth.oauth2.client.secret", SECRET);
    config.put("tool.tickets.colour", "red");
    config.put("tool.tickets.secret.header.X-Key", SECRET);
    config.put("tool.mails.auth", "basic");
    config.put("tool.mails.auth.basic.password", SECRET);
    config.put("tool.nobody.url", "https://x/");
    config.put("max.in.flight", "0");
    config.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    config.put("tasks.max", "-1");

    Map<String, List<String>> errors = cluster.rest().validate("ToolExecutorConnector", config);

    assertThat(errors)
        .containsOnlyKeys(
            "tool.payments.url",
            "tool.payments.timeout.ms",
            "tool.payments.auth.oauth2.token.url",
            "tool.tickets.colour",
            "tool.mails.auth.basic.user",
            "tool.nobody.url",
            "max.in.flight",
            "value.converter",
            "tasks.max");
    assertThat(String.join(" ", errors.get("tool.payments.url")))
        .contains("must stand before the first '{{'");
    assertThat(String.join(" ", errors.get("value.converter"))).contains("ByteArrayConverter");
    assertThat(errors.get("tool.mails.auth.basic.user"))
        .containsExactly("is needed for auth=basic");
    assertThat(rawValidation(config)).contains("client.secret").doesNotContain(SECRET);
    assertThatThrownBy(() -> cluster.rest().put("mistaken", config))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("400")
        .hasMessageNotContaining(SECRET);
    // The worker logs a request after it has answered it.
    Awaitility.await().atMost(PATIENCE).until(() -> cluster.workerLog().contains("mistaken"));
    assertThat(cluster.workerLog()).doesNotContain(SECRET);
  }

  /** All that the worker answers, not only the errors. */
  private static String rawValidation(Map<String, String> config) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                cluster
                    .connectUrl()
                    .resolve("/connector-plugins/ToolExecutorConnector/config/validate"))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(new ObjectMapper().writeValueAsString(config)))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  /** Sends commands, each of a run of its own. */
  private static void act(String prefix, int actions) throws Exception {
    for (int i = 0; i < actions; i++) {
      String run = prefix + "-" + i;
      cluster.sendSoon("agent.commands", run, command(prefix, i).build());
    }
    cluster.flush();
  }

  private static ActionCommand.Builder command(String prefix, int number) {
    return ActionCommand.newBuilder()
        .setRunId(prefix + "-" + number)
        .setTool("payments")
        .setArgs("{\"of\":\"%s\",\"n\":%d}".formatted(prefix, number))
        .setIdempotencyKey("k")
        // Kills are slower than a minute, the default.
        .setDeadlineMs(600_000L);
  }

  private static void awaitSettled(String prefix, int actions) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
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
