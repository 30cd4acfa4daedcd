package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateKeys;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Deduplication as tutorials of Kafka Streams teach it: a persistent window store, a range fetch
 * over the window for each record, a put where nothing was found. Duplicates vanish without an
 * answer; there are no results, no conflicts, no counts.
 */
final class Textbook implements Contender {
  static final String NAME = "textbook";

  private static final String SEEN = "seen";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String words() {
    return "Deduplication as tutorials of Kafka Streams teach it: persistent window store, one range fetch over the window a record, a put where nothing is found, exactly_once_v2. Duplicates vanish: no answer, no result, no conflict, no counts.";
  }

  @Override
  public long answersTo(Workload workload, int actions) {
    return actions;
  }

  @Override
  public String effects(Course course) {
    return answers(course);
  }

  @Override
  public Running start(Course course) {
    Duration window = Duration.ofMillis(course.config().getLong(GateKeys.DEDUP_WINDOW_MS));
    Deserializer<SpecificRecord> commands =
        AvroSerdes.of("oncegate", course.config().kafkaSettings()).deserializer();
    Topology topology = new Topology();
    topology
        .addSource(
            AutoOffsetReset.earliest(),
            "in",
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            course.commands())
        .addProcessor("deduplicate", () -> new Deduplicate(window, commands), "in")
        .addStateStore(
            Stores.windowStoreBuilder(
                Stores.persistentWindowStore(SEEN, window, window, false),
                Serdes.String(),
                Serdes.Long()),
            "deduplicate")
        .addSink(
            "out",
            answers(course),
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            "deduplicate");
    return PassThrough.start(topology, course);
  }

  private static final class Deduplicate implements Processor<byte[], byte[], byte[], byte[]> {
    private final long windowMs;
    private final Deserializer<SpecificRecord> commands;
    private ProcessorContext<byte[], byte[]> context;
    private WindowStore<String, Long> seen;

    Deduplicate(Duration window, Deserializer<SpecificRecord> commands) {
      this.windowMs = window.toMillis();
      this.commands = commands;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      this.context = context;
      this.seen = context.getStateStore(SEEN);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      ActionCommand command = (ActionCommand) commands.deserialize("", record.value());
      String action = command.getRunId() + '/' + command.getIdempotencyKey();
      long now = record.timestamp();
      try (WindowStoreIterator<Long> earlier = seen.fetch(action, now - windowMs, now + windowMs)) {
        if (earlier.hasNext()) {
          return;
        }
      }
      seen.put(action, now, now);
      context.forward(record);
    }
  }
}
