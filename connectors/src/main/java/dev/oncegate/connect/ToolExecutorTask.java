package dev.oncegate.connect;

import dev.oncegate.connect.config.ExecutorConfig;
import dev.oncegate.connect.route.Carried;
import dev.oncegate.connect.route.Tool;
import dev.oncegate.connect.run.Assignment;
import dev.oncegate.connect.run.Engine;
import dev.oncegate.connect.run.Execution;
import dev.oncegate.schema.ActionEffect;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.jspecify.annotations.Nullable;

/**
 * Hands effects to the engine, holds further ones back when it has enough, and lets Connect commit
 * what is settled.
 *
 * <p>The promise: an effect's offset is committed only after everything that is reported of it is
 * durable. A crash before that has it delivered again, with the same key for its tool.
 *
 * <p>Outcomes are published by an idempotent producer and not in a transaction with the offsets: an
 * effect that is delivered again has its tool called again in both cases, and an outcome that comes
 * twice changes nothing by the gate's contract, so a transaction would cost time and one producer
 * for each partition without sparing anybody anything.
 */
public final class ToolExecutorTask extends SinkTask {
  private static final long TICK_MS = 100;
  private static final long HELD_BACK_TICK_MS = 20;

  private final Links links;
  private final InstantSource clock;
  private final Map<TopicPartition, Assignment> assignments = new HashMap<>();
  private final Set<TopicPartition> paused = new HashSet<>();
  private @Nullable Works works;
  private boolean heldBack;
  private long committableSum;
  private long lastRequestMs;

  /** For Connect. */
  public ToolExecutorTask() {
    this(Links.KAFKA, InstantSource.system());
  }

  ToolExecutorTask(Links links, InstantSource clock) {
    this.links = links;
    this.clock = clock;
  }

  @Override
  public String version() {
    return Version.get();
  }

  @Override
  public void start(Map<String, String> props) {
    works = new Works(props, props.getOrDefault(ToolExecutorConnector.TASK, "0"), links, clock);
  }

  @Override
  public void open(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = works().cluster().ends(partitions);
    for (TopicPartition partition : partitions) {
      Long end = ends.get(partition);
      if (end == null) {
        throw new ConnectException("The brokers do not tell where %s ends".formatted(partition));
      }
      assignments.put(partition, new Assignment(partition.topic(), partition.partition(), end));
      // Connect may have kept it paused from an earlier assignment: the next turn finds out.
      paused.add(partition);
    }
  }

  @Override
  public void put(Collection<SinkRecord> records) {
    Engine engine = works().engine();
    Throwable failure = engine.failure();
    if (failure != null) {
      throw new ConnectException("The executor cannot go on: " + failure.getMessage(), failure);
    }
    if (!records.isEmpty()) {
      engine.accept(executions(records));
    }
    holdBack(engine);
    requestCommit(engine);
  }

  /** A record with its effect; null where it is none. */
  private record Read(
      SinkRecord record, @Nullable ActionEffect effect, @Nullable DataException problem) {}

  private List<Execution> executions(Collection<SinkRecord> records) {
    // All are read before one is taken: where the registry does not answer, Connect brings all
    // again.
    List<Read> read = records.stream().map(this::read).toList();
    List<Execution> executions = new ArrayList<>(read.size());
    for (Read each : read) {
      SinkRecord record = each.record();
      Assignment assignment = assignment(record);
      long offset = record.originalKafkaOffset();
      if (!assignment.book().take(offset)) {
        continue;
      }
      ActionEffect effect = each.effect();
      if (effect == null) {
        report(record, each.problem());
        assignment.book().settle(offset);
      } else if (isForAnother(effect)) {
        assignment.book().settle(offset);
      } else {
        Tool tool = works().routing().find(effect.getTool());
        executions.add(
            new Execution(
                assignment,
                offset,
                effect,
                carried(record, effect),
                tool != null && tool.idempotent()));
      }
    }
    return executions;
  }

  private Read read(SinkRecord record) {
    try {
      ActionEffect effect = works().wire().effect(record.originalTopic(), record.value());
      return new Read(record, effect, null);
    } catch (DataException e) {
      return new Read(record, null, e);
    }
  }

  private void report(SinkRecord record, @Nullable DataException problem) {
    ErrantRecordReporter reporter = context.errantRecordReporter();
    if (reporter == null) {
      throw new ConnectException(
          "%s-%d@%d cannot be executed; see errors.tolerance and errors.deadletterqueue.topic.name of the connector"
              .formatted(
                  record.originalTopic(),
                  record.originalKafkaPartition(),
                  record.originalKafkaOffset()),
          problem);
    }
    reporter.report(record, problem);
  }

  private boolean isForAnother(ActionEffect effect) {
    return works().routing().find(effect.getTool()) == null
        && works().config().getString(ExecutorConfig.UNKNOWN_TOOL).equals("ignore");
  }

  private Assignment assignment(SinkRecord record) {
    TopicPartition partition =
        new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    Assignment assignment = assignments.get(partition);
    if (assignment == null) {
      throw new ConnectException("A record of %s, which was not opened".formatted(partition));
    }
    return assignment;
  }

  private static Carried carried(SinkRecord record, ActionEffect effect) {
    String correlation = text(record, "correlation-id");
    return new Carried(
        text(record, "traceparent"),
        text(record, "tracestate"),
        correlation == null ? effect.getCorrelationId() : correlation);
  }

  /** The worker's header converter may have made anything of it. */
  private static @Nullable String text(SinkRecord record, String name) {
    Header header = record.headers().lastWithName(name);
    Object value = header == null ? null : header.value();
    if (value instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return value == null ? null : value.toString();
  }

  private void holdBack(Engine engine) {
    ExecutorConfig config = works().config();
    int most = config.getInt(ExecutorConfig.MAX_IN_FLIGHT);
    long mostBytes = config.getLong(ExecutorConfig.MAX_IN_FLIGHT_BYTES);
    int inFlight = engine.inFlight();
    long bytes = engine.inFlightBytes();
    heldBack =
        heldBack
            ? inFlight > most / 2 || bytes > mostBytes / 2
            : inFlight >= most || bytes >= mostBytes;
    int mostAhead = config.getInt(ExecutorConfig.MAX_AHEAD);
    List<TopicPartition> pause = new ArrayList<>();
    List<TopicPartition> resume = new ArrayList<>();
    assignments.forEach(
        (partition, assignment) -> {
          boolean isPaused = paused.contains(partition);
          int limit = isPaused ? mostAhead / 2 + 1 : mostAhead;
          boolean wait = heldBack || assignment.book().ahead() >= limit;
          if (wait && !isPaused) {
            pause.add(partition);
          } else if (!wait && isPaused) {
            resume.add(partition);
          }
        });
    if (!pause.isEmpty()) {
      context.pause(pause.toArray(TopicPartition[]::new));
      paused.addAll(pause);
    }
    if (!resume.isEmpty()) {
      context.resume(resume.toArray(TopicPartition[]::new));
      resume.forEach(paused::remove);
    }
  }

  /** Also keeps Connect awake: without a timeout it sleeps until its own next commit. */
  private void requestCommit(Engine engine) {
    long sum = 0;
    for (Assignment assignment : assignments.values()) {
      sum += assignment.book().committable().orElse(0);
    }
    long nowMs = clock.millis();
    if (sum != committableSum
        && nowMs - lastRequestMs >= works().config().getLong(ExecutorConfig.COMMIT_INTERVAL_MS)) {
      committableSum = sum;
      lastRequestMs = nowMs;
      context.requestCommit();
    }
    if (!paused.isEmpty()) {
      context.timeout(HELD_BACK_TICK_MS);
    } else if (engine.inFlight() > 0 || sum != committableSum) {
      context.timeout(TICK_MS);
    }
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> preCommit(
      Map<TopicPartition, OffsetAndMetadata> currentOffsets) {
    Map<TopicPartition, OffsetAndMetadata> settled = new HashMap<>();
    assignments.forEach(
        (partition, assignment) ->
            assignment
                .book()
                .committable()
                .ifPresent(offset -> settled.put(partition, new OffsetAndMetadata(offset))));
    return settled;
  }

  @Override
  public void close(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      Assignment assignment = assignments.remove(partition);
      if (assignment != null) {
        assignment.end();
      }
      paused.remove(partition);
    }
  }

  @Override
  public void stop() {
    close(List.copyOf(assignments.keySet()));
    if (works != null) {
      works.close();
      works = null;
    }
  }

  private Works works() {
    if (works == null) {
      throw new IllegalStateException("not started");
    }
    return works;
  }
}
