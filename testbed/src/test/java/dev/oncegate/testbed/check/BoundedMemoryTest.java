package dev.oncegate.testbed.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.testbed.check.store.Codec;
import dev.oncegate.testbed.check.store.ColdStore;
import dev.oncegate.testbed.check.store.Fingerprint;
import dev.oncegate.testbed.check.store.In;
import dev.oncegate.testbed.check.store.Out;
import dev.oncegate.testbed.check.store.SpillingMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BoundedMemoryTest {
  private static final Codec<long[]> NUMBERS =
      new Codec<>() {
        @Override
        public void write(long[] value, Out out) {
          out.putNumber(value[0]);
          out.putBits(value[1]);
        }

        @Override
        public long[] read(In in) {
          return new long[] {in.takeNumber(), in.takeBits()};
        }

        @Override
        public int heapBytes(long[] value) {
          return 32;
        }
      };

  @Test
  void whatFitsTheHeapOpensNoDatabase() {
    try (ColdStore store = new ColdStore(1 << 20)) {
      SpillingMap<long[]> map = store.map(NUMBERS, () -> new long[2]);
      for (int i = 0; i < 1000; i++) {
        map.at(new Fingerprint(i, 0))[0] = i;
      }
      assertThat(store.isOpen()).isFalse();
      assertThat(map.at(new Fingerprint(7, 0))[0]).isEqualTo(7);
    }
  }

  @Test
  void whatDoesNotFitTheHeapIsFoundAgainAsItWasLeft() throws IOException {
    Set<Path> before = temporaryDirectories();
    try (ColdStore store = new ColdStore(100_000)) {
      SpillingMap<long[]> map = store.map(NUMBERS, () -> new long[2]);
      SpillingMap<long[]> other = store.map(NUMBERS, () -> new long[2]);
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 20_000; i++) {
          map.at(new Fingerprint(i, -i))[0] += i - 10_000L;
          other.at(new Fingerprint(i, -i))[1]++;
          assertThat(store.usedBytes()).isLessThan(120_000);
        }
      }
      assertThat(store.isOpen()).isTrue();
      assertThat(map.find(new Fingerprint(1, 1))).isNull();
      assertThat(map.at(new Fingerprint(3, -3))[0]).isEqualTo(3 * (3 - 10_000L));
      Set<Long> sums = new HashSet<>();
      map.forEach(value -> sums.add(value[0]));
      assertThat(sums).hasSize(20_000).contains(-30_000L, 3 * 9_999L);
      other.forEach(value -> assertThat(value[1]).isEqualTo(3));
    }
    assertThat(temporaryDirectories()).isEqualTo(before);
  }

  private static Set<Path> temporaryDirectories() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("oncegate-check-spilled"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void aHistoryThatDoesNotFitTheHeapIsJudgedWithinIt() {
    try (ColdStore store = new ColdStore(2 << 20);
        HistoryCheck check = HistoryCheck.of(HonestGate.TOPICS, HonestGate.WINDOW_MS, store)) {
      LongHistory history = new LongHistory(check, 500);
      history.play(200_000);
      history.end();
      assertThat(check.complete()).isTrue();
      Report report = check.judge();
      assertThat(store.isOpen()).isTrue();
      assertThat(store.usedBytes()).isLessThan(4 << 20);
      assertThat(report.counterExamples()).isEmpty();
      assertThat(report.verdicts().get(Invariant.I2).checked()).isGreaterThan(45_000);
      assertThat(report.verdicts().get(Invariant.I5).checked()).isGreaterThan(2_000);
      assertThat(report.verdicts().get(Invariant.I6).checked()).isGreaterThan(10_000);
    }
  }
}
