package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

/** Records lie where their key says, whatever partitioner the producer is given. */
class ByKeyTest {
  private final ByKey byKey = new ByKey();

  @Test
  void aKeyLiesWhereJavasProducerPutsItByDefault() {
    for (int i = 0; i < 1_000; i++) {
      byte[] key = ("scope-" + i).getBytes(StandardCharsets.UTF_8);

      assertThat(byKey.partitions("agent.results", key, new byte[0], 12))
          .isEqualTo(Optional.of(Set.of(Utils.toPositive(Utils.murmur2(key)) % 12)));
    }
  }

  @Test
  void theSameKeysLieInTheSamePartitionsInEveryRelease() {
    List<Integer> partitions =
        IntStream.range(0, 6)
            .map(i -> ByKey.partitionOf(("run-" + i).getBytes(StandardCharsets.UTF_8), 6))
            .boxed()
            .toList();

    assertThat(partitions).containsExactly(5, 1, 5, 3, 3, 2);
  }
}
