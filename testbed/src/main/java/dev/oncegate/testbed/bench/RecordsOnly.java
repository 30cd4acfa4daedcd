package dev.oncegate.testbed.bench;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Writes the records that the gate writes for an action and its outcome, about as long as those,
 * and decides nothing: what any gate pays that keeps the contract by a log. The state is on the
 * heap, with a changelog; nothing is looked up, validated, hashed or counted.
 */
final class RecordsOnly implements Contender {
  static final String NAME = "records-only";

  private static final String STATE = "state";

  /** As long as the gate's for commands of the benchmark. */
  private static final int RESULT_BYTES = 190;

  private static final int SETTLED_BYTES = 300;
  private static final int STATE_BYTES = 175;
  private static final int SETTLED_STATE_BYTES = 295;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String words() {
    return "Writes the records that the gate writes for new actions and their outcomes (effect, result and changelog; result and changelog), as long as those, and decides nothing: the part of the gate's work that the log asks for. Duplicates pass.";
  }

  @Override
  public boolean isOnce() {
    return false;
  }

  @Override
  public boolean takesOutcomes() {
    return true;
  }

  @Override
  public void prepare(Course course, Admin admin) {
    Contender.super.prepare(course, admin);
    course.beginAtEnd(admin, Topics.of(course.config()).outcomes());
  }

  @Override
  public Running start(Course course) {
    AvroSerdes avro = AvroSerdes.of("oncegate", course.config().kafkaSettings());
    String outcomes = Topics.of(course.config()).outcomes();
    Topology topology = new Topology();
    for (String source : new String[] {course.commands(), outcomes}) {
      topology.addSource(
          AutoOffsetReset.earliest(),
          source,
          new ByteArrayDeserializer(),
          new ByteArrayDeserializer(),
          source);
    }
    topology
        .addProcessor(
            "answer",
            () -> new Answer(answers(course), effects(course), avro),
            course.commands(),
            outcomes)
        .addStateStore(
            Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(STATE), Serdes.String(), Serdes.ByteArray()),
            "answer");
    for (String sink : new String[] {answers(course), effects(course)}) {
      topology.addSink(sink, sink, new ByteArraySerializer(), new ByteArraySerializer(), "answer");
    }
    return PassThrough.start(topology, course);
  }

  private static final class Answer implements Processor<byte[], byte[], byte[], byte[]> {
    private final String answers;
    private final String effects;
    private final Deserializer<SpecificRecord> deserializer;
    private final Serializer<SpecificRecord> serializer;
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<String, byte[]> state;

    Answer(String answers, String effects, AvroSerdes avro) {
      this.answers = answers;
      this.effects = effects;
      this.deserializer = avro.deserializer();
      this.serializer = avro.serializer();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      this.context = context;
      this.state = context.getStateStore(STATE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      SpecificRecord value = deserializer.deserialize("", record.value());
      if (value instanceof ActionCommand command) {
        String action = command.getRunId() + '/' + command.getIdempotencyKey();
        state.put(action, new byte[STATE_BYTES]);
        context.forward(record.withValue(serializer.serialize(effects, effect(command))), effects);
        context.forward(record.withValue(new byte[RESULT_BYTES]), answers);
      } else if (value instanceof ActionOutcome outcome) {
        String action = outcome.getRunId() + '/' + outcome.getIdempotencyKey();
        state.put(action, new byte[SETTLED_STATE_BYTES]);
        context.forward(
            record
                .withKey(outcome.getScope().getBytes(StandardCharsets.UTF_8))
                .withValue(new byte[SETTLED_BYTES]),
            answers);
      }
    }

    private static ActionEffect effect(ActionCommand command) {
      Instant now = Instant.ofEpochMilli(0);
      return ActionEffect.newBuilder()
          .setScope(command.getRunId())
          .setRunId(command.getRunId())
          .setTool(command.getTool())
          .setArgs(command.getArgs())
          .setArgsHash("0".repeat(64))
          .setSideEffectClass(SideEffectClass.WRITE)
          .setIdempotencyKey(command.getIdempotencyKey())
          .setAttempt(1)
          .setDeadlineAt(now)
          .setDecidedAt(now)
          .setRunSeq(1)
          .setCommand(new RecordCoordinates("commands", 0, 0L))
          .build();
    }
  }
}
