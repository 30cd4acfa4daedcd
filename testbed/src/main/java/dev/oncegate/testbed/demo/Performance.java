package dev.oncegate.testbed.demo;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.CommandSender;
import dev.oncegate.testbed.agents.Executions;
import dev.oncegate.testbed.agents.Placement;
import dev.oncegate.testbed.agents.ResultListener;
import dev.oncegate.testbed.agents.ToolExecutor;
import dev.oncegate.testbed.agents.Toolbox;
import dev.oncegate.testbed.check.Check;
import dev.oncegate.testbed.check.Report;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cast of agents and its simulated tools before gates that run elsewhere. What came of it is read
 * back from the topics.
 */
public final class Performance {
  private static final long ASK_AGAIN_MS = 100;
  private static final int WARM_UP_RUNS = 40;
  private static final Duration WARM_UP = Duration.ofSeconds(30);

  private final List<Agent> cast;
  private final Duration traffic;
  private final Patience patience;
  private final long seed;
  private final long beganNs = System.nanoTime();
  private final Chronicle chronicle;
  private final CountDownLatch enough = new CountDownLatch(1);
  private volatile Stage stage = Stage.STARTING;
  private volatile @Nullable TopicTally tally;

  /**
   * How long it waits for gates that are busy, or gone until others take over.
   *
   * @param answer an agent for a decision or an outcome, and all of them for the end of their last
   *     rounds
   * @param settling until every effect has its outcome and every count is published
   * @param check until the gates have caught up with what is checked
   */
  public record Patience(Duration answer, Duration settling, Duration check) {}

  /**
   * A performance that has not begun.
   *
   * @param cast who plays
   * @param traffic how long the agents begin new rounds
   * @param seed of all their chance
   * @param listener is told of each event as it happens, by several threads
   */
  public Performance(
      List<Agent> cast, Duration traffic, Patience patience, long seed, Consumer<Event> listener) {
    this.cast = cast;
    this.traffic = traffic;
    this.patience = patience;
    this.seed = seed;
    this.chronicle = new Chronicle(() -> elapsed().toMillis(), listener);
  }

  /**
   * Plays, waits until all is settled, and checks.
   *
   * @param config reaches the cluster and names the topics
   * @throws InterruptedException where it is stopped before; all that was started has ended then
   */
  public Summary run(GateConfig config) throws InterruptedException {
    return run(config, new Executions(), null);
  }

  /**
   * The same with tools elsewhere.
   *
   * @param executions what is executed, as the operators see it
   * @param crew executes the effects, instead of this; closed by the caller
   */
  Summary run(GateConfig config, Executions executions, @Nullable Crew crew)
      throws InterruptedException {
    Topics topics = Topics.of(config);
    AvroSerdes avro = AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), config.kafkaSettings());
    Connections connections = new Connections(config.kafkaSettings(), avro);
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
      int partitions = commands.partitionsFor(topics.commands()).size();
      CommandSender sender = new CommandSender(commands, avro.serializer(), topics, partitions);
      Director director =
          new Director(
              random -> new LiveWorld(sender, results, executions, random, patience.answer()),
              chronicle,
              seed);
      try (Background background = new Background()) {
        background.start("topic-reader", reader, reader::close);
        if (crew == null) {
          background.start("tool-executor", tools, tools::close);
        } else {
          warmUp(sender, crew);
        }
        enter(Stage.PLAYING);
        director.play(cast, traffic, patience.answer(), enough);
        enter(Stage.SETTLING);
        settle(reader, counted);
        enter(Stage.CHECKING);
        Report report =
            Check.run(
                config.kafkaSettings(),
                topics,
                config.getLong(GateKeys.DEDUP_WINDOW_MS),
                patience.check());
        within(patience.check(), reader.atEnd(), "the topics are not read");
        return crew == null
            ? summary(counted, executions.count(), executions.executedTwice(), report)
            : summary(counted, crew.count(), crew.executedTwice(), report);
      }
    }
  }

  /** A crew that has never called a tool is slower than the shortest deadlines of the agents. */
  private static void warmUp(CommandSender sender, Crew crew) throws InterruptedException {
    Random random = new Random(0);
    for (int run = 0; run < WARM_UP_RUNS; run++) {
      sender.send(
          ActionCommand.newBuilder()
              .setRunId("warm-up-" + run)
              .setTool(HttpCrew.WARM_UP)
              .setArgs("{}")
              .setIdempotencyKey("once")
              .build(),
          Placement.MURMUR2,
          random);
    }
    long untilNs = System.nanoTime() + WARM_UP.toNanos();
    while (crew.count() < WARM_UP_RUNS) {
      if (System.nanoTime() > untilNs) {
        throw new DemoFailedException(
            "the tools are not called",
            new TimeoutException("%d of %d calls".formatted(crew.count(), WARM_UP_RUNS)));
      }
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    }
  }

  /** From now on no agent begins a new round, though the time is not over. */
  public void curtain() {
    enough.countDown();
  }

  private void settle(TopicReader reader, TopicTally counted) throws InterruptedException {
    long untilNs = System.nanoTime() + patience.settling().toNanos();
    while (System.nanoTime() < untilNs) {
      if (within(patience.settling(), reader.atEnd(), "the topics are not read")
          && counted.totals().settled()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    }
    chronicle.tell(Event.Kind.WARNING, "demo", "something was left open; the check says what");
  }

  private Summary summary(
      TopicTally counted, long executed, List<Executions.Action> executedTwice, Report report) {
    List<String> twice =
        executedTwice.stream().map(action -> action.scope() + "/" + action.key()).sorted().toList();
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
        counted.lines(), counted.totals(), executed, twice, verdicts, seed, elapsed());
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

  static <T> T within(Duration time, Future<T> future, String otherwise)
      throws InterruptedException {
    try {
      return future.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new DemoFailedException(otherwise, e);
    }
  }

  /** What there is to see at this moment. */
  Scene scene() {
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

  void enter(Stage next) {
    stage = next;
    chronicle.tell(Event.Kind.GOOD, "demo", next.words());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - beganNs);
  }
}
