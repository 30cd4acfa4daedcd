package dev.oncegate.cli;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Topics;
import dev.oncegate.gate.serde.AvroSerdes;
import dev.oncegate.schema.ActionCommand;
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
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code send}: publishes commands. */
@Command(
    name = "send",
    description = {
      "Publishes commands: one JSON object a line, with the field names of the ActionCommand schema.",
      "A line that is no command is refused with its number and the reason; the others are sent."
    },
    mixinStandardHelpOptions = true)
final class SendCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "Where to read; default: standard input.")
  private @Nullable Path file;

  @Option(names = "--key", defaultValue = "run", description = "Record key: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private KeyChoice.Key key;

  @Option(
      names = "--partitioner",
      defaultValue = "murmur2",
      description = "Who chooses the partition: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private KeyChoice.Partitioner partitioner;

  private final AtomicLong acknowledged = new AtomicLong();
  private long refused;

  @Override
  public Integer call() throws IOException {
    GateConfig config = cluster.config();
    Map<String, Object> settings = config.kafkaSettings();
    String topic = Topics.of(config).commands();
    Serializer<SpecificRecord> serializer = AvroSerdes.of("oncegate", settings).serializer();
    try (BufferedReader in = reader();
        Producer<byte[], byte[]> producer =
            new KafkaProducer<>(Clients.producer(settings), new ByteArraySerializer(), new ByteArraySerializer())) {
      int partitions = producer.partitionsFor(topic).size();
      long lineNumber = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lineNumber++;
        if (!line.isBlank()) {
          send(line, lineNumber, topic, partitions, serializer, producer);
        }
      }
      producer.flush();
    }
    spec.commandLine().getOut().println("%d sent, %d refused".formatted(acknowledged.get(), refused));
    return refused == 0 ? 0 : 1;
  }

  private void send(
      String line,
      long lineNumber,
      String topic,
      int partitions,
      Serializer<SpecificRecord> serializer,
      Producer<byte[], byte[]> producer) {
    ActionCommand command;
    try {
      command = CommandJson.parse(line);
    } catch (IllegalArgumentException e) {
      refuse(lineNumber, e.getMessage());
      return;
    }
    byte[] recordKey = key.of(command.getRunId());
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic, partitioner.partition(recordKey, partitions), recordKey, serializer.serialize(topic, command));
    producer.send(
        record,
        (metadata, error) -> {
          if (error == null) {
            acknowledged.incrementAndGet();
          } else {
            refuse(lineNumber, error.getMessage());
          }
        });
  }

  private synchronized void refuse(long lineNumber, @Nullable String why) {
    refused++;
    PrintWriter err = spec.commandLine().getErr();
    err.printf("line %d: %s%n", lineNumber, why);
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
