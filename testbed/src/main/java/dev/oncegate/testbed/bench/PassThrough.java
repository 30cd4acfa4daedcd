package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Topics;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;

/** Kafka Streams under exactly_once_v2 that copies commands and does nothing else: the limit on this machine. */
final class PassThrough implements Contender {
  @Override
  public String name() {
    return "pass-through";
  }

  @Override
  public AutoCloseable start(GateConfig config) {
    Topology topology = new Topology();
    topology.addSource(
        AutoOffsetReset.earliest(), "in", new ByteArrayDeserializer(), new ByteArrayDeserializer(),
        Topics.of(config).commands());
    topology.addSink("out", answers(config), new ByteArraySerializer(), new ByteArraySerializer(), "in");
    Properties properties = new Properties();
    properties.putAll(config.kafkaSettings());
    KafkaStreams streams = new KafkaStreams(topology, properties);
    streams.start();
    return streams;
  }

  @Override
  public String answers(GateConfig config) {
    return config.applicationId() + "-copies";
  }
}
