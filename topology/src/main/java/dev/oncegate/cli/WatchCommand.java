package dev.oncegate.cli;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.serde.RecordNotReadableException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code watch}: prints what lies on topics. */
@Command(
    name = "watch",
    description = {
      "Prints the committed records of topics as JSON lines.",
      "Without --follow: all that is there now. With it: what comes from now on; with --from-beginning too: both."
    },
    mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);

  @Mixin private ClusterOptions cluster;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "TOPIC",
      description = "Topics, with or without their prefix: effects is agent.effects.")
  private List<String> names;

  @Option(names = "--from-beginning", description = "Begin with the oldest record.")
  private boolean fromBeginning;

  @Option(names = "--follow", description = "Go on until stopped.")
  private boolean follow;

  @Option(names = "--run", paramLabel = "ID", description = "Only records of this run.")
  private @Nullable String run;

  @Override
  public Integer call() {
    GateConfig config = cluster.config();
    Map<String, Object> settings = config.kafkaSettings();
    AvroSerdes serdes = AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), settings);
    Deserializer<SpecificRecord> deserializer = serdes.deserializer();
    Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Clients.consumer(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    Thread watching = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> wake(consumer, watching), "stop"));
    try (consumer) {
      List<TopicPartition> partitions =
          partitions(consumer, config.getString(GateKeys.TOPIC_PREFIX));
      consumer.assign(partitions);
      if (fromBeginning || !follow) {
        consumer.seekToBeginning(partitions);
      } else {
        consumer.seekToEnd(partitions);
      }
      print(consumer, deserializer);
    } catch (WakeupException e) {
      // Stopped from outside, which is how following ends.
    }
    return 0;
  }

  private void print(Consumer<byte[], byte[]> consumer, Deserializer<SpecificRecord> deserializer) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    PrintWriter out = spec.commandLine().getOut();
    do {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        SpecificRecord value = read(deserializer, record);
        if (run == null || run.equals(runOf(record, value))) {
          out.println(RecordJson.of(record, value));
        }
      }
      out.flush();
    } while (follow
        || ends.entrySet().stream()
            .anyMatch(end -> consumer.position(end.getKey()) < end.getValue()));
  }

  private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, String prefix) {
    Map<String, List<PartitionInfo>> known = consumer.listTopics();
    List<TopicPartition> partitions = new ArrayList<>();
    for (String name : names) {
      String topic = known.containsKey(name) ? name : prefix + name;
      List<PartitionInfo> found = known.get(topic);
      if (found == null) {
        throw new FailedException(
            "There is no topic %s, and no %s.".formatted(name, prefix + name));
      }
      found.forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
    }
    return partitions;
  }

  private static @Nullable SpecificRecord read(
      Deserializer<SpecificRecord> deserializer, ConsumerRecord<byte[], byte[]> record) {
    try {
      return deserializer.deserialize(record.topic(), record.value());
    } catch (RecordNotReadableException e) {
      return null;
    }
  }

  private static @Nullable String runOf(
      ConsumerRecord<byte[], byte[]> record, @Nullable SpecificRecord value) {
    if (value == null) {
      return record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
    }
    Schema.Field field = value.getSchema().getField("run_id");
    return field == null ? null : String.valueOf(value.get(field.pos()));
  }

  private static void wake(Consumer<byte[], byte[]> consumer, Thread watching) {
    consumer.wakeup();
    try {
      watching.join(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
