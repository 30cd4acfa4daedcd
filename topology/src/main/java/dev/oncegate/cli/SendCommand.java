package dev.oncegate.cli;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Topics;
import dev.oncegate.gate.WireSchemas;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.serde.JsonLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code send}: publishes commands, and by hand what executors and operators say. */
@Command(
    name = "send",
    description = {
      "Publishes commands: one JSON object a line, with the field names of the ActionCommand schema.",
      "With --to outcomes or --to controls: what an executor reports, or an operator orders.",
      "A line that is no such record is refused with its number and the reason; the others are sent."
    },
    mixinStandardHelpOptions = true)
final class SendCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where to read; default: standard input.")
  private @Nullable Path file;

  @Option(
      names = "--to",
      defaultValue = "commands",
      description = "Which topic: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Target target;

  @Option(
      names = "--key",
      defaultValue = "run",
      description = "Record key: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private KeyChoice.Key key;

  @Option(
      names = "--partitioner",
      defaultValue = "murmur2",
      description =
          "Who chooses the partition: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private KeyChoice.Partitioner partitioner;

  private final AtomicLong acknowledged = new AtomicLong();
  private long refused;

  /** What the gate reads. */
  enum Target {
    COMMANDS,
    OUTCOMES,
    CONTROLS;

    String topic(Topics topics) {
      return switch (this) {
        case COMMANDS -> topics.commands();
        case OUTCOMES -> topics.outcomes();
        case CONTROLS -> topics.controls();
      };
    }
  }

  @Override
  public Integer call() throws IOException {
    GateConfig config = cluster.config();
    Map<String, Object> settings = config.kafkaSettings();
    String topic = target.topic(Topics.of(config));
    Schema schema = WireSchemas.byTopic(Topics.of(config)).get(topic);
    Serializer<SpecificRecord> serializer =
        AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), settings).serializer();
    try (BufferedReader in = reader();
        Producer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Clients.producer(settings), new ByteArraySerializer(), new ByteArraySerializer())) {
      int partitions = producer.partitionsFor(topic).size();
      long number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        if (!line.isBlank()) {
          send(read(schema, line, number), number, topic, partitions, serializer, producer);
        }
      }
      producer.flush();
    }
    spec.commandLine()
        .getOut()
        .println("%d sent, %d refused".formatted(acknowledged.get(), refused));
    return refused == 0 ? 0 : 1;
  }

  private @Nullable SpecificRecord read(Schema schema, String line, long number) {
    try {
      return JsonLine.read(schema, line);
    } catch (IllegalArgumentException e) {
      refuse(number, e.getMessage());
      return null;
    }
  }

  private void send(
      @Nullable SpecificRecord value,
      long number,
      String topic,
      int partitions,
      Serializer<SpecificRecord> serializer,
      Producer<byte[], byte[]> producer) {
    if (value == null) {
      return;
    }
    byte[] recordKey = key.of(scopeOf(value));
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic,
            partitioner.partition(recordKey, partitions),
            recordKey,
            serializer.serialize(topic, value));
    producer.send(
        record,
        (metadata, error) -> {
          if (error == null) {
            acknowledged.incrementAndGet();
          } else {
            refuse(number, error.getMessage());
          }
        });
  }

  /**
   * Outcomes name their scope; for the others the run is a good guess, and the gate carries on what
   * lies wrong.
   */
  private static String scopeOf(SpecificRecord record) {
    Schema.Field scope = record.getSchema().getField("scope");
    Schema.Field field = scope == null ? record.getSchema().getField("run_id") : scope;
    return String.valueOf(record.get(field.pos()));
  }

  private synchronized void refuse(long number, @Nullable String why) {
    refused++;
    PrintWriter err = spec.commandLine().getErr();
    err.println("line %d: %s".formatted(number, why));
    err.flush();
  }

  private BufferedReader reader() throws IOException {
    if (file == null) {
      return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    }
    if (!Files.isReadable(file)) {
      throw new FailedException("The file %s cannot be read.".formatted(file));
    }
    return Files.newBufferedReader(file, StandardCharsets.UTF_8);
  }
}
