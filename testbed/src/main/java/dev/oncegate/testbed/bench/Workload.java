package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Commands as a fleet of agents sends them: many runs side by side, a given part of the deliveries
 * are repeats of a command that the run sent before. Reproducible by its seed.
 *
 * @param name by which it is chosen
 * @param words what is special about it
 * @param commands deliveries in all
 * @param duplicatePercent how many of a hundred deliveries repeat an earlier one, 0 to 99
 * @param stormPercent how many of a hundred deliveries go to one of {@link #HOT} actions, whatever
 *     the others do
 * @param argsBytes about how long the arguments are
 * @param isAnswered whether an executor answers each effect of the gate with an outcome
 */
public record Workload(
    String name,
    String words,
    long commands,
    int duplicatePercent,
    int stormPercent,
    int argsBytes,
    boolean isAnswered,
    long seed) {

  /** Actions under a storm of retries, each in a run of its own. */
  static final int HOT = 8;

  private static final int CALLS_PER_RUN = 100;

  /** So many runs call in turns. */
  static final int RUNS_AT_ONCE = 1_000;

  /** After so many deliveries new runs begin. */
  static final long GENERATION = (long) RUNS_AT_ONCE * CALLS_PER_RUN;

  private static final int AROUND_THE_FILLER = 60;

  /** Actions that nobody sent before, with small arguments and without outcomes. */
  static Workload fresh(String name, long commands, long seed) {
    return new Workload(name, "", commands, 0, 0, AROUND_THE_FILLER, false, seed);
  }

  /** The same with fewer or more deliveries. */
  Workload withCommands(long number) {
    return new Workload(
        name, words, number, duplicatePercent, stormPercent, argsBytes, isAnswered, seed);
  }

  /** What has been published: the fingerprint of all different actions. */
  Actions publish(GateConfig config, String topic) {
    return publish(config, topic, new Actions(config));
  }

  /**
   * Publishes all commands and waits until the brokers have them.
   *
   * @param actions takes the actions in
   */
  Actions publish(GateConfig config, String topic, Actions actions) {
    Serializer<SpecificRecord> serializer =
        AvroSerdes.of("oncegate", config.kafkaSettings()).serializer();
    String filler = "x".repeat(Math.max(0, argsBytes - AROUND_THE_FILLER));
    Sequence sequence = new Sequence();
    try (Producer<byte[], byte[]> producer = producer(config)) {
      for (long sent = 0; sent < commands; sent++) {
        Next next = sequence.next();
        ActionCommand command = command(next.run, next.step, filler);
        if (next.isNew) {
          actions.add(command.getRunId(), command.getIdempotencyKey());
        }
        producer.send(
            new ProducerRecord<>(
                topic,
                next.run.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topic, command)));
      }
      producer.flush();
    }
    return actions;
  }

  /** The action that comes next, and whether it comes for the first time. */
  private record Next(String run, int step, boolean isNew) {}

  /** Draws one action after the other. */
  private final class Sequence {
    private final Random random = new Random(seed);
    private final int[] steps = new int[RUNS_AT_ONCE];
    private final boolean[] isHotKnown = new boolean[HOT];
    private long ordinary;

    Next next() {
      return random.nextInt(100) < stormPercent ? hot() : ordinary();
    }

    private Next hot() {
      int action = random.nextInt(HOT);
      boolean isNew = !isHotKnown[action];
      isHotKnown[action] = true;
      return new Next("%s-%d-hot-%d".formatted(name, seed, action), 0, isNew);
    }

    private Next ordinary() {
      int slot = (int) (ordinary % RUNS_AT_ONCE);
      if (ordinary % GENERATION == slot) {
        steps[slot] = 0;
      }
      boolean isNew = steps[slot] == 0 || random.nextInt(100) >= duplicatePercent;
      int step = isNew ? steps[slot]++ : random.nextInt(steps[slot]);
      return new Next(run(name, seed, ordinary++), step, isNew);
    }
  }

  /** The action that a workload without duplicates sends after so many others. */
  static ActionCommand nth(String name, long seed, long ordinal) {
    return command(run(name, seed, ordinal), (int) (ordinal % GENERATION / RUNS_AT_ONCE), "");
  }

  private static String run(String name, long seed, long ordinal) {
    return "%s-%d-%d-%d".formatted(name, seed, ordinal / GENERATION, ordinal % RUNS_AT_ONCE);
  }

  /** A producer for many records. */
  static Producer<byte[], byte[]> producer(GateConfig config) {
    Map<String, Object> settings = new HashMap<>(Clients.producer(config.kafkaSettings()));
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 262_144);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 67_108_864L);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static ActionCommand command(String run, int step, String filler) {
    return ActionCommand.newBuilder()
        .setRunId(run)
        .setTool("transfer")
        .setArgs("{\"step\":%d,\"account\":\"%s\",\"note\":\"%s\"}".formatted(step, run, filler))
        .setIdempotencyKey("step-" + step)
        .build();
  }
}
