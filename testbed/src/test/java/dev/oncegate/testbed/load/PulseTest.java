package dev.oncegate.testbed.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PulseTest {
  private long nowNs;
  private final Pulse pulse = new Pulse(() -> nowNs);

  @Test
  void aSecondTellsWhatWasSentAndDecidedInItAndHowLongDecisionsTook() {
    for (int offset = 0; offset < 201; offset++) {
      pulse.acknowledged(1, offset);
    }
    passMs(200);
    for (int offset = 0; offset < 199; offset++) {
      pulse.decided(1, offset);
    }
    passMs(700);
    pulse.decided(1, 199);
    passMs(100);
    pulse.tick();
    assertThat(pulse.seconds()).containsExactly(new Second(0, 201, 200, 200, 200, 900));
    assertThat(pulse.waiting()).isEqualTo(1);

    passMs(1_000);
    pulse.decided(1, 200);
    pulse.tick();
    assertThat(pulse.seconds().get(1)).isEqualTo(new Second(1_000, 0, 1, 2_000, 2_000, 2_000));
    assertThat(pulse.waiting()).isZero();
    assertThat(pulse.sent()).isEqualTo(pulse.decided()).isEqualTo(201);
  }

  @Test
  void aSecondWithoutDecisionsHasNoLatency() {
    pulse.acknowledged(0, 0);
    passMs(1_000);
    pulse.tick();
    assertThat(pulse.seconds()).containsExactly(new Second(0, 1, 0, 0, 0, 0));
  }

  @Test
  void aDecisionThatIsReadBeforeTheAcknowledgementTookNoTime() {
    passMs(10);
    pulse.decided(2, 5);
    passMs(30);
    pulse.acknowledged(2, 5);
    assertThat(pulse.waiting()).isZero();
    passMs(960);
    pulse.tick();
    assertThat(pulse.seconds()).containsExactly(new Second(0, 1, 1, 0, 0, 0));
  }

  @Test
  void whatLiesElsewhereIsAnotherCommand() {
    pulse.acknowledged(0, 7);
    pulse.decided(1, 7);
    pulse.decided(0, 8);
    assertThat(pulse.waiting()).isEqualTo(1);
    assertThat(pulse.decided()).isZero();
  }

  @Test
  void aCommandWithoutADecisionIsGivenUpAfterTenMinutesAndTold() {
    pulse.acknowledged(0, 0);
    pulse.decided(0, 9);
    for (int second = 0; second < 590; second++) {
      passMs(1_000);
      pulse.tick();
    }
    assertThat(pulse.waiting()).isEqualTo(1);
    assertThat(pulse.givenUp()).isZero();
    for (int second = 0; second < 30; second++) {
      passMs(1_000);
      pulse.tick();
    }
    assertThat(pulse.waiting()).isZero();
    assertThat(pulse.givenUp()).isEqualTo(1);
  }

  private void passMs(long ms) {
    nowNs += TimeUnit.MILLISECONDS.toNanos(ms);
  }
}
