package dev.oncegate.testbed.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.jspecify.annotations.Nullable;

/** The topics as a read_committed consumer sees them. */
final class Log {
  /** Where a record lies. */
  record At(String topic, int partition, long offset) {}

  /** Takes a record and where it lies. */
  interface Reader {
    void read(At at, Message message);
  }

  private final int partitions;
  private final Map<String, List<List<Message>>> topics = new TreeMap<>();

  /**
   * @param partitions of each topic
   */
  Log(int partitions) {
    this.partitions = partitions;
  }

  /** Appends a record; where it lies then. */
  At append(String topic, int partition, Message message) {
    List<Message> records = records(topic, partition);
    records.add(message);
    return new At(topic, partition, records.size() - 1L);
  }

  /** The record at an offset; null where none is yet. */
  @Nullable Message read(String topic, int partition, long offset) {
    List<Message> records = records(topic, partition);
    return offset < records.size() ? records.get((int) offset) : null;
  }

  /** Hands over all records of a topic, partition by partition. */
  void forEach(String topic, Reader reader) {
    for (int partition = 0; partition < partitions; partition++) {
      List<Message> records = records(topic, partition);
      for (int offset = 0; offset < records.size(); offset++) {
        reader.read(new At(topic, partition, offset), records.get(offset));
      }
    }
  }

  /** Where Java's producer puts a key: found without the gate's own partitioner. */
  int partitionOf(byte[] key) {
    return BuiltInPartitioner.partitionForKey(key, partitions);
  }

  private List<Message> records(String topic, int partition) {
    return topics
        .computeIfAbsent(
            topic,
            ignored -> {
              List<List<Message>> all = new ArrayList<>();
              for (int i = 0; i < partitions; i++) {
                all.add(new ArrayList<>());
              }
              return all;
            })
        .get(partition);
  }
}
