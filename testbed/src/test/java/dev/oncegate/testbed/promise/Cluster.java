package dev.oncegate.testbed.promise;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.stack.Broker;
import dev.oncegate.testbed.stack.GateInstance;
import dev.oncegate.testbed.stack.Registry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** A broker, a registry, and instances of one gate, each in a JVM of its own. */
final class Cluster implements AutoCloseable {
  static final int PARTITIONS = 4;

  private static final String APPLICATION_ID = "promise";
  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();

  private final Path directory;
  private final Registry registry;
  private final List<GateInstance> instances = new ArrayList<>();
  private Broker broker;

  private Cluster(Path directory, Broker broker, Registry registry) {
    this.directory = directory;
    this.broker = broker;
    this.registry = registry;
  }

  /** Starts broker and registry and makes the topics. */
  static Cluster start(Path directory) {
    Cluster cluster =
        new Cluster(
            directory,
            Broker.start(directory.resolve("broker"), 0),
            Registry.start(directory.resolve("registry"), 0));
    try {
      cluster.broker.awaitReady(NEVER);
      cluster.registry.awaitReady(NEVER);
      cluster.createTopics(cluster.config());
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  void createTopics(GateConfig config) {
    try (Admin admin = Gate.admin(config)) {
      new TopicSetup(admin, config).create(PARTITIONS, Optional.of((short) 1));
    }
  }

  /** What reaches the topics of the instances. */
  GateConfig config() {
    return GateConfig.of(settings());
  }

  /** What reaches this cluster, some settings changed or added. */
  GateConfig config(Map<String, String> more) {
    Map<String, String> settings = settings();
    settings.putAll(more);
    return GateConfig.of(settings);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("schema.registry.url", registry.url());
    settings.put("application.id", APPLICATION_ID);
    settings.put("num.stream.threads", "1");
    // The group notices a death after this time; the default is 45 s.
    settings.put("main.consumer.session.timeout.ms", "6000");
    settings.put("main.consumer.heartbeat.interval.ms", "1500");
    return settings;
  }

  /** Starts instances at the same time and waits until all of them work. */
  List<GateInstance> startInstances(String... names) {
    List<GateInstance> started = new ArrayList<>();
    for (String name : names) {
      GateInstance instance = new GateInstance(name, directory.resolve(name), settings());
      instances.add(instance);
      started.add(instance);
    }
    started.forEach(GateInstance::awaitRunning);
    return started;
  }

  /** The partitions that an instance works on, once it has any. */
  Set<Integer> awaitPartitionsOf(GateInstance instance) {
    try (Admin admin = Gate.admin(config())) {
      return Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> partitionsOf(instance, admin), partitions -> !partitions.isEmpty());
    }
  }

  private Set<Integer> partitionsOf(GateInstance instance, Admin admin) throws Exception {
    String commands = Topics.of(config()).commands();
    Collection<MemberDescription> members =
        admin
            .describeConsumerGroups(List.of(APPLICATION_ID))
            .describedGroups()
            .get(APPLICATION_ID)
            .get()
            .members();
    return members.stream()
        .filter(member -> member.clientId().startsWith(instance.name() + "-"))
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .filter(partition -> partition.topic().equals(commands))
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }

  /** Ends the broker in order and starts it again, on the same port and data. */
  void restartBroker() {
    broker.close();
    broker = Broker.start(directory.resolve("broker"), broker.port());
    broker.awaitReady(NEVER);
  }

  /** Whatever the instances logged that is no information. */
  List<String> complaints() {
    return instances.stream().flatMap(instance -> instance.complaints().stream()).toList();
  }

  @Override
  public void close() {
    instances.forEach(GateInstance::close);
    registry.close();
    broker.close();
  }
}
