package dev.oncegate.connect.wire;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;

/** What the executor has to know of the brokers. */
public interface Cluster extends AutoCloseable {
  /**
   * @throws ConnectException where one of the topics is not there, or the brokers do not answer
   */
  void mustHave(Collection<String> topics);

  /**
   * The offset that the next record of each partition will have.
   *
   * @throws ConnectException where the brokers do not answer
   */
  Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions);

  @Override
  void close();
}
