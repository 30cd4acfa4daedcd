package dev.oncegate.testbed.bench;

import dev.oncegate.testbed.stack.StackException;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/**
 * Kafka Streams under exactly_once_v2 that copies commands and does nothing else: the limit on this
 * machine.
 */
final class PassThrough implements Contender {
  static final String NAME = "pass-through";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String words() {
    return "Kafka Streams that copies each command from one topic to another and does nothing else, exactly_once_v2: the limit of the machine. Duplicates pass.";
  }

  @Override
  public boolean isOnce() {
    return false;
  }

  @Override
  public String effects(Course course) {
    return answers(course);
  }

  @Override
  public Running start(Course course) {
    Topology topology = new Topology();
    topology.addSource(
        AutoOffsetReset.earliest(),
        "in",
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        course.commands());
    topology.addSink(
        "out", answers(course), new ByteArraySerializer(), new ByteArraySerializer(), "in");
    return start(topology, course);
  }

  /** Starts a topology with the settings that a gate would have. */
  static Running start(Topology topology, Course course) {
    Properties properties = new Properties();
    properties.putAll(course.config().kafkaSettings());
    KafkaStreams streams = new KafkaStreams(topology, properties);
    streams.start();
    return new Running() {
      @Override
      public void check() {
        if (streams.state() == KafkaStreams.State.ERROR) {
          throw new StackException("Kafka Streams has ended on a failure; the log tells of it");
        }
      }

      @Override
      public void close() {
        streams.close();
      }
    };
  }
}
