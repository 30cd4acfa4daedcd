package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
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
  @Override
  public String name() {
    return "pass-through";
  }

  @Override
  public void prepare(GateConfig config, int partitions) {
    try (Admin admin = Gate.admin(config)) {
      admin.createTopics(List.of(new NewTopic(answers(config), partitions, (short) 1))).all().get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause());
    }
  }

  @Override
  public Running start(GateConfig config) {
    Topology topology = new Topology();
    topology.addSource(
        AutoOffsetReset.earliest(),
        "in",
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        Topics.of(config).commands());
    topology.addSink(
        "out", answers(config), new ByteArraySerializer(), new ByteArraySerializer(), "in");
    Properties properties = new Properties();
    properties.putAll(config.kafkaSettings());
    KafkaStreams streams = new KafkaStreams(topology, properties);
    streams.start();
    return streams::close;
  }

  @Override
  public String answers(GateConfig config) {
    return config.applicationId() + "-copies";
  }
}
