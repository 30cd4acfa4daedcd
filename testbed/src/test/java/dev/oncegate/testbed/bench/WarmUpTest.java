package dev.oncegate.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void itIsOverWhenNoContenderIsFasterThanBefore() {
    WarmUp warmUp = new WarmUp(10);
    double[] quick = {100, 200, 205, 204};
    double[] slow = {10, 12, 14, 14.1};

    for (int round = 1; round <= 4; round++) {
      assertThat(warmUp.beginsRound()).as("round %d", round).isTrue();
      assertThat(warmUp.round()).isEqualTo(round);
      warmUp.add("quick", quick[round - 1]);
      warmUp.add("slow", slow[round - 1]);
    }

    assertThat(warmUp.beginsRound()).isFalse();
  }

  @Test
  void itTakesNoMoreRoundsThanItMay() {
    WarmUp warmUp = new WarmUp(3);
    for (int round = 1; round <= 3; round++) {
      assertThat(warmUp.beginsRound()).isTrue();
      warmUp.add("ever faster", Math.pow(2, round));
    }

    assertThat(warmUp.beginsRound()).isFalse();
    assertThat(new WarmUp(0).beginsRound()).isFalse();
  }
}
