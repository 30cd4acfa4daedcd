package dev.oncegate.testbed.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.cli.Oncegate;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicsNotReadyException;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.testbed.stack.ChildJvm;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A gate that starts on state that was left by another setting, on a real broker: the state is
 * read, or the start is refused before anything is consumed.
 */
@Timeout(120)
class UpgradeTest {
  private static final String ARGS = "{\"seat\": \"12A\"}";
  private static final String OTHER_ARGS = "{\"seat\": \"12B\"}";
  private static final String RESULT = "{\"pnr\": \"X1\"}";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private static Path folder;
  private static DataDirectory data;
  private static Stack stack;

  @BeforeAll
  static void start() {
    data = DataDirectory.open(folder.resolve("stack"));
    stack = Stack.start(data, 0, 0);
  }

  @AfterAll
  static void stop() {
    stack.close();
    data.close();
  }

  @Test
  void anotherScopeOrDedupWindowIsRefusedAndTheRunningGateDoesNotNotice() throws Exception {
    try (Premises premises = new Premises("settled", 2, stack, folder);
        Gate gate = premises.open(Map.of());
        Correspondent agent = new Correspondent(premises.config(Map.of()))) {
      assertThat(agent.ask("run", "k", ARGS).getDecision()).isEqualTo(Decision.ACCEPTED);
      Map<TopicPartition, Long> ends = premises.ends(premises.topics().commands());
      Awaitility.await().atMost(PATIENCE).until(() -> hasRead(premises, ends));
      Map<TopicPartition, Long> committed = premises.committed();
      Set<String> members = premises.members();

      assertRefused(
          premises,
          Map.of("gate.scope", "agent"),
          "gate.scope is agent, but the state of this gate was laid down with run",
          "Set gate.scope=run.");
      for (String window : List.of("43200000", "100000000")) {
        assertRefused(
            premises,
            Map.of("gate.dedup.window.ms", window),
            "gate.dedup.window.ms is %s, but the state of this gate was laid down with 86400000"
                .formatted(window),
            "Set gate.dedup.window.ms=86400000.");
      }

      assertThat(premises.members()).isEqualTo(members).hasSize(1);
      assertThat(premises.committed()).isEqualTo(committed);
      ActionResult again = agent.ask("run", "k", ARGS);
      assertThat(again.getDecision()).isEqualTo(Decision.IN_PROGRESS);
      assertThat(again.getRunSeq()).isEqualTo(2);
      assertThat(gate.ended()).isNotDone();
    }
  }

  @Test
  void anotherNumberOfPartitionsIsRefusedAndNothingIsConsumed() throws Exception {
    try (Premises premises = new Premises("parted", 2, stack, folder);
        Correspondent agent = new Correspondent(premises.config(Map.of()))) {
      try (Gate gate = premises.open(Map.of())) {
        agent.ask("run", "k", ARGS);
        assertThat(gate.ended()).isNotDone();
      }
      Map<TopicPartition, Long> committed = premises.committed();
      premises.repartition(3);
      agent.send("run", "k", ARGS);

      assertRefused(
          premises,
          Map.of(),
          "Topic parted.commands has 3 partitions, but the state of this gate was laid down with 2",
          "Make commands, outcomes, controls and parted-reroute again with 2 partitions");
      premises.forgetFoundation();
      assertRefused(
          premises,
          Map.of(),
          "Topic parted.commands has 3 partitions, but the state of this gate was laid down with 2",
          "Or begin anew");

      assertThat(premises.members()).isEmpty();
      assertThat(premises.committed()).isEqualTo(committed);
    }
  }

  @Test
  void serveAndTopicsCheckTellTheChangeInOneTextWithoutAStackTrace() throws Exception {
    try (Premises premises = new Premises("told", 2, stack, folder)) {
      premises.open(Map.of("gate.dedup.window.ms", "7200000")).close();
      Properties properties = new Properties();
      properties.putAll(premises.settings(Map.of("gate.dedup.window.ms", "3600000")));
      Path file = folder.resolve("told.properties");
      try (Writer writer = Files.newBufferedWriter(file)) {
        properties.store(writer, null);
      }
      String change =
          "gate.dedup.window.ms is 3600000, but the state of this gate was laid down with 7200000";

      Path log = folder.resolve("told.log");
      try (ChildJvm serve = serve(file, log)) {
        assertThat(serve.ended().get(60, TimeUnit.SECONDS)).hasMessageContaining("exit code 1");
      }
      assertThat(Files.readString(log))
          .contains("serve: " + change)
          .contains("Or begin anew")
          .doesNotContain("\tat ");

      StringWriter errors = new StringWriter();
      CommandLine commandLine = Oncegate.commandLine().setErr(new PrintWriter(errors, true));
      assertThat(commandLine.execute("topics", "check", "--config", file.toString())).isOne();
      assertThat(errors.toString()).startsWith(change).contains("Or begin anew");
    }
  }

  private static ChildJvm serve(Path config, Path log) {
    return ChildJvm.start(
        new ChildJvm.Program(
            "serve",
            List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
            ChildJvm.ownClassPath(),
            Oncegate.class.getName(),
            List.of("serve", "--config", config.toString()),
            log));
  }

  @Test
  void ofSeveralGatesThatAreTheFirstAtTheSameTimeOneLaysItsFoundation() throws Exception {
    int gates = 6;
    ExecutorService starters = Executors.newFixedThreadPool(gates);
    try (Premises premises = new Premises("raced", 2, stack, folder)) {
      premises.forgetFoundation();
      CyclicBarrier together = new CyclicBarrier(gates);
      List<Callable<String>> starts = new ArrayList<>();
      for (int i = 0; i < gates; i++) {
        String window = String.valueOf(7_200_000 + i);
        Map<String, String> settings =
            Map.of(
                "gate.dedup.window.ms",
                window,
                "state.dir",
                folder.resolve("raced" + i).toString());
        starts.add(
            () -> {
              together.await();
              Gate.start(premises.config(settings)).close();
              return window;
            });
      }

      List<String> winners = new ArrayList<>();
      List<String> refusals = new ArrayList<>();
      for (Future<String> start : starters.invokeAll(starts)) {
        try {
          winners.add(start.get());
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(TopicsNotReadyException.class);
          refusals.add(e.getCause().getMessage());
        }
      }

      assertThat(winners).hasSize(1);
      assertThat(refusals)
          .hasSize(gates - 1)
          .allSatisfy(
              told -> assertThat(told).contains("Set gate.dedup.window.ms=" + winners.get(0)));
      premises.open(Map.of("gate.dedup.window.ms", winners.get(0))).close();
    } finally {
      starters.shutdownNow();
    }
  }

  @Test
  void stateThatWasLaidDownWithoutAFoundationIsReadAndGetsOne() throws Exception {
    try (Premises premises = new Premises("older", 2, stack, folder);
        Correspondent agent = new Correspondent(premises.config(Map.of()))) {
      try (Gate gate = premises.open(Map.of())) {
        agent.ask("run", "k", ARGS);
        assertThat(gate.ended()).isNotDone();
      }
      premises.forgetFoundation();

      try (Gate gate = premises.open(Map.of())) {
        assertThat(agent.ask("run", "k", ARGS).getDecision()).isEqualTo(Decision.IN_PROGRESS);
        assertThat(gate.ended()).isNotDone();
      }
      assertRefused(premises, Map.of("gate.scope", "tenant"), "gate.scope is tenant");
    }
  }

  @Test
  void stateIsReadUnderOtherRocksDbSettings() throws Exception {
    List<Map<String, String>> settings =
        List.of(
            Map.of("gate.rocksdb.memory.bytes", "16777216"),
            Map.of("enable.transactional.statestores", "false"),
            Map.of("rocksdb.config.setter", SmallBlocks.class.getName()),
            Map.of("gate.rocksdb.memory.bytes", "33554432"));
    try (Premises premises = new Premises("tuned", 1, stack, folder);
        Correspondent agent = new Correspondent(premises.config(Map.of()))) {
      for (int start = 0; start < settings.size(); start++) {
        try (Gate gate = premises.open(settings.get(start))) {
          for (int before = 0; before < start; before++) {
            assertKnown(agent, "run-" + before, start - before);
          }
          agent.ask("run-" + start, "done", ARGS);
          agent.succeed("run-" + start, "done", RESULT);
          agent.ask("run-" + start, "open", ARGS);
          assertThat(gate.ended()).isNotDone();
        }
        premises.emptyChangelogs();
      }
    }
  }

  /** A run has three results from its first start and three more from each later one. */
  private static void assertKnown(Correspondent agent, String run, int startsLater)
      throws Exception {
    ActionResult replay = agent.ask(run, "done", ARGS);
    assertThat(replay.getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(replay.getStoredOutcome().getResult()).isEqualTo(RESULT);
    assertThat(replay.getRunSeq()).isEqualTo(3 * startsLater + 1);
    ActionResult conflict = agent.ask(run, "done", OTHER_ARGS);
    assertThat(conflict.getDecision()).isEqualTo(Decision.CONFLICT);
    assertThat(conflict.getRunSeq()).isEqualTo(3 * startsLater + 2);
    ActionResult inProgress = agent.ask(run, "open", ARGS);
    assertThat(inProgress.getDecision()).isEqualTo(Decision.IN_PROGRESS);
    assertThat(inProgress.getRunSeq()).isEqualTo(3 * startsLater + 3);
  }

  private static boolean hasRead(Premises premises, Map<TopicPartition, Long> ends)
      throws Exception {
    Map<TopicPartition, Long> committed = premises.committed();
    return ends.entrySet().stream()
        .allMatch(end -> committed.getOrDefault(end.getKey(), 0L) >= end.getValue());
  }

  private static void assertRefused(
      Premises premises, Map<String, String> settings, String... texts) {
    GateConfig config = premises.config(settings);
    assertThatThrownBy(() -> Gate.start(config))
        .isInstanceOf(TopicsNotReadyException.class)
        .hasMessageContainingAll(texts);
  }
}
