package dev.oncegate.gate;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.BeforeCommit;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.TimerStore;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.serde.RecordNotReadableException;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The one processor of the gate, once for each partition: decodes what arrives, carries it to the
 * partition of its scope where it lies wrong, and hands it to the one who handles it.
 *
 * <p>An exception fails the task and aborts the transaction, so that no store has a mark whose
 * records were not sent. Only what can never be acted on is put aside as a dead letter, before any
 * store is written.
 */
final class GateProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final GateParts parts;
  private @Nullable Live live;
  // All that was due up to then is done.
  private long toldUntilMs;

  /** What exists once a partition is assigned. */
  private record Live(
      ProcessorContext<byte[], byte[]> context,
      ActionStore actions,
      Outbox outbox,
      CommandHandler commands,
      OutcomeHandler outcomes,
      ControlHandler controls,
      TimerHandler timers,
      StoppedRuns stopped) {}

  GateProcessor(GateParts parts) {
    this.parts = parts;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    TimerStore timers = new TimerStore(context.getStateStore(TimerStore.NAME));
    ActionStore actions =
        new ActionStore(
            context.getStateStore(ActionStore.NAME), timers, parts.times().dedupWindowMs());
    RunStore runs = new RunStore(context.getStateStore(RunStore.NAME));
    BeforeCommit beforeCommit = context.getStateStore(BeforeCommit.NAME);
    beforeCommit.run(runs::writeChanges, timers::writeChanges);
    Outbox outbox = new Outbox(context, parts);
    StoppedRuns stopped = new StoppedRuns(runs, parts.observer(), parts.times().timersIntervalMs());
    RunLog log = new RunLog(runs, timers, outbox, stopped, parts);
    Results results = new Results(parts.times().dedupWindowMs());
    Overdue overdue = new Overdue(parts, actions, log, results, outbox);
    Settling settling = new Settling(parts, actions, timers, log, results);
    toldUntilMs = 0;
    live =
        new Live(
            context,
            actions,
            outbox,
            new CommandHandler(
                parts, actions, timers, log, overdue, results, outbox, () -> toldUntilMs),
            new OutcomeHandler(parts, actions, settling, outbox),
            new ControlHandler(parts, actions, settling, overdue, log, results, outbox),
            new TimerHandler(timers, actions, overdue, log),
            stopped);
    context.schedule(
        Duration.ofMillis(parts.times().timersIntervalMs()),
        PunctuationType.WALL_CLOCK_TIME,
        ignored -> onTick());
    parts.readable().open(context.taskId().partition());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Live gate = live();
    catchUp(gate);
    RecordMetadata metadata =
        gate.context
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a record without its coordinates"));
    Arrival arrival = arrivalOf(record, metadata);
    parts.observer().begins(arrival.at());
    handle(gate, arrival);
    parts.observer().ends();
  }

  private void handle(Live gate, Arrival arrival) {
    if (arrival.source() == Arrival.Source.FOREIGN) {
      gate.outbox.deadLetter(
          arrival,
          new DeadLetter(
              DeadLetter.Cause.FOREIGN_RECORD,
              "This topic is the gate's own; nothing says where the record came from."));
      return;
    }
    SpecificRecord value;
    try {
      value = parts.deserializer().deserialize(arrival.at().topic(), arrival.value());
    } catch (RecordNotReadableException e) {
      gate.outbox.deadLetter(
          arrival,
          new DeadLetter(DeadLetter.Cause.UNREADABLE_BYTES, String.valueOf(e.getMessage())));
      return;
    }
    dispatch(gate, arrival, value);
  }

  /**
   * After a gap longer than the memory, an outage or a jump of the clock, the first new entry drops
   * old ones: their deadlines are told before. After a shorter one that is left to the timers,
   * which do it in small steps: all in the transaction of one record could outlast that, and again
   * each time it is tried.
   */
  private void catchUp(Live gate) {
    long nowMs = nowMs(gate);
    if (toldUntilMs < nowMs - parts.times().timersIntervalMs()
        && gate.actions.wouldLeaveDeadlinesBehind(nowMs)) {
      gate.timers.catchUp(nowMs);
      toldUntilMs = nowMs;
    }
  }

  private void dispatch(Live gate, Arrival arrival, @Nullable SpecificRecord value) {
    switch (arrival.source()) {
      case COMMANDS -> {
        if (value instanceof ActionCommand command) {
          handle(
              gate,
              arrival,
              parts.scopeOf(command),
              command.getRunId(),
              command.getCorrelationId(),
              () -> gate.commands.handle(arrival, command, nowMs(gate)));
        } else {
          wrongType(gate, arrival, value, "ActionCommand");
        }
      }
      case OUTCOMES -> {
        if (value instanceof ActionOutcome outcome) {
          handle(
              gate,
              arrival,
              outcome.getScope(),
              outcome.getRunId(),
              outcome.getCorrelationId(),
              () -> gate.outcomes.handle(arrival, outcome, nowMs(gate)));
        } else {
          wrongType(gate, arrival, value, "ActionOutcome");
        }
      }
      case CONTROLS -> {
        if (value instanceof ControlCommand control) {
          handle(
              gate,
              arrival,
              parts.scopeOf(control),
              control.getRunId(),
              null,
              () -> gate.controls.handle(arrival, control, nowMs(gate)));
        } else {
          wrongType(gate, arrival, value, "ControlCommand");
        }
      }
      case FOREIGN -> throw new IllegalStateException("a foreign record is put aside unread");
    }
  }

  private void handle(
      Live gate,
      Arrival arrival,
      String scope,
      String runId,
      @Nullable String correlationId,
      Runnable here) {
    parts.observer().concerns(runId, correlationId);
    if (!GateParts.isName(scope)) {
      gate.outbox.deadLetter(
          arrival,
          new DeadLetter(
              DeadLetter.Cause.NO_RUN_ID,
              "The record names no run or scope of 1 to %d characters; nothing can be judged."
                  .formatted(GateParts.MAX_NAME)));
    } else if (arrival.liesRight()
        || parts.partitionOf(scope) == gate.context.taskId().partition()) {
      here.run();
    } else {
      gate.outbox.reroute(scope, arrival);
    }
  }

  private static void wrongType(
      Live gate, Arrival arrival, @Nullable SpecificRecord value, String expected) {
    String found = value == null ? "a null value" : value.getSchema().getFullName();
    gate.outbox.deadLetter(
        arrival,
        new DeadLetter(
            DeadLetter.Cause.WRONG_TYPE,
            "Found %s where %s is expected.".formatted(found, expected)));
  }

  private Arrival arrivalOf(Record<byte[], byte[]> record, RecordMetadata metadata) {
    String topic = metadata.topic();
    Coordinates at = new Coordinates(topic, metadata.partition(), metadata.offset());
    Arrival.Source source = parts.sourceOf(topic);
    return source == null
        ? Rerouted.arrival(record, at, parts)
        : new Arrival(
            source, at, false, record.timestamp(), record.key(), record.value(), record.headers());
  }

  private void onTick() {
    Live gate = live();
    long nowMs = nowMs(gate);
    if (gate.timers.onTick(nowMs)) {
      toldUntilMs = nowMs;
    }
    gate.stopped.onTick();
  }

  @Override
  public void close() {
    if (live != null) {
      parts.readable().close(live.context.taskId().partition());
      live.stopped.close();
      live = null;
    }
    parts.observer().ends();
  }

  /**
   * Never behind the partition and its state: an instance whose clock is late must not see an older
   * time than its predecessor, or it would write where the stores no longer keep anything.
   */
  private long nowMs(Live gate) {
    long reachedMs = Math.max(gate.context.currentStreamTimeMs(), gate.actions.newestBucketMs());
    return Math.max(parts.clock().millis(), reachedMs);
  }

  private Live live() {
    if (live == null) {
      throw new IllegalStateException("not initialised");
    }
    return live;
  }
}
