package dev.oncegate.testbed.bench;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Commands beside many known actions: all of them new, or each second one repeating a known action,
 * wherever it lies in the store.
 *
 * @param repeating whether each second one does
 * @param known actions of {@link Workload#nth} by the name {@link #KNOWN} and {@link #KNOWN_SEED}
 * @param seed another one for each use
 */
record Repeats(boolean repeating, long known, long commands, long seed) {
  static final String KNOWN = "known";
  static final long KNOWN_SEED = 1;

  /** How many of them are new. */
  long fresh() {
    return repeating ? commands / 2 : commands;
  }

  void publish(Course course) {
    Random random = new Random(seed);
    Serializer<SpecificRecord> serializer =
        AvroSerdes.of("oncegate", course.config().kafkaSettings()).serializer();
    try (Producer<byte[], byte[]> producer = Workload.producer(course.config())) {
      for (long sent = 0; sent < commands; sent++) {
        ActionCommand command =
            repeating && sent % 2 == 0
                ? Workload.nth(KNOWN, KNOWN_SEED, random.nextLong(known))
                : Workload.nth("more", seed, sent);
        producer.send(
            new ProducerRecord<>(
                course.commands(),
                command.getRunId().getBytes(StandardCharsets.UTF_8),
                serializer.serialize(course.commands(), command)));
      }
      producer.flush();
    }
  }
}
