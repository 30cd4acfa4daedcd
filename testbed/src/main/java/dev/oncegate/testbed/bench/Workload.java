package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Topics;
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
 * Commands as a fleet of honest agents sends them: many runs side by side, a given part of the
 * deliveries are repeats of a command that the run sent before. Reproducible by its seed.
 *
 * @param commands deliveries in all
 * @param duplicatePercent how many of a hundred deliveries repeat an earlier one, 0 to 99
 * @param argsBytes about how long the arguments are
 */
public record Workload(long commands, int duplicatePercent, int argsBytes, long seed) {
  /** Below every limit of the guard, so that no circuit opens. */
  private static final int CALLS_PER_RUN = 100;

  private static final int RUNS_AT_ONCE = 1_000;

  /** Publishes all commands and waits until the brokers have them. */
  void publish(GateConfig config) {
    Map<String, Object> settings = new HashMap<>(Clients.producer(config.kafkaSettings()));
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 262_144);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    String topic = Topics.of(config).commands();
    Serializer<SpecificRecord> serializer =
        AvroSerdes.of("oncegate", config.kafkaSettings()).serializer();
    Random random = new Random(seed);
    String filler = "x".repeat(Math.max(0, argsBytes - 60));
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      long batch = 0;
      for (long sent = 0; sent < commands; batch++) {
        sent = publishRuns(batch, sent, random, filler, topic, serializer, producer);
      }
      producer.flush();
    }
  }

  private long publishRuns(
      long batch,
      long alreadySent,
      Random random,
      String filler,
      String topic,
      Serializer<SpecificRecord> serializer,
      Producer<byte[], byte[]> producer) {
    long sent = alreadySent;
    int[] steps = new int[RUNS_AT_ONCE];
    for (int call = 0; call < CALLS_PER_RUN; call++) {
      for (int i = 0; i < RUNS_AT_ONCE && sent < commands; i++, sent++) {
        boolean repeats = steps[i] > 0 && random.nextInt(100) < duplicatePercent;
        int step = repeats ? random.nextInt(steps[i]) : steps[i]++;
        String run = "run-" + batch + "-" + i;
        ActionCommand command =
            ActionCommand.newBuilder()
                .setRunId(run)
                .setTool("transfer")
                .setArgs(
                    "{\"step\":%d,\"account\":\"%s\",\"note\":\"%s\"}".formatted(step, run, filler))
                .setIdempotencyKey("step-" + step)
                .build();
        producer.send(
            new ProducerRecord<>(
                topic, run.getBytes(StandardCharsets.UTF_8), serializer.serialize(topic, command)));
      }
    }
    return sent;
  }
}
