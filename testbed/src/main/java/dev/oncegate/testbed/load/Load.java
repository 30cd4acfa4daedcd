package dev.oncegate.testbed.load;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import dev.oncegate.gate.WireSchemas;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Decision;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.agents.Attempt;
import dev.oncegate.testbed.agents.ToolExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Agents that send at a rate, executors that misbehave, an operator, and the pulse of it all,
 * before gates that run elsewhere.
 *
 * <p>Brokers, gates and the registry may go and come back: what is on its way is sent again for ten
 * minutes, readers go on where they stopped, and the schemas are known from the start on. What
 * fails for good is counted.
 *
 * <p>It is made for the scope {@code run}: keys are told apart within a run only. Memory grows by
 * what {@link EffectBooks} takes for each effect and {@link Pulse} for each second; all else is
 * bounded.
 */
public final class Load implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Load.class);
  private static final int EXECUTORS = 2;
  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final Duration ENDING = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofSeconds(2);
  private static final long LOOK_AGAIN_MS = 100;

  private final LoadSettings settings;
  private final GateConfig config;
  private final EffectBooks books = new EffectBooks();
  private final List<Running> running = new ArrayList<>();
  private @Nullable Parts parts;

  /** A thread, and what ends it. */
  private record Running(Thread thread, AutoCloseable work) {}

  /** What there is once it has started. */
  private record Parts(
      Agents agents,
      Follower operator,
      Outgoing outgoing,
      Producer<String, ActionOutcome> outcomes,
      Pulse pulse,
      Answers answers,
      ScheduledExecutorService seconds) {}

  /**
   * A load that has not begun.
   *
   * @param config reaches the cluster and names the topics
   */
  public Load(LoadSettings settings, GateConfig config) {
    this.settings = settings;
    this.config = config;
  }

  /**
   * Begins; brokers and registry must be there. The run begins now, as far as {@link #seconds} is
   * concerned.
   *
   * @throws InterruptedException while waiting for them
   * @throws IllegalStateException where the topics cannot be read within a minute
   */
  public void start() throws InterruptedException {
    if (parts != null) {
      throw new IllegalStateException("started twice");
    }
    Topics topics = Topics.of(config);
    Map<String, Object> reach = config.kafkaSettings();
    AvroSerdes serdes = AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), reach);
    for (Map.Entry<String, Schema> value : WireSchemas.byTopic(topics).entrySet()) {
      serdes.prepare(value.getKey(), value.getValue());
    }
    TimestampLimit.lift(() -> Gate.admin(config), topics);
    Clientele clients = new Clientele(reach, serdes, config.applicationId() + "-load");
    Producer<@Nullable String, byte @Nullable []> producer = clients.agents();
    int partitions = producer.partitionsFor(topics.commands()).size();
    Outgoing outgoing = new Outgoing(producer);
    Wire wire = new Wire(serdes, reach, topics, partitions);
    MoodyTool tools = new MoodyTool(settings.seed());
    Operator operator = new Operator(settings.seed(), tools, topics, serdes.deserializer());
    Pulse pulse = new Pulse(System::nanoTime);
    Answers answers = new Answers(topics, serdes.deserializer(), pulse);
    Follower reader =
        new Follower(
            clients::reader, List.of(topics.results(), topics.deadLetters()), answers::read);
    Follower orders =
        new Follower(
            clients::reader,
            List.of(topics.escalations(), topics.circuits()),
            record -> {
              ControlCommand order = operator.orderOn(record);
              if (order != null && outgoing.hasRoom()) {
                outgoing.send(wire.record(order), at -> {});
              }
            });
    Agents agents =
        new Agents(
            new Generator(settings, config.getLong(GateKeys.DEDUP_WINDOW_MS)),
            wire,
            outgoing,
            pulse,
            settings.perSecond());
    Producer<String, ActionOutcome> outcomes = clients.outcomes();
    ScheduledExecutorService seconds = Executors.newSingleThreadScheduledExecutor(Load::daemon);
    parts = new Parts(agents, orders, outgoing, outcomes, pulse, answers, seconds);
    run("load-reader", reader, reader);
    run("load-operator", orders, orders);
    for (int i = 1; i <= EXECUTORS; i++) {
      TirelessExecutor executor =
          new TirelessExecutor(
              () ->
                  new ToolExecutor(
                      clients.effects(),
                      outcomes,
                      topics.effects(),
                      topics.outcomes(),
                      tools,
                      books,
                      InstantSource.system()));
      run("load-executor-" + i, executor, executor);
    }
    if (!reader.awaitReady(STARTING) || !orders.awaitReady(STARTING)) {
      close();
      throw new IllegalStateException(
          "the topics of %s cannot be read within %s".formatted(config.applicationId(), STARTING));
    }
    seconds.scheduleAtFixedRate(pulse::tick, 1, 1, TimeUnit.SECONDS);
    run("load-agents", agents, agents);
  }

  private void run(String name, Runnable work, AutoCloseable end) {
    Thread thread = daemon(work);
    thread.setName(name);
    thread.setUncaughtExceptionHandler((failed, e) -> LOG.error("{} ended", name, e));
    running.add(new Running(thread, end));
    thread.start();
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  private Parts parts() {
    if (parts == null) {
      throw new IllegalStateException("not started");
    }
    return parts;
  }

  /** From now on agents and operator send nothing more; executors go on. */
  public void stopSending() {
    parts().agents.close();
    parts().operator.close();
  }

  /**
   * Waits until all that was sent is acknowledged and decided, every effect has an outcome or is
   * overdue, and nothing more comes. Where executors never answer that takes as long as the gate's
   * {@code gate.deadline.ms}.
   *
   * @return false: it takes longer than given
   */
  public boolean awaitSettled(Duration time) throws InterruptedException {
    long untilNs = System.nanoTime() + time.toNanos();
    while (!settled()) {
      if (System.nanoTime() >= untilNs) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
    }
    return true;
  }

  private boolean settled() {
    return parts().outgoing.unacknowledged() == 0
        && parts().pulse.waiting() == 0
        && parts().answers.open() == 0
        && parts().answers.quietForNs() > QUIET.toNanos();
  }

  /** Commands that the brokers acknowledged so far, unreadable ones among them. */
  public long commands() {
    return parts().pulse.sent();
  }

  /** Decisions and dead letters of commands that were read so far. */
  public long decided() {
    return parts().pulse.decided();
  }

  /** Decisions read so far, by kind. */
  public Map<Decision, Long> decisions() {
    return parts().answers.decisions();
  }

  /** Dead letters read so far, those of outcomes and controls among them. */
  public long deadLetters() {
    return parts().answers.deadLetters();
  }

  /** Deliveries made so far, by how their runs behave. */
  public Map<Conduct, Long> deliveries() {
    return parts().agents.byConduct();
  }

  /** Records that brokers did not take in the end, by the kind of failure; usually none. */
  public Map<String, Long> failures() {
    return parts().outgoing.failures();
  }

  /** Deliveries that were due and not made, for brokers had stalled for too long. */
  public long leftOut() {
    return parts().agents.leftOut();
  }

  /** Commands that are acknowledged and not decided, the ones given up after ten minutes too. */
  public long undecided() {
    return parts().pulse.waiting() + parts().pulse.givenUp();
  }

  /** Actions let through that have neither an outcome nor passed their deadline. */
  public long unsettled() {
    return parts().answers.open();
  }

  /** Attempts that were handed to an executor. */
  public long executions() {
    return books.attempts();
  }

  /** Attempts that more than one effect permitted, the first thousand: what the gate broke. */
  public List<Attempt> executedTwice() {
    return books.twice();
  }

  /** All seconds since it began that have ended. */
  public List<Second> seconds() {
    return parts().pulse.seconds();
  }

  /** Milliseconds since it began: the clock of {@link #seconds}. */
  public long elapsedMs() {
    return parts().pulse.elapsedMs();
  }

  /** Ends all; waits at most ten seconds for each thread and for what is on its way. */
  @Override
  public void close() {
    Parts all = parts;
    if (all == null) {
      return;
    }
    for (Running one : running) {
      end(one.work);
    }
    try {
      for (Running one : running) {
        one.thread.join(ENDING.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.seconds.shutdownNow();
    all.outgoing.close(ENDING);
    all.outcomes.close(ENDING);
  }

  private static void end(AutoCloseable work) {
    try {
      work.close();
    } catch (Exception e) {
      LOG.warn("{} does not end", work, e);
    }
  }
}
