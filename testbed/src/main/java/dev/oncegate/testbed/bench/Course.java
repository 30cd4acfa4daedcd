package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.testbed.stack.StackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * What one run of a contender goes over.
 *
 * @param config of a gate, from which all contenders take their settings; its application is the
 *     consumer group
 * @param commands the topic to read
 */
record Course(GateConfig config, String commands, int partitions) {
  private static final Duration GIVE_UP = Duration.ofSeconds(30);

  Admin admin() {
    return Gate.admin(config);
  }

  void create(Admin admin, String... topics) {
    List<NewTopic> wanted = new ArrayList<>();
    for (String topic : topics) {
      wanted.add(new NewTopic(topic, partitions, (short) 1));
    }
    get(admin.createTopics(wanted).all());
    for (String topic : topics) {
      awaitThere(admin, topic);
    }
  }

  /** A broker may tell of a topic before it leads its partitions. */
  private void awaitThere(Admin admin, String topic) {
    long giveUp = System.nanoTime() + GIVE_UP.toNanos();
    while (true) {
      try {
        ends(admin, topic);
        return;
      } catch (StackException e) {
        if (System.nanoTime() > giveUp) {
          throw e;
        }
        Throughput.pause();
      }
    }
  }

  /** Where a topic ends, transactions that are not finished included. */
  Map<TopicPartition, Long> ends(Admin admin, String topic) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      asked.put(new TopicPartition(topic, partition), OffsetSpec.latest());
    }
    Map<TopicPartition, Long> ends = new HashMap<>();
    get(admin.listOffsets(asked).all())
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  /** How far the group has come in a topic: the sum of the offsets that it has committed. */
  long committed(Admin admin, String topic) {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        get(admin.listConsumerGroupOffsets(config.applicationId()).partitionsToOffsetAndMetadata());
    long sum = 0;
    for (Map.Entry<TopicPartition, OffsetAndMetadata> entry : offsets.entrySet()) {
      if (entry.getValue() != null && entry.getKey().topic().equals(topic)) {
        sum += entry.getValue().offset();
      }
    }
    return sum;
  }

  /** Lets the group begin where a topic ends now. */
  void beginAtEnd(Admin admin, String topic) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    ends(admin, topic)
        .forEach((partition, end) -> offsets.put(partition, new OffsetAndMetadata(end)));
    get(admin.alterConsumerGroupOffsets(config.applicationId(), offsets).all());
  }

  static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new StackException("the broker does not answer: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }
}
