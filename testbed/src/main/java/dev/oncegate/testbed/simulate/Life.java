package dev.oncegate.testbed.simulate;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Ground;
import dev.oncegate.gate.Topics;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.BoundedRocksDb;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.TimerStore;
import dev.oncegate.testbed.simulate.Transaction.Output;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** A task from its start to its end, by crash or at the last curtain. */
final class Life implements AutoCloseable {
  /** What the gate wrote with one step: to its topics, and to the changelogs of its stores. */
  record Written(List<Output> outputs, Map<String, List<Message>> changes) {}

  private static final List<String> STORES =
      List.of(ActionStore.NAME, RunStore.NAME, TimerStore.NAME);

  private final int partition;
  private final Setup setup;
  private final Topics topics;
  private final Changelog changelog;
  private final long committedStreamTimeMs;
  private final TopologyTestDriver driver;
  private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new LinkedHashMap<>();
  private final Map<String, TestOutputTopic<byte[], byte[]>> outputs = new LinkedHashMap<>();
  private LongSupplier observedStreamTime = () -> -1;
  private @Nullable RecordMetadata position;
  private long clockMs;
  private long driverClockMs;
  private int tokens;
  private long writesLeft = Long.MAX_VALUE;

  /**
   * @param changelog what the stores are restored from
   * @param streamTimeMs the stream time that was committed
   * @param clockMs in epoch milliseconds
   */
  Life(
      Setup setup,
      int partition,
      Changelog changelog,
      long streamTimeMs,
      long clockMs,
      Path stateDirectory) {
    this.setup = setup;
    this.partition = partition;
    this.changelog = changelog;
    this.committedStreamTimeMs = streamTimeMs;
    this.clockMs = clockMs;
    this.driverClockMs = clockMs;
    GateConfig config = setup.config();
    topics = Topics.of(config);
    Properties properties = new Properties();
    properties.putAll(config.kafkaSettings());
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "not-used:9092");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    // Every commit takes the actions to RocksDB, where they lie there at all.
    properties.put(BoundedRocksDb.RECENT_BYTES, 0L);
    Ground ground =
        new Ground(
            setup.partitions(),
            setup.carriedMaxBytes(),
            (topic, value) -> {
              writes();
              return Wire.write(value);
            },
            (topic, bytes) -> Wire.read(bytes),
            () -> Instant.ofEpochMilli(this.clockMs),
            this::token);
    SimulatedTopology topology = new SimulatedTopology(this, setup, topics.reroute());
    driver =
        new TopologyTestDriver(
            Gate.topology(config, ground, topology), properties, Instant.ofEpochMilli(clockMs));
  }

  int partition() {
    return partition;
  }

  Changelog changelog() {
    return changelog;
  }

  /** Where the record that is being processed lies; null: it is no record that is processed. */
  @Nullable RecordMetadata position() {
    return position;
  }

  void observe(LongSupplier streamTime) {
    observedStreamTime = streamTime;
  }

  /** The largest timestamp of the records of this life and of those committed before it. */
  long streamTimeMs() {
    return Math.max(committedStreamTimeMs, observedStreamTime.getAsLong());
  }

  /** The process will die at a write of a record or store from now on, counted from 1. */
  void dieAtWrite(int number) {
    writesLeft = number;
  }

  /** A record or a store is about to be written. */
  void writes() {
    if (--writesLeft == 0) {
      throw new CrashError();
    }
  }

  /** The same for the same command at the same time, however often it is processed. */
  private String token() {
    return "token-%s-%d-%d".formatted(position == null ? "" : position.offset(), clockMs, tokens++);
  }

  /** Processes a record. */
  Written process(Log.At at, Message message, long nowMs) {
    clockMs = nowMs;
    tokens = 0;
    position =
        new ProcessorRecordContext(
            message.timestampMs(), at.offset(), at.partition(), at.topic(), message.headers());
    try {
      inputs
          .computeIfAbsent(
              at.topic(),
              name ->
                  driver.createInputTopic(
                      name, new ByteArraySerializer(), new ByteArraySerializer()))
          .pipeInput(
              new TestRecord<>(
                  message.key(),
                  message.value(),
                  message.headers(),
                  Instant.ofEpochMilli(message.timestampMs())));
    } finally {
      position = null;
    }
    return written();
  }

  /** Lets the timers fire. */
  Written tick(long nowMs) {
    clockMs = nowMs;
    tokens = 0;
    long stepMs = Math.max(nowMs - driverClockMs, setup.timersIntervalMs());
    driverClockMs += stepMs;
    driver.advanceWallClockTime(Duration.ofMillis(stepMs));
    return written();
  }

  private Written written() {
    List<Output> records = new ArrayList<>();
    for (String topic : topics.sinks()) {
      String name = topic.equals(topics.reroute()) ? topic + SimulatedTopology.CARRIED : topic;
      read(name).forEach(message -> records.add(new Output(topic, message)));
    }
    Map<String, List<Message>> changes = new LinkedHashMap<>();
    for (String store : STORES) {
      List<Message> writes = read(setup.config().applicationId() + "-" + store + "-changelog");
      if (!writes.isEmpty()) {
        changes.put(store, writes);
      }
    }
    return new Written(records, changes);
  }

  private List<Message> read(String topic) {
    if (!driver.producedTopicNames().contains(topic)) {
      return List.of();
    }
    TestOutputTopic<byte[], byte[]> output =
        outputs.computeIfAbsent(
            topic,
            name ->
                driver.createOutputTopic(
                    name, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    List<Message> messages = new ArrayList<>();
    while (!output.isEmpty()) {
      TestRecord<byte[], byte[]> record = output.readRecord();
      messages.add(new Message(record.key(), record.value(), record.headers(), record.timestamp()));
    }
    return messages;
  }

  /** What the stores hold. */
  Memory memory() {
    return new Memory(driver, setup.dedupWindowMs());
  }

  @Override
  public void close() {
    driver.close();
  }
}
