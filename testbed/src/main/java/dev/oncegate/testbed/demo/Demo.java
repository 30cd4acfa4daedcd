package dev.oncegate.testbed.demo;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.gate.serde.AvroSerdes;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.CommandSender;
import dev.oncegate.testbed.agents.Executions;
import dev.oncegate.testbed.agents.ResultListener;
import dev.oncegate.testbed.agents.ToolExecutor;
import dev.oncegate.testbed.agents.Toolbox;
import dev.oncegate.testbed.check.Check;
import dev.oncegate.testbed.check.Report;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * A stack of its own on free ports, one gate, simulated tools and a cast of agents; from start to
 * verdict within a minute.
 */
public final class Demo {
  private static final String APPLICATION_ID = "oncegate-demo";
  private static final int PARTITIONS = 4;
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration SETTLING = Duration.ofSeconds(10);
  private static final Duration CATCHING_UP = Duration.ofSeconds(5);
  private static final long ASK_AGAIN_MS = 100;

  private final List<Agent> cast;
  private final Duration traffic;
  private final long seed;
  private final Show show;
  private final long beganNs = System.nanoTime();
  private final Chronicle chronicle;
  private volatile Stage stage = Stage.STARTING;
  private volatile @Nullable TopicTally tally;

  /**
   * A demo that has not begun.
   *
   * @param cast who plays
   * @param traffic how long the agents begin new rounds
   * @param seed of all their chance
   * @param show closed by the caller
   */
  public Demo(List<Agent> cast, Duration traffic, long seed, Show show) {
    this.cast = cast;
    this.traffic = traffic;
    this.seed = seed;
    this.show = show;
    this.chronicle = new Chronicle(() -> elapsed().toMillis(), show::tell);
  }

  /**
   * Runs it to its end.
   *
   * @param directory for the data of all; the caller deletes it
   * @throws InterruptedException where it is stopped before; all that was started has ended then
   */
  public Summary run(Path directory) throws InterruptedException {
    show.open(this::scene);
    enter(Stage.STARTING);
    try (DataDirectory data = DataDirectory.open(directory);
        Stack stack = Stack.start(data, 0, 0)) {
      GateConfig config =
          GateConfig.of(
              Map.of(
                  CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                  stack.bootstrapServers(),
                  "schema.registry.url",
                  stack.registryUrl(),
                  StreamsConfig.APPLICATION_ID_CONFIG,
                  APPLICATION_ID,
                  StreamsConfig.STATE_DIR_CONFIG,
                  directory.resolve("gate").toString()));
      try (Admin admin = Gate.admin(config)) {
        new TopicSetup(admin, config).create(PARTITIONS, Optional.of((short) 1));
      }
      try (Gate gate = Gate.start(config)) {
        within(START, gate.running(), "the gate does not run");
        Summary summary = perform(stack.bootstrapServers(), config);
        enter(Stage.CLOSING);
        return summary;
      }
    }
  }

  private Summary perform(String bootstrapServers, GateConfig config) throws InterruptedException {
    Topics topics = Topics.of(config);
    AvroSerdes avro = AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), config.kafkaSettings());
    Connections connections = new Connections(bootstrapServers, avro);
    TopicTally counted = new TopicTally(topics, avro.deserializer(), cast, chronicle);
    tally = counted;
    ResultListener results = new ResultListener();
    TopicReader reader =
        new TopicReader(
            connections.everything(),
            publicTopics(topics),
            record -> {
              if (counted.accept(record) instanceof ActionResult result) {
                results.accept(result);
              }
            });
    Executions executions = new Executions();
    try (var outcomes = connections.outcomes();
        var commands = connections.commands()) {
      ToolExecutor tools =
          new ToolExecutor(
              connections.effects(),
              outcomes,
              topics.effects(),
              topics.outcomes(),
              new Toolbox(cast),
              executions,
              InstantSource.system());
      CommandSender sender = new CommandSender(commands, avro.serializer(), topics, PARTITIONS);
      Director director =
          new Director(
              random -> new LiveWorld(sender, results, executions, random), chronicle, seed);
      try (Background background = new Background()) {
        background.start("topic-reader", reader, reader::close);
        background.start("tool-executor", tools, tools::close);
        enter(Stage.PLAYING);
        director.play(cast, traffic);
        enter(Stage.SETTLING);
        settle(reader, counted);
        enter(Stage.CHECKING);
        Report report =
            Check.run(
                config.kafkaSettings(),
                topics,
                config.getLong(GateKeys.DEDUP_WINDOW_MS),
                CATCHING_UP);
        within(CATCHING_UP, reader.atEnd(), "the topics are not read");
        return summary(counted, executions, report);
      }
    }
  }

  private void settle(TopicReader reader, TopicTally counted) throws InterruptedException {
    long untilNs = System.nanoTime() + SETTLING.toNanos();
    while (System.nanoTime() < untilNs) {
      if (within(SETTLING, reader.atEnd(), "the topics are not read")
          && counted.totals().settled()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    }
    chronicle.tell(Event.Kind.WARNING, "demo", "something was left open; the check says what");
  }

  private Summary summary(TopicTally counted, Executions executions, Report report) {
    List<String> twice =
        executions.executedTwice().stream()
            .map(action -> action.scope() + "/" + action.key())
            .sorted()
            .toList();
    List<Summary.Verdict> verdicts =
        report.verdicts().entrySet().stream()
            .map(
                entry ->
                    new Summary.Verdict(
                        entry.getKey().name(),
                        entry.getKey().title(),
                        entry.getValue().checked(),
                        entry.getValue().violations(),
                        entry.getValue().counterExamples()))
            .toList();
    return new Summary(
        counted.lines(), counted.totals(), executions.count(), twice, verdicts, seed, elapsed());
  }

  private static List<String> publicTopics(Topics topics) {
    return List.of(
        topics.commands(),
        topics.effects(),
        topics.results(),
        topics.conflicts(),
        topics.runCounts(),
        topics.circuits(),
        topics.deadLetters());
  }

  private static <T> T within(Duration time, Future<T> future, String otherwise)
      throws InterruptedException {
    try {
      return future.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new DemoFailedException(otherwise, e);
    }
  }

  private Scene scene() {
    TopicTally counted = tally;
    return counted == null
        ? new Scene(
            stage,
            elapsed(),
            cast.stream().map(AgentLine::before).toList(),
            Totals.NONE,
            chronicle.latest())
        : new Scene(stage, elapsed(), counted.lines(), counted.totals(), chronicle.latest());
  }

  private void enter(Stage next) {
    stage = next;
    chronicle.tell(Event.Kind.GOOD, "demo", next.words());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - beganNs);
  }
}
