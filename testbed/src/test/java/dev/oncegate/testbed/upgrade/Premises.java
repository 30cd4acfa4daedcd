package dev.oncegate.testbed.upgrade;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.stack.Stack;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Topics, state directory and group of one gate on a stack that it shares with others. */
final class Premises implements AutoCloseable {
  private final String name;
  private final Stack stack;
  private final Path state;
  private final Admin admin;

  /** Makes the topics. */
  Premises(String name, int partitions, Stack stack, Path folder) {
    this.name = name;
    this.stack = stack;
    this.state = folder.resolve(name);
    this.admin = Gate.admin(config(Map.of()));
    new TopicSetup(admin, config(Map.of())).create(partitions, Optional.of((short) 1));
  }

  /** The gate's configuration, some settings changed or added. */
  GateConfig config(Map<String, String> more) {
    return GateConfig.of(settings(more));
  }

  Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bootstrap.servers", stack.bootstrapServers());
    settings.put("schema.registry.url", stack.registryUrl());
    settings.put("application.id", name);
    settings.put("gate.topic.prefix", name + ".");
    settings.put("state.dir", state.toString());
    settings.put("num.stream.threads", "1");
    settings.putAll(more);
    return settings;
  }

  Topics topics() {
    return Topics.of(config(Map.of()));
  }

  /** Starts the gate with some settings changed or added, and waits until it works. */
  Gate open(Map<String, String> more) throws Exception {
    Gate gate = Gate.start(config(more));
    gate.running().get(60, TimeUnit.SECONDS);
    return gate;
  }

  /** Who is in the group. */
  Set<String> members() throws Exception {
    return admin
        .describeConsumerGroups(List.of(name))
        .describedGroups()
        .get(name)
        .get()
        .members()
        .stream()
        .map(MemberDescription::consumerId)
        .collect(Collectors.toSet());
  }

  /** How far the group has read. */
  Map<TopicPartition, Long> committed() throws Exception {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> found =
        admin.listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata().get();
    found.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
    return offsets;
  }

  /** Where a topic ends. */
  Map<TopicPartition, Long> ends(String topic) throws Exception {
    Map<TopicPartition, OffsetSpec> asked =
        partitionsOf(topic).stream()
            .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(asked)
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  private Collection<TopicPartition> partitionsOf(String topic) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get()
        .get(topic)
        .partitions()
        .stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  /** Gives all sources another, larger number of partitions. */
  void repartition(int partitions) throws Exception {
    admin
        .createPartitions(
            topics().sources().stream()
                .collect(
                    Collectors.toMap(
                        Function.identity(), topic -> NewPartitions.increaseTo(partitions))))
        .all()
        .get();
  }

  /** Makes the state look like that of a version that laid no foundation. */
  void forgetFoundation() throws Exception {
    admin.deleteTopics(List.of(topics().foundation())).all().get();
  }

  /** From now on, what is not known from the state directory is not known. */
  void emptyChangelogs() throws Exception {
    for (String store : List.of("actions", "runs", "timers")) {
      String changelog = "%s-%s-changelog".formatted(name, store);
      // Brokers delete nothing from a topic that is only compacted.
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, changelog),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry(
                              TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      // All but the mark at the end of the last transaction, where the state's own offset points.
      ends(changelog)
          .forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end - 1)));
      admin.deleteRecords(all).all().get();
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
