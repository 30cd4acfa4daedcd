package dev.oncegate.testbed.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.Cast;
import dev.oncegate.testbed.agents.HonestAgent;
import dev.oncegate.testbed.demo.Event;
import dev.oncegate.testbed.demo.Performance;
import dev.oncegate.testbed.demo.Summary;
import dev.oncegate.testbed.stack.GateInstance;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole cast before two instances on a real broker, while something happens to them. */
class PromiseTest {
  private static final Logger LOG = LoggerFactory.getLogger(PromiseTest.class);
  private static final long SEED = 7;

  /** No test ends by it: the curtain falls when all that was to happen has happened. */
  private static final int LONGEST_S = 120;

  private static final Performance.Patience PATIENCE =
      new Performance.Patience(
          Duration.ofSeconds(45), Duration.ofSeconds(30), Duration.ofSeconds(60));

  /**
   * The session of a killed instance ends after 6 s. A transaction that it leaves open may keep its
   * partitions waiting for longer: it is aborted when it is 10 s old, which the broker looks for
   * every 10 s.
   */
  private static final Duration TAKE_OVER = Duration.ofSeconds(45);

  /** Each waits for the answer before it goes on, so that what it is told depends on no clock. */
  private static final Set<String> ONE_BY_ONE =
      Set.of("honest", "persistent", "key-reuser", "looper", "destructive", "unreadable");

  /** What Kafka says of a busy transaction, and of tasks that move or whose owner was killed. */
  private static final List<Pattern> KNOWN =
      patterns(
          // The directories of tests lie there.
          "StateDirectory: Using an OS temp directory",
          // The next transaction began while the broker was still ending the one before.
          // What was already under way behind a batch refused so comes too early: refused too.
          "Sender: .* retrying .* Error: (CONCURRENT_TRANSACTIONS|OUT_OF_ORDER_SEQUENCE_NUMBER)",
          // All tasks change hands at once, and are given only when they are let go.
          "ConsumerCoordinator: .* subscribed topics are not assigned to any members",
          // A store that has not kept an offset yet: wiped and restored from its changelog, for
          // Kafka's check at the start does not ask whether stores are transactional.
          "ProcessorStateManager: .* did not find checkpoint offsets while stores are not empty",
          "StateDirectory: Failed to register startup state stores for task .* are corrupted");

  private static final List<Pattern> KNOWN_WITHOUT_BROKER =
      patterns(
          "NetworkClient: .*(could not be established|disconnected)",
          "Sender: .* retrying .* Error: (NOT_LEADER_OR_FOLLOWER|NOT_ENOUGH_REPLICAS|NETWORK_EXCEPTION)",
          "Sender: .* Received invalid metadata error in produce request");

  @TempDir private Path directory;
  private final List<Event> told = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService stage = Executors.newSingleThreadExecutor();

  @AfterEach
  void clearTheStage() {
    stage.shutdownNow();
  }

  @Test
  @Timeout(300)
  void instancesJoinLeaveDieAndLoseTheirStateAndEveryPromiseIsKept() throws Exception {
    try (Cluster cluster = Cluster.start(directory)) {
      List<GateInstance> both = cluster.startInstances("one", "two");
      GateInstance one = both.get(0);
      GateInstance two = both.get(1);
      Performance performance = performance(tirelessCast());
      try (Decisions decisions = new Decisions(cluster.config())) {
        Future<Summary> playing = stage.submit(() -> performance.run(cluster.config()));
        decisions.awaitAfter(Instant.now(), Set.of(0, 1, 2, 3), TAKE_OVER);

        GateInstance three = cluster.startInstances("three").get(0);
        Set<Integer> taken = cluster.awaitPartitionsOf(three);
        decisions.awaitAfter(Instant.now(), taken, TAKE_OVER);
        three.close();
        assertThat(three.ended().get(1, TimeUnit.SECONDS)).contains("exit code 0");
        decisions.awaitAfter(Instant.now(), taken, TAKE_OVER);

        killAndAwaitTakeOver(cluster, two, decisions);
        two.restart();
        decisions.awaitAfter(Instant.now(), cluster.awaitPartitionsOf(two), TAKE_OVER);

        killAndAwaitTakeOver(cluster, one, decisions);
        one.loseState();
        one.restart();
        decisions.awaitAfter(Instant.now(), cluster.awaitPartitionsOf(one), TAKE_OVER);

        performance.curtain();
        assertEveryPromiseIsKept(playing.get());
        one.close();
        two.close();
        assertThat(cluster.complaints()).noneMatch(line -> !isKnown(KNOWN, line));
        assertDecidedAsWithoutFaults(decisions.byRun(), cluster);
      }
    }
  }

  @Test
  @Timeout(240)
  void theBrokerIsRestartedAndTheInstancesGoOnByThemselves() throws Exception {
    try (Cluster cluster = Cluster.start(directory)) {
      List<GateInstance> both = cluster.startInstances("one", "two");
      GateInstance one = both.get(0);
      GateInstance two = both.get(1);
      Performance performance = performance(tirelessCast());
      try (Decisions decisions = new Decisions(cluster.config())) {
        Future<Summary> playing = stage.submit(() -> performance.run(cluster.config()));
        decisions.awaitAfter(Instant.now(), Set.of(0, 1, 2, 3), TAKE_OVER);

        cluster.restartBroker();
        Instant back = Instant.now();
        Instant goesOn = decisions.awaitAfter(back, Set.of(0, 1, 2, 3), TAKE_OVER);
        LOG.info("All partitions go on {} ms after the broker.", millis(back, goesOn));

        performance.curtain();
        assertEveryPromiseIsKept(playing.get());
        one.close();
        two.close();
        assertThat(one.ended().get(1, TimeUnit.SECONDS)).contains("exit code 0");
        assertThat(two.ended().get(1, TimeUnit.SECONDS)).contains("exit code 0");
        assertThat(cluster.complaints())
            .noneMatch(line -> !isKnown(KNOWN, line) && !isKnown(KNOWN_WITHOUT_BROKER, line));
      }
    }
  }

  private static List<Pattern> patterns(String... afterLevel) {
    return Stream.of(afterLevel).map(text -> Pattern.compile(" WARN .*" + text)).toList();
  }

  private static boolean isKnown(List<Pattern> known, String line) {
    return known.stream().anyMatch(pattern -> pattern.matcher(line).find());
  }

  private Performance performance(List<Agent> cast) {
    return new Performance(cast, Duration.ofSeconds(LONGEST_S), PATIENCE, SEED, told::add);
  }

  /** A round a second of each agent; the honest one has the runs that were recorded. */
  private static List<Agent> tirelessCast() {
    return Cast.everybody().stream()
        .map(agent -> agent instanceof HonestAgent ? agent : new Tireless(agent, LONGEST_S))
        .toList();
  }

  private static void killAndAwaitTakeOver(
      Cluster cluster, GateInstance victim, Decisions decisions) {
    Set<Integer> orphans = cluster.awaitPartitionsOf(victim);
    Instant death = Instant.now();
    victim.kill();
    Instant takenOver = decisions.awaitAfter(Instant.now(), orphans, TAKE_OVER);
    LOG.info("Partitions {} are taken over after {} ms.", orphans, millis(death, takenOver));
  }

  private static long millis(Instant from, Instant to) {
    return Duration.between(from, to).toMillis();
  }

  private void assertEveryPromiseIsKept(Summary summary) {
    LOG.info(summary.json());
    assertThat(told)
        .extracting(Event::text)
        .noneMatch(text -> text.matches("(?s).*(wronged|gives up|fails:|left open|stopped).*"));
    assertThat(summary.executedTwice()).isEmpty();
    assertThat(summary.verdicts())
        .extracting(Summary.Verdict::name)
        .containsExactly("I1", "I2", "I3", "I4", "I5", "I6", "I7");
    assertThat(summary.verdicts())
        .allSatisfy(
            verdict -> {
              assertThat(verdict.counterExamples()).isEmpty();
              assertThat(verdict.violations()).isZero();
              assertThat(verdict.checked()).isPositive();
            });
    assertThat(summary.totals().undecided()).isZero();
    assertThat(summary.totals().unsettled()).isZero();
    assertThat(summary.totals().uncounted()).isZero();
    assertThat(summary.good()).isTrue();
  }

  /** I8: the same input gives the same decisions with and without restarts in between. */
  private void assertDecidedAsWithoutFaults(Map<String, List<String>> faulted, Cluster cluster)
      throws Exception {
    List<Agent> cast =
        Cast.everybody().stream().filter(agent -> ONE_BY_ONE.contains(agent.name())).toList();
    GateConfig calm =
        cluster.config(
            Map.of(
                "gate.topic.prefix", "calm.",
                "application.id", "calm",
                "state.dir", directory.resolve("calm").toString()));
    cluster.createTopics(calm);
    Map<String, List<String>> expected;
    try (Gate gate = Gate.start(calm);
        Decisions decisions = new Decisions(calm)) {
      gate.running().get(30, TimeUnit.SECONDS);
      new Performance(cast, Duration.ofSeconds(10), PATIENCE, SEED, told::add).run(calm);
      expected = decisions.byRun();
    }
    Map<String, List<String>> found = new TreeMap<>(faulted);
    found.keySet().retainAll(expected.keySet());
    expected.keySet().retainAll(found.keySet());
    assertThat(found).isEqualTo(expected);
    for (Agent agent : cast) {
      assertThat(IntStream.rangeClosed(1, agent.rounds()).mapToObj(agent::runId))
          .as("runs of %s with and without faults", agent.name())
          .filteredOn(found::containsKey)
          .hasSizeGreaterThanOrEqualTo(2);
    }
  }
}
