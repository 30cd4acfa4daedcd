package dev.oncegate.testbed.agents;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** How a client chooses key and partition of a command. The gate must not depend on it. */
public enum Placement {
  /**
   * Key is the scope, murmur2 of it the partition: Java's default, and where the command lies
   * right.
   */
  MURMUR2,
  /** Key is the scope, CRC32 of it the partition: the default of librdkafka. */
  CRC32,
  /** A key that means nothing. */
  RANDOM_KEY,
  /** No key at all. */
  NO_KEY;

  /** The key of the record; none where it has none. */
  public @Nullable String keyOf(String scope, Random random) {
    return switch (this) {
      case MURMUR2, CRC32 -> scope;
      case RANDOM_KEY -> Long.toHexString(random.nextLong());
      case NO_KEY -> null;
    };
  }

  /** The partition; null where the producer chooses by the key. */
  public @Nullable Integer partitionOf(String scope, int partitions, Random random) {
    return switch (this) {
      case MURMUR2, RANDOM_KEY -> null;
      case NO_KEY -> random.nextInt(partitions);
      case CRC32 -> {
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(scope.getBytes(StandardCharsets.UTF_8));
        yield (int) (crc.getValue() % partitions);
      }
    };
  }
}
