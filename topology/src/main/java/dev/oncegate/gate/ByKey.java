package dev.oncegate.gate;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * The partition of a key: murmur2 of its bytes, as Java's producer chooses it by default. Said
 * explicitly, because a {@code producer.partitioner.class} or {@code partitioner.ignore.keys} would
 * be asked otherwise: a record carried on could end up beside the state of its scope, and the
 * results of a run in no order.
 */
final class ByKey implements StreamPartitioner<byte[], byte[]> {

  /** The partition of {@code key} among {@code partitions}. */
  static int partitionOf(byte[] key, int partitions) {
    return BuiltInPartitioner.partitionForKey(key, partitions);
  }

  @Override
  @SuppressWarnings("removal") // Abstract still; the one with headers calls it.
  public Optional<Set<Integer>> partitions(String topic, byte[] key, byte[] value, int partitions) {
    return Optional.of(Set.of(partitionOf(key, partitions)));
  }
}
