package dev.oncegate.connect;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionExecution;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.CallDecision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.TrustedSchemas;
import dev.oncegate.serde.AvroSerdes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Headers;
import org.apache.kafka.connect.sink.SinkRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A task with a real registry and tool server over HTTP, driven as a worker drives it. */
final class ExecutorHarness implements AutoCloseable {
  static final String BYTES = "org.apache.kafka.connect.converters.ByteArrayConverter";
  static final TopicPartition ZERO = new TopicPartition("agent.effects", 0);

  static {
    TrustedSchemas.trust();
  }

  final TinyRegistry registry = new TinyRegistry();
  final ToolServer tools;
  final MemoryKafka kafka = new MemoryKafka();
  final FakeContext context = new FakeContext();
  final Map<String, String> settings = new HashMap<>();
  private final AvroSerdes serdes;
  private ToolExecutorTask task = new ToolExecutorTask(kafka, InstantSource.system());
  private long nextOffset;

  ExecutorHarness() throws IOException {
    this(new ToolServer());
  }

  ExecutorHarness(ToolServer tools) throws IOException {
    this.tools = tools;
    settings.put("name", "executor");
    settings.put("tools", "pay");
    settings.put("tool.pay.url", tools.url("/pay"));
    settings.put("tool.pay.retry.backoff.ms", "1");
    settings.put("kafka.bootstrap.servers", "localhost:9");
    settings.put("schema.registry.url", registry.url());
    settings.put("max.retries", "0");
    settings.put("key.converter", BYTES);
    settings.put("value.converter", BYTES);
    serdes = AvroSerdes.of(AvroSerdes.ONCEGATE, Map.of("schema.registry.url", registry.url()));
  }

  ExecutorHarness with(String key, String value) {
    settings.put(key, value);
    return this;
  }

  ExecutorHarness started() {
    task.initialize(context);
    task.start(settings);
    task.open(List.of(ZERO));
    return this;
  }

  ToolExecutorTask task() {
    return task;
  }

  /** Another task takes over, with nothing left of this one. */
  void takeOver(long fromOffset) {
    task.stop();
    task = new ToolExecutorTask(kafka, InstantSource.system());
    kafka.end = nextOffset;
    nextOffset = fromOffset;
    started();
  }

  void deliver(ActionEffect... effects) {
    List<SinkRecord> records = new ArrayList<>();
    for (ActionEffect effect : effects) {
      records.add(record(bytes(effect), new ConnectHeaders()));
    }
    task.put(records);
  }

  void deliver(Headers headers, ActionEffect effect) {
    task.put(List.of(record(bytes(effect), headers)));
  }

  SinkRecord record(Object value, Headers headers) {
    long offset = nextOffset++;
    return new SinkRecord(
        ZERO.topic(),
        ZERO.partition(),
        Schema.OPTIONAL_BYTES_SCHEMA,
        null,
        Schema.OPTIONAL_BYTES_SCHEMA,
        value,
        offset,
        0L,
        TimestampType.CREATE_TIME,
        headers);
  }

  byte[] bytes(SpecificRecord record) {
    return serdes.serializer().serialize(ZERO.topic(), record);
  }

  /** An empty turn, as a worker makes it while nothing comes. */
  void turn() {
    task.put(List.of());
  }

  long committed() {
    return task.preCommit(Map.of()).values().stream()
        .mapToLong(offset -> offset.offset())
        .findFirst()
        .orElse(0);
  }

  List<ActionOutcome> outcomes() {
    return kafka.sent("agent.outcomes").stream()
        .map(sent -> (ActionOutcome) serdes.deserializer().deserialize(sent.topic(), sent.value()))
        .toList();
  }

  List<ActionExecution> executions() {
    return kafka.sent("agent.executions").stream()
        .map(
            sent -> (ActionExecution) serdes.deserializer().deserialize(sent.topic(), sent.value()))
        .toList();
  }

  List<CallDecision> decisions() {
    return executions().stream().map(ActionExecution::getDecision).toList();
  }

  List<OutcomeStatus> statuses() {
    return outcomes().stream().map(ActionOutcome::getStatus).toList();
  }

  ConditionFactory await() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .pollDelay(Duration.ZERO);
  }

  /** Waits until the last of the effects is done with. */
  void awaitSettled() {
    long all = nextOffset;
    await()
        .until(
            () -> {
              turn();
              return committed() == all;
            });
  }

  static ActionEffect.Builder effect(String run, String key) {
    Instant now = Instant.now();
    return ActionEffect.newBuilder()
        .setScope(run)
        .setRunId(run)
        .setTool("pay")
        .setArgs("{\"amount\":10,\"to\":\"bob\"}")
        .setArgsHash("0")
        .setSideEffectClass(SideEffectClass.WRITE)
        .setIdempotencyKey(key)
        .setAttempt(1)
        .setDeadlineAt(now.plusSeconds(60))
        .setDecidedAt(now)
        .setRunSeq(1)
        .setCommand(new RecordCoordinates("agent.commands", 0, 0L));
  }

  @Override
  public void close() {
    task.stop();
    tools.close();
    registry.close();
  }
}
