package dev.oncegate.testbed.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.cli.Oncegate;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.cli.CheckCommand;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Stack;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import picocli.CommandLine;

/**
 * The judge before a real gate. The topics are spoilt step by step: the tests run in their order.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CheckTest {
  private static final Topics TOPICS = Topics.of("agent.", "oncegate");
  private static final long WINDOW_MS = 86_400_000;
  private static final int RUNS = 20;

  private static DataDirectory directory;
  private static Stack stack;
  private static Gate gate;
  private static Map<String, Object> settings;
  private static AvroSerdes serdes;
  private static KafkaProducer<byte[], byte[]> producer;

  @BeforeAll
  static void start() throws Exception {
    directory = DataDirectory.temporary("oncegate-check");
    stack = Stack.start(directory, 0, 0);
    GateConfig config =
        LocalGate.config(
            stack,
            directory,
            Map.of(
                GateKeys.GUARD_MAX_CALLS, "20",
                GateKeys.DEADLINE_MS, "3000",
                GateKeys.TIMERS_INTERVAL_MS, "100",
                GateKeys.COUNTS_EMIT_INTERVAL_MS, "1000"));
    gate = LocalGate.start(config, 3);
    settings =
        Map.of(
            "bootstrap.servers",
            stack.bootstrapServers(),
            "schema.registry.url",
            stack.registryUrl());
    serdes = AvroSerdes.of("oncegate", settings);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterAll
  static void stop() {
    producer.close();
    gate.close();
    stack.close();
    directory.close();
  }

  @Test
  @Order(1)
  void aRealGateKeepsAllInvariantsWhileItIsStillAtWork() {
    for (int round = 0; round < 3; round++) {
      for (int run = 0; run < RUNS; run++) {
        send(
            "run-" + run,
            "write",
            SideEffectClass.WRITE,
            round == 2 && run % 5 == 0 ? "{\"other\":1}" : "{}");
        send("run-" + run, "read-" + round, SideEffectClass.READ, "{}");
        send("run-" + run, null, SideEffectClass.READ, "{\"n\":%d}".formatted(round));
        send("run-" + run, "delete", SideEffectClass.DESTRUCTIVE, "{}");
      }
    }
    for (int call = 0; call < 25; call++) {
      send("loop", "k" + call, SideEffectClass.WRITE, "{\"n\":%d}".formatted(call));
    }
    send("", "k", SideEffectClass.WRITE, "{}");
    send("r".repeat(256), "k", SideEffectClass.WRITE, "{}");
    send("bad", "k", SideEffectClass.WRITE, "no json");
    producer.send(
        new ProducerRecord<>(TOPICS.commands(), "garbage".getBytes(StandardCharsets.UTF_8)));
    producer.send(
        new ProducerRecord<>(
            TOPICS.commands(),
            null,
            System.currentTimeMillis() - WINDOW_MS - 60_000,
            null,
            serdes
                .serializer()
                .serialize(TOPICS.commands(), command("old", "k", SideEffectClass.WRITE, "{}"))));
    producer.flush();

    Report report = Check.run(settings, TOPICS, WINDOW_MS);

    assertHolds(report);
    assertThat(report.verdicts().get(Invariant.I2).checked()).isEqualTo(3 * RUNS * 4 + 25 + 5);
    assertThat(report.verdicts().get(Invariant.I4).checked()).isGreaterThanOrEqualTo(20);
  }

  @Test
  @Order(2)
  void outcomesControlsAndRepliesAreJudgedToo() {
    for (int run = 0; run < RUNS; run++) {
      OutcomeStatus status =
          run % 3 == 0 ? OutcomeStatus.FAILED_TRANSIENT : OutcomeStatus.SUCCEEDED;
      report("run-" + run, "write", 1, status, "done");
      report("run-" + run, "write", 1, status, "done");
      if (run % 4 == 0) {
        report("run-" + run, "write", 1, OutcomeStatus.FAILED, "contradiction");
      }
    }
    report("nobody", "nothing", 1, OutcomeStatus.SUCCEEDED, "?");
    producer.flush();
    assertHolds(Check.run(settings, TOPICS, WINDOW_MS));
    for (int run = 0; run < RUNS; run++) {
      send("run-" + run, "write", SideEffectClass.WRITE, "{}");
    }
    order("loop", "k1", ControlType.SETTLE);
    order("loop", "k2", ControlType.RELEASE);
    order("loop", "k2", ControlType.RESET);
    producer.flush();

    Report report = Check.run(settings, TOPICS, WINDOW_MS);

    assertHolds(report);
    assertThat(report.verdicts().get(Invariant.I6).checked()).isGreaterThanOrEqualTo(RUNS / 2);
    assertThat(report.verdicts().get(Invariant.I5).checked()).isGreaterThanOrEqualTo(RUNS);
  }

  private static void assertHolds(Report report) {
    assertThat(report.counterExamples()).isEmpty();
    assertThat(report.notes()).isEmpty();
  }

  @Test
  @Order(3)
  void theCommandPrintsOneJsonObjectAndEndsWithZero() throws Exception {
    StringWriter out = new StringWriter();
    assertThat(execute(out, "--json")).isZero();
    List<String> lines = out.toString().lines().toList();
    JsonNode json = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertThat(json.path("invariants").size()).isEqualTo(7);
    assertThat(json.path("invariants").path("I1").path("checked").asLong()).isPositive();
    assertThat(json.path("invariants").path("I7").path("violations").asLong(-1)).isZero();
    assertThat(json.path("counter_examples").isObject()).isTrue();
  }

  @Test
  @Order(4)
  void theCommandPrintsATable() {
    StringWriter out = new StringWriter();
    assertThat(execute(out)).isZero();
    assertThat(out.toString())
        .contains("I1  one effect per attempt")
        .contains("All invariants hold.");
  }

  @Test
  @Order(5)
  void missingTopicsAndBadUsageAreTold() {
    StringWriter out = new StringWriter();
    assertThat(execute(out, "--topic-prefix", "nope.")).isEqualTo(1);
    assertThat(out.toString()).contains("Topic 'nope.commands' does not exist");
    assertThat(execute(out, "--timeout", "-1")).isEqualTo(2);
    assertThat(execute(out, "--bogus")).isEqualTo(2);
    Topics other = Topics.of("other.", "oncegate");
    assertThatThrownBy(() -> Check.run(settings, other, WINDOW_MS))
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  @Order(6)
  void trafficThatNeverEndsIsJudgedAsOfOneMoment() throws Exception {
    AtomicBoolean ends = new AtomicBoolean();
    Thread traffic =
        new Thread(
            () -> {
              for (int call = 0; !ends.get(); call++) {
                send("busy-" + call % 50, "k" + call, SideEffectClass.READ, "{}");
                report("busy-" + call % 50, "k" + call, 1, OutcomeStatus.SUCCEEDED, "done");
                LockSupport.parkNanos(2_000_000);
              }
            });
    traffic.start();
    try {
      Report report = Check.run(settings, TOPICS, WINDOW_MS, Duration.ofSeconds(2));
      assertThat(report.counterExamples()).isEmpty();
      assertThat(report.notes()).singleElement().asString().startsWith("Traffic went on");
    } finally {
      ends.set(true);
      traffic.join();
    }
    producer.flush();
    assertHolds(Check.run(settings, TOPICS, WINDOW_MS));
  }

  @Test
  @Order(7)
  void aForgedEffectIsFound() {
    ConsumerRecord<byte[], byte[]> effect = anEffect();
    producer.send(
        new ProducerRecord<>(TOPICS.effects(), effect.partition(), effect.key(), effect.value()));
    producer.flush();
    StringWriter out = new StringWriter();
    assertThat(execute(out)).isEqualTo(1);
    assertThat(out.toString())
        .contains("the effect at agent.effects-%d@".formatted(effect.partition()))
        .contains("is one too many")
        .contains("Not all invariants hold.");
  }

  @Test
  @Order(8)
  void aCommandThatNobodyDecidesIsFoundOnceTheTimeIsUp() {
    gate.close();
    send("late", "k", SideEffectClass.WRITE, "{}");
    producer.flush();
    Report report = Check.run(settings, TOPICS, WINDOW_MS, Duration.ofSeconds(1));
    assertThat(report.notes())
        .singleElement()
        .asString()
        .startsWith("The gate had not caught up within 1 s");
    assertThat(report.verdicts().get(Invariant.I2).counterExamples())
        .singleElement()
        .asString()
        .endsWith("has neither a decision nor a dead letter");
  }

  private static ConsumerRecord<byte[], byte[]> anEffect() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(TOPICS.effects()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      return consumer.poll(Duration.ofSeconds(10)).iterator().next();
    }
  }

  private static int execute(StringWriter out, String... arguments) {
    CommandLine commandLine = Oncegate.commandLine();
    commandLine.addSubcommand(new CheckCommand());
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
    List<String> all =
        new ArrayList<>(
            List.of(
                "check",
                "--bootstrap-server",
                stack.bootstrapServers(),
                "--registry",
                stack.registryUrl()));
    all.addAll(List.of(arguments));
    return commandLine.execute(all.toArray(String[]::new));
  }

  private static void send(
      String run, @Nullable String key, SideEffectClass sideEffectClass, String args) {
    put(TOPICS.commands(), command(run, key, sideEffectClass, args));
  }

  private static ActionCommand command(
      String run, @Nullable String key, SideEffectClass sideEffectClass, String args) {
    return ActionCommand.newBuilder()
        .setRunId(run)
        .setTool(sideEffectClass.name())
        .setArgs(args)
        .setIdempotencyKey(key)
        .setSideEffectClass(sideEffectClass)
        .build();
  }

  private static void report(
      String run, String key, int attempt, OutcomeStatus status, String text) {
    put(
        TOPICS.outcomes(),
        ActionOutcome.newBuilder()
            .setScope(run)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setAttempt(attempt)
            .setStatus(status)
            .setResult(text)
            .build());
  }

  private static void order(String run, String key, ControlType type) {
    StoredOutcome outcome =
        StoredOutcome.newBuilder()
            .setStatus(OutcomeStatus.SUCCEEDED)
            .setAttempt(1)
            .setResult("by hand")
            .build();
    put(
        TOPICS.controls(),
        ControlCommand.newBuilder()
            .setControlId("c")
            .setType(type)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setAttempt(1)
            .setOutcome(type == ControlType.SETTLE ? outcome : null)
            .setReason("test")
            .setIssuedBy("test")
            .build());
  }

  /** Without a key: most records lie in a wrong partition and are carried to the right one. */
  private static void put(String topic, SpecificRecord value) {
    producer.send(new ProducerRecord<>(topic, serdes.serializer().serialize(topic, value)));
  }
}
