package dev.oncegate.connect;

import dev.oncegate.connect.wire.Cluster;
import dev.oncegate.connect.wire.Outlet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * Stands where Kafka is, so that a test decides when a record is durable. The task at a real broker
 * and in a real worker is tested in the testbed.
 */
final class MemoryKafka implements Links {
  /** What was sent. */
  record Sent(String topic, String key, byte[] value, Map<String, String> headers) {}

  private final List<Sent> sent = new ArrayList<>();
  private final List<CompletableFuture<Void>> unacknowledged = new ArrayList<>();
  private boolean acknowledges = true;
  volatile Map<String, String> settings = Map.of();
  volatile long end;

  synchronized List<Sent> sent(String topic) {
    return sent.stream().filter(record -> record.topic().equals(topic)).toList();
  }

  /** From now on nothing is durable. */
  synchronized void hold() {
    acknowledges = false;
  }

  /** All that waits becomes durable. */
  void release() {
    List<CompletableFuture<Void>> waiting;
    synchronized (this) {
      acknowledges = true;
      waiting = List.copyOf(unacknowledged);
      unacknowledged.clear();
    }
    waiting.forEach(durable -> durable.complete(null));
  }

  /** All that waits is lost for good. */
  synchronized void lose(Exception error) {
    unacknowledged.forEach(durable -> durable.completeExceptionally(error));
  }

  @Override
  public Outlet outlet(Map<String, String> kafka, String clientId) {
    settings = kafka;
    return new Outlet() {
      @Override
      public CompletableFuture<Void> send(
          String topic, String key, byte[] value, Map<String, String> headers) {
        synchronized (MemoryKafka.this) {
          sent.add(new Sent(topic, key, value, headers));
          if (acknowledges) {
            return CompletableFuture.completedFuture(null);
          }
          CompletableFuture<Void> durable = new CompletableFuture<>();
          unacknowledged.add(durable);
          return durable;
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Cluster cluster(Map<String, String> kafka, String clientId) {
    return new Cluster() {
      @Override
      public void mustHave(Collection<String> topics) {
        if (topics.contains("not.there")) {
          throw new ConnectException("The topic not.there is not there");
        }
      }

      @Override
      public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        partitions.forEach(partition -> ends.put(partition, end));
        return ends;
      }

      @Override
      public void close() {}
    };
  }
}
