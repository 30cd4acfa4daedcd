package dev.oncegate.testbed.ingress;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import dev.oncegate.ingress.Ingress;
import dev.oncegate.ingress.IngressConfig;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.agents.Answer;
import dev.oncegate.testbed.agents.Tool;
import dev.oncegate.testbed.agents.ToolExecutor;
import dev.oncegate.testbed.stack.Broker;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Stack;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Broker, registry, gate and an executor whose tools do what their names say. */
final class IngressStack implements AutoCloseable {
  private static final int PARTITIONS = 4;

  /** Longer than it takes to kill an ingress, shorter than a client waits. */
  private static final Duration SLOW = Duration.ofSeconds(1);

  private final DataDirectory directory = DataDirectory.temporary("oncegate-ingress-");
  private final List<ActionEffect> effects = new CopyOnWriteArrayList<>();
  private final Stack stack;
  private @Nullable Broker restarted;
  private final Gate gate;
  private final ToolExecutor executor;
  private final Producer<String, ActionOutcome> outcomes;

  private IngressStack() throws InterruptedException {
    stack = Stack.start(directory, 0, 0);
    GateConfig config = LocalGate.config(stack, directory, Map.of("commit.interval.ms", "20"));
    gate = LocalGate.start(config, PARTITIONS);
    Topics topics = Topics.of(config);
    AvroSerdes serdes = AvroSerdes.of(AvroSerdes.ONCEGATE, config.kafkaSettings());
    Map<String, Object> consumer = Clients.consumer(config.kafkaSettings());
    consumer.put("group.id", "ingress-tools");
    consumer.put("auto.offset.reset", "earliest");
    Deserializer<ActionEffect> deserializer =
        (topic, bytes) -> (ActionEffect) serdes.deserializer().deserialize(topic, bytes);
    Serializer<ActionOutcome> serializer = serdes.serializer()::serialize;
    outcomes =
        new KafkaProducer<>(
            Clients.producer(config.kafkaSettings()), new StringSerializer(), serializer);
    executor =
        new ToolExecutor(
            new KafkaConsumer<>(consumer, new StringDeserializer(), deserializer),
            outcomes,
            topics.effects(),
            topics.outcomes(),
            tools(),
            (attempt, partition, offset, executes) -> {},
            InstantSource.system());
    new Thread(executor, "tools").start();
  }

  static IngressStack start() throws InterruptedException {
    return new IngressStack();
  }

  private Tool tools() {
    return effect -> {
      effects.add(effect);
      return switch (effect.getTool()) {
        case "fails" -> Answer.fails("NO_FUNDS", "the account is empty");
        case "fails-first" ->
            effect.getAttempt() == 1
                ? Answer.failsForNow("AWAY", "nobody answers")
                : Answer.succeeds("second time");
        case "same-answer" -> Answer.succeeds("rain");
        case "never-answers" -> Answer.requestLost();
        case "slow" -> Answer.succeeds("receipt of " + effect.getIdempotencyKey()).after(SLOW);
        default -> Answer.succeeds("receipt of " + effect.getIdempotencyKey());
      };
    };
  }

  /** An ingress before the gate. */
  Ingress ingress(Map<String, String> settings) throws InterruptedException {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("ingress.port", "0");
    return Ingress.start(IngressConfig.of(LocalGate.config(stack, directory, all)));
  }

  /** What reaches the gate without the ingress. */
  GateConfig config() {
    return LocalGate.config(stack, directory, Map.of());
  }

  /** An ingress in a process of its own, which can be killed. */
  IngressProcess process(Map<String, String> settings) {
    return IngressProcess.start(stack, directory.path(), settings);
  }

  /** Ends the broker as an accident would. */
  void killBroker() {
    stack.broker().kill();
  }

  /** Starts the broker again over its data, and at its port. */
  void restartBroker() {
    restarted = Broker.start(directory.path().resolve("broker"), stack.broker().port());
    restarted.awaitReady(new CompletableFuture<>());
  }

  /** Lets the broker stand still. */
  void freezeBroker() {
    stack.broker().freeze();
  }

  /** Lets the broker go on. */
  void thawBroker() {
    stack.broker().thaw();
  }

  /** All effects of a run that lie in the topic now, whoever has met them. */
  List<ActionEffect> effectsWritten(String run) {
    GateConfig config = config();
    AvroSerdes serdes = AvroSerdes.of(AvroSerdes.ONCEGATE, config.kafkaSettings());
    String topic = Topics.of(config).effects();
    List<ActionEffect> written = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Clients.consumer(config.kafkaSettings()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.seekToBeginning(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (var each : consumer.poll(Duration.ofMillis(50))) {
          ActionEffect effect =
              (ActionEffect) serdes.deserializer().deserialize(topic, each.value());
          if (effect.getRunId().equals(run)) {
            written.add(effect);
          }
        }
      }
    }
    return written;
  }

  /** Effects of a run that the executor has met. */
  List<ActionEffect> effectsOf(String run) {
    return effects.stream().filter(effect -> effect.getRunId().equals(run)).toList();
  }

  @Override
  public void close() {
    executor.close();
    outcomes.close();
    gate.close();
    if (restarted != null) {
      restarted.close();
    }
    stack.close();
    directory.close();
  }
}
