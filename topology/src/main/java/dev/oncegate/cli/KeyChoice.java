package dev.oncegate.cli;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * With which record key commands are sent, and who chooses the partition: to play a foreign client.
 */
final class KeyChoice {
  private KeyChoice() {}

  /** The record key. */
  enum Key {
    RUN,
    RANDOM,
    NONE;

    byte @Nullable [] of(String runId) {
      return switch (this) {
        case RUN -> runId.getBytes(StandardCharsets.UTF_8);
        case RANDOM -> UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
        case NONE -> null;
      };
    }
  }

  /** The partitioner. */
  enum Partitioner {
    /** Java's default: left to the producer. */
    MURMUR2,
    /** librdkafka's {@code consistent}: the CRC of the key, modulo the number of partitions. */
    CRC32;

    @Nullable Integer partition(byte @Nullable [] key, int partitions) {
      if (this == MURMUR2 || key == null) {
        return null;
      }
      CRC32 crc = new CRC32();
      crc.update(key);
      return (int) (crc.getValue() % partitions);
    }
  }
}
