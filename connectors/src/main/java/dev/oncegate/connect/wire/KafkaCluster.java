package dev.oncegate.connect.wire;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.connect.errors.ConnectException;

/** The brokers, by Kafka's admin client. */
public final class KafkaCluster implements Cluster {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final Admin admin;

  private KafkaCluster(Admin admin) {
    this.admin = admin;
  }

  /**
   * @param settings of Kafka's clients, under their own names; those of a producer alone are left
   *     out
   */
  public static KafkaCluster of(Map<String, String> settings, String clientId) {
    Map<String, Object> own = new HashMap<>();
    own.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
    settings.forEach(
        (key, value) -> {
          if (AdminClientConfig.configNames().contains(key)) {
            own.put(key, value);
          }
        });
    return new KafkaCluster(Admin.create(own));
  }

  @Override
  public void mustHave(Collection<String> topics) {
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach(
            (topic, found) -> {
              try {
                answer(found);
              } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                  throw new ConnectException(
                      "The topic %s is not there; make it, with as many partitions as agent.effects has."
                          .formatted(topic));
                }
                throw new ConnectException(
                    "The brokers do not tell of the topic %s: %s".formatted(topic, e.getCause()),
                    e);
              }
            });
  }

  @Override
  public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    try {
      Map<TopicPartition, ListOffsetsResultInfo> found = answer(admin.listOffsets(latest).all());
      found.forEach((partition, info) -> ends.put(partition, info.offset()));
    } catch (ExecutionException e) {
      throw new ConnectException(
          "The brokers do not tell where %s end: %s".formatted(partitions, e.getCause()), e);
    }
    return ends;
  }

  private static <T> T answer(KafkaFuture<T> future) throws ExecutionException {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectException("Interrupted while waiting for the brokers", e);
    } catch (TimeoutException e) {
      throw new ConnectException("The brokers do not answer; see kafka.bootstrap.servers", e);
    }
  }

  @Override
  public void close() {
    admin.close(CLOSE);
  }
}
