package dev.oncegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.cli.KeyChoice.Key;
import dev.oncegate.cli.KeyChoice.Partitioner;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyChoiceTest {

  @Test
  void crc32IsWhatLibrdkafkaChooses() {
    // CRC-32 of "123456789" is 0xCBF43926, the check value of the algorithm.
    byte[] key = "123456789".getBytes(StandardCharsets.UTF_8);
    assertThat(Partitioner.CRC32.partition(key, 7)).isEqualTo((int) (0xCBF43926L % 7));
  }

  @Test
  void murmur2AndNullKeysAreLeftToTheProducer() {
    assertThat(Partitioner.MURMUR2.partition(new byte[] {1}, 7)).isNull();
    assertThat(Partitioner.CRC32.partition(null, 7)).isNull();
  }

  @Test
  void keysAreTheRunRandomOrNone() {
    assertThat(Key.RUN.of("r")).isEqualTo("r".getBytes(StandardCharsets.UTF_8));
    assertThat(Key.NONE.of("r")).isNull();
    assertThat(Key.RANDOM.of("r")).isNotEqualTo(Key.RANDOM.of("r"));
  }
}
