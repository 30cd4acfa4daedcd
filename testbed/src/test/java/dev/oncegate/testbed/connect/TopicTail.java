package dev.oncegate.testbed.connect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** All that was ever read of a topic, and a consumer that reads on from there. */
final class TopicTail implements AutoCloseable {
  private final Consumer<byte[], byte[]> consumer;
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

  TopicTail(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** The records from the beginning up to the ends given. */
  List<ConsumerRecord<byte[], byte[]>> read(Map<TopicPartition, Long> ends) {
    if (consumer.assignment().isEmpty()) {
      consumer.assign(ends.keySet());
    }
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      consumer.poll(Duration.ofMillis(50)).forEach(records::add);
    }
    return List.copyOf(records);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
