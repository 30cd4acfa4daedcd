package dev.oncegate.flink;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Keyed state in RocksDB with a time to live, incremental checkpoints as often as Kafka Streams
 * commits, an exactly-once sink; in a mini cluster inside this JVM.
 */
public final class FlinkJob {
  private FlinkJob() {}

  /**
   * Runs until the JVM ends.
   *
   * @param args a file with bootstrap.servers, schema.registry.url, commands, effects, answers,
   *     group, checkpoint.ms, window.ms, parallelism and directory
   */
  public static void main(String[] args) throws Exception {
    Properties settings = read(Path.of(args[0]));
    Configuration configuration = new Configuration();
    configuration.setString("state.backend.type", "rocksdb");
    configuration.setString("execution.checkpointing.incremental", "true");
    // A failure ends the job, and whoever measures it sees that.
    configuration.setString("restart-strategy.type", "none");
    configuration.setString(
        "execution.checkpointing.dir",
        Path.of(settings.getProperty("directory")).toUri().toString());
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(
            Integer.parseInt(settings.getProperty("parallelism")), configuration);
    environment.enableCheckpointing(
        Long.parseLong(settings.getProperty("checkpoint.ms")), CheckpointingMode.EXACTLY_ONCE);
    environment.getConfig().enableObjectReuse();
    KafkaSource<Delivery> commands =
        KafkaSource.<Delivery>builder()
            .setBootstrapServers(settings.getProperty("bootstrap.servers"))
            .setTopics(settings.getProperty("commands"))
            .setGroupId(settings.getProperty("group"))
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new ReadCommands(settings.getProperty("schema.registry.url")))
            .build();
    KafkaSink<Delivery> records =
        KafkaSink.<Delivery>builder()
            .setBootstrapServers(settings.getProperty("bootstrap.servers"))
            .setRecordSerializer(
                new WriteRecords(settings.getProperty("effects"), settings.getProperty("answers")))
            .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .setTransactionalIdPrefix(settings.getProperty("group"))
            .setProperty("transaction.timeout.ms", "60000")
            .setProperty("batch.size", "262144")
            .setProperty("linger.ms", "100")
            .build();
    environment
        .fromSource(commands, WatermarkStrategy.noWatermarks(), "commands")
        .keyBy(delivery -> delivery.action)
        .process(new Once(Long.parseLong(settings.getProperty("window.ms"))))
        .sinkTo(records);
    environment.execute("once");
  }

  private static Properties read(Path file) throws IOException {
    Properties settings = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      settings.load(reader);
    }
    return settings;
  }
}
