package dev.oncegate.testbed.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShiftedClockTest {
  @TempDir private Path directory;

  @Test
  void whoeverReadsTheSameFileIsOffByWhatTheOtherSays() {
    ShiftedClock parents = ShiftedClock.of(directory.resolve("clock"));
    ShiftedClock childs = ShiftedClock.of(directory.resolve("clock"));
    assertThat(childs.instant()).isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));

    parents.shift(Duration.ofHours(-3));

    assertThat(childs.instant())
        .isCloseTo(Instant.now().minus(Duration.ofHours(3)), within(1, ChronoUnit.MINUTES));
    parents.shift(Duration.ZERO);
    assertThat(childs.instant()).isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
  }
}
