package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateKeys;
import dev.oncegate.testbed.stack.ChildJvm;
import dev.oncegate.testbed.stack.FlinkProgram;
import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;

/** A Flink job with keyed state and an exactly-once sink, in a JVM of its own. */
final class Flink implements Contender {
  static final String NAME = "flink";

  private final Path directory;

  /**
   * @throws StackException where it is not built
   */
  Flink(Path directory) {
    FlinkProgram.jars();
    this.directory = directory;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String words() {
    return "A Flink job: Kafka source, keyed state in RocksDB with a time to live of a day, incremental checkpoints as often as Kafka Streams commits, exactly-once Kafka sink, in a mini cluster in a JVM of its own with two slots. The first delivery of an action is its effect, each delivery is answered with the stored result. No conflicts, no counts, no outcomes.";
  }

  @Override
  public Running start(Course course) {
    String group = course.config().applicationId();
    Path home = directory.resolve(group);
    Properties settings = new Properties();
    course
        .config()
        .kafkaSettings()
        .forEach((key, value) -> settings.setProperty(key, String.valueOf(value)));
    settings.setProperty("commands", course.commands());
    settings.setProperty("effects", effects(course));
    settings.setProperty("answers", answers(course));
    settings.setProperty("group", group);
    settings.setProperty(
        "checkpoint.ms", settings.getProperty(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG));
    settings.setProperty(
        "window.ms", String.valueOf(course.config().getLong(GateKeys.DEDUP_WINDOW_MS)));
    settings.setProperty(
        "parallelism", settings.getProperty(StreamsConfig.NUM_STREAM_THREADS_CONFIG));
    settings.setProperty("directory", home.resolve("checkpoints").toString());
    Path file = home.resolve("job.properties");
    try {
      Files.createDirectories(home);
      try (Writer writer = Files.newBufferedWriter(file)) {
        settings.store(writer, null);
      }
    } catch (IOException e) {
      throw new StackException("%s cannot be written: %s".formatted(file, e), e);
    }
    ChildJvm jvm = FlinkProgram.start(file, home.resolve("flink.log"));
    return new Running() {
      @Override
      public void check() {
        if (!jvm.isAlive()) {
          throw jvm.ended().join();
        }
      }

      @Override
      public void close() {
        jvm.close();
        Folders.delete(home);
      }
    };
  }
}
