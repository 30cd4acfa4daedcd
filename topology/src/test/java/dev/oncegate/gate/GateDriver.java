package dev.oncegate.gate;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.intake.IntakeLimits;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.BoundedRocksDb;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.TrustedSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * The whole gate, at its default limits, in a {@link TopologyTestDriver}: partition 0 of its
 * topics, and a clock that the test moves. Each record written is checked to bear the key that its
 * topic promises.
 */
final class GateDriver implements AutoCloseable {
  static {
    TrustedSchemas.trust();
  }

  static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  static final Topics TOPICS = Topics.of("agent.", "oncegate");
  static final Duration DEDUP_WINDOW = Duration.ofHours(24);
  static final Duration RUN_RETENTION = Duration.ofHours(72);
  static final Duration TICK = Duration.ofMillis(100);
  static final long DEADLINE_MS = 60_000;
  static final int RESULT_MAX_BYTES = 32_768;
  static final int CARRIED_MAX_BYTES = 1_048_588 + 65_536;
  static final long COUNTS_INTERVAL_MS = 5_000;
  static final long COUNTS_WINDOW_MS = 60_000;
  static final GuardLimits LIMITS = new GuardLimits(200, 150, 10_000, 5, 4, 10, 100, 0, 3, 64, 10);

  private final TestClock clock;
  private final Path stateDir;
  private final TopologyTestDriver driver;
  private final Map<String, List<Map<String, String>>> headers = new LinkedHashMap<>();
  private int tokens;

  private GateDriver(Setup setup) {
    this.clock = setup.clock;
    this.stateDir = setup.stateDir == null ? newFolder() : setup.stateDir;
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "oncegate");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "not-used:9092");
    config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    config.put(BoundedRocksDb.MEMORY_BYTES, 16L * 1024 * 1024);
    // Every commit takes all to RocksDB.
    config.put(BoundedRocksDb.RECENT_BYTES, 0L);
    config.put("processing.exception.handler.global.enabled", true);
    Topology topology = GateTopology.of(parts(setup, () -> "token-" + ++tokens), new Topology());
    driver = new TopologyTestDriver(topology, config, clock.instant());
  }

  /** The wiring of a gate. */
  static Topology topology() {
    return GateTopology.of(parts(new Setup(), () -> ""), new Topology());
  }

  /** A gate at its default limits. */
  static GateDriver open() {
    return new Setup().open();
  }

  static Setup with() {
    return new Setup();
  }

  /** What a test wants otherwise than by default. */
  static final class Setup {
    private TestClock clock = new TestClock(START);
    private @Nullable Path stateDir;
    private Scope scope = Scope.RUN;
    private int partitions = 1;
    private GuardLimits limits = LIMITS;
    private int maxAttempts = 3;
    private Observer observer = Observer.NONE;
    private Deserializer<SpecificRecord> deserializer =
        (topic, bytes) -> bytes == null ? null : Wire.read(bytes);

    Setup clock(TestClock shared) {
      clock = shared;
      return this;
    }

    Setup stateDir(Path folder) {
      stateDir = folder;
      return this;
    }

    Setup scope(Scope other) {
      scope = other;
      return this;
    }

    Setup partitions(int number) {
      partitions = number;
      return this;
    }

    Setup limits(GuardLimits other) {
      limits = other;
      return this;
    }

    Setup deserializer(Deserializer<SpecificRecord> other) {
      deserializer = other;
      return this;
    }

    Setup observer(Observer other) {
      observer = other;
      return this;
    }

    GateDriver open() {
      return new GateDriver(this);
    }
  }

  /** A gate's parts, which go by a clock. */
  static GateParts parts(TestClock clock) {
    return parts(new Setup().clock(clock), () -> "");
  }

  private static GateParts parts(Setup setup, Supplier<String> tokens) {
    long windowMs = DEDUP_WINDOW.toMillis();
    return new GateParts(
        new GateTimes(
            windowMs,
            TICK.toMillis(),
            COUNTS_INTERVAL_MS,
            COUNTS_WINDOW_MS,
            RUN_RETENTION.toMillis()),
        TOPICS,
        setup.partitions,
        ActionStore.Kind.COMPACT,
        setup.scope,
        new IntakeLimits(262_144, 300_000, windowMs, DEADLINE_MS, Map.of(), 3_600_000),
        new RunGuard(setup.limits, Map.of()),
        new ActionLedger(900_000, tool -> setup.maxAttempts),
        RESULT_MAX_BYTES,
        CARRIED_MAX_BYTES,
        (topic, value) -> Wire.write(value),
        setup.deserializer,
        setup.clock,
        tokens,
        setup.observer,
        new ReadablePartitions());
  }

  Instant now() {
    return clock.instant();
  }

  /** How many confirmation tokens were made. */
  int tokensMade() {
    return tokens;
  }

  TopologyTestDriver driver() {
    return driver;
  }

  /** A WRITE in run {@code run}, with key {@code k}. */
  static ActionCommand.Builder aCommand() {
    return ActionCommand.newBuilder()
        .setRunId("run")
        .setTool("book")
        .setArgs("{\"seat\": \"12A\"}")
        .setIdempotencyKey("k");
  }

  /** What the executor of an effect reports. */
  static ActionOutcome.Builder anOutcome(ActionEffect effect, OutcomeStatus status) {
    return ActionOutcome.newBuilder()
        .setScope(effect.getScope())
        .setRunId(effect.getRunId())
        .setIdempotencyKey(effect.getIdempotencyKey())
        .setAttempt(effect.getAttempt())
        .setStatus(status);
  }

  static ControlCommand.Builder aControl(ControlType type) {
    return ControlCommand.newBuilder().setControlId("control-1").setType(type).setRunId("run");
  }

  Told send(ActionCommand.Builder command) {
    return send(command, now());
  }

  Told send(ActionCommand.Builder command, Instant timestamp) {
    return pipe(TOPICS.commands(), Wire.write(command.build()), timestamp, new RecordHeaders());
  }

  Told report(ActionOutcome.Builder outcome) {
    return pipe(TOPICS.outcomes(), Wire.write(outcome.build()), now(), new RecordHeaders());
  }

  /** Reports that the effect succeeded with {@code result}. */
  Told succeed(ActionEffect effect, String result) {
    return report(anOutcome(effect, OutcomeStatus.SUCCEEDED).setResult(result));
  }

  Told order(ControlCommand.Builder control) {
    return pipe(TOPICS.controls(), Wire.write(control.build()), now(), new RecordHeaders());
  }

  Told pipe(String topic, byte @Nullable [] value, Instant timestamp, Headers headers) {
    return pipe(topic, null, value, timestamp, headers);
  }

  Told pipe(
      String topic,
      @Nullable String key,
      byte @Nullable [] value,
      Instant timestamp,
      Headers headers) {
    byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    driver
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(keyBytes, value, headers, timestamp));
    return listen();
  }

  /** Moves the clock, in one go, so that timers fire once, as after an outage. */
  Told wait(Duration time) {
    clock.move(time);
    driver.advanceWallClockTime(time.isNegative() ? TICK : time.plus(TICK));
    return listen();
  }

  /** Moves the clock, but no timer fires. */
  void moveClockOnly(Duration time) {
    clock.move(time);
  }

  private Told listen() {
    List<CircuitEvent> circuits = new ArrayList<>();
    List<String> forgotten = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record : records(TOPICS.circuits())) {
      if (record.value() == null) {
        forgotten.add(text(record.key()));
      } else {
        circuits.add(value(record, CircuitEvent.class));
      }
    }
    return new Told(
        all(TOPICS.effects(), ActionEffect.class),
        all(TOPICS.results(), ActionResult.class),
        all(TOPICS.conflicts(), ConflictEvent.class),
        all(TOPICS.runCounts(), RunCallCounts.class),
        circuits,
        forgotten,
        all(TOPICS.escalations(), Escalation.class),
        raw(TOPICS.deadLetters()),
        raw(TOPICS.reroute()));
  }

  private <T extends SpecificRecord> List<T> all(String topic, Class<T> type) {
    return records(topic).stream().map(record -> value(record, type)).toList();
  }

  private static <T extends SpecificRecord> T value(
      TestRecord<byte[], byte[]> record, Class<T> type) {
    T value = type.cast(Wire.read(record.value()));
    boolean byRun = value instanceof RunCallCounts || value instanceof CircuitEvent;
    Object promised = value.get(value.getSchema().getField(byRun ? "run_id" : "scope").pos());
    if (!promised.equals(text(record.key()))) {
      throw new AssertionError("key %s of %s".formatted(text(record.key()), value));
    }
    return value;
  }

  private List<Told.Raw> raw(String topic) {
    return records(topic).stream()
        .map(
            r ->
                new Told.Raw(
                    text(r.key()), r.value(), headersOf(r), r.getRecordTime().toEpochMilli()))
        .toList();
  }

  /** The headers of the records that were told last, by topic. */
  List<Map<String, String>> headersOn(String topic) {
    return headers.getOrDefault(topic, List.of());
  }

  /**
   * Ends this gate, as a crash would, and keeps its state: a driver that is closed properly wipes
   * it.
   */
  void stopAndKeepState(Path folder) {
    // What is closed lies on disk.
    driver.getAllStateStores().values().forEach(StateStore::close);
    copy(stateDir, folder);
    delete(stateDir);
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<TestRecord<byte[], byte[]>> records(String topic) {
    List<TestRecord<byte[], byte[]>> records =
        driver
            .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
            .readRecordsToList();
    headers.put(topic, records.stream().map(GateDriver::headersOf).toList());
    return records;
  }

  private static Map<String, String> headersOf(TestRecord<byte[], byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), String.valueOf(text(header.value())));
    }
    return headers;
  }

  private static @Nullable String text(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private static Path newFolder() {
    try {
      return Files.createTempDirectory(Path.of("target"), "gate");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.close();
    delete(stateDir);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
