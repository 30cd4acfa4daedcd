package dev.oncegate.gate;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

/** What is tried again and what ends the gate, and that trying again is no tight loop. */
class FailurePolicyTest {
  private static final Exception MENDABLE = new TimeoutException("no answer");

  private final TestClock clock = new TestClock(GateDriver.START);
  private final List<Duration> pauses = new ArrayList<>();
  private final FailurePolicy policy = new FailurePolicy(clock, pauses::add);

  @Test
  void whatMayPassIsTriedAgainHoweverDeepItLies() {
    Exception wrapped = new StreamsException(new StreamsException(new RuntimeException(MENDABLE)));

    assertThat(policy.handle(MENDABLE)).isEqualTo(REPLACE_THREAD);
    assertThat(policy.handle(wrapped)).isEqualTo(REPLACE_THREAD);
  }

  @Test
  void anythingElseEndsTheGateAtOnce() {
    assertThat(policy.handle(new StreamsException(new RecordTooLargeException("large"))))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(policy.handle(new IllegalStateException("a bug"))).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(policy.handle(new OutOfMemoryError("heap"))).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(policy.handle(new StreamsException(new NoClassDefFoundError("x"))))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(pauses).isEmpty();
  }

  @Test
  void causesThatLeadInACircleEndTheGateToo() {
    Exception inner = new KafkaException("inner");
    Exception outer = new KafkaException("outer", inner);
    inner.initCause(outer);

    assertThat(policy.handle(outer)).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void failuresThatFollowEachOtherArePausedLongerAndLonger() {
    for (int i = 0; i < 10; i++) {
      policy.handle(MENDABLE);
      clock.move(Duration.ofSeconds(30));
    }

    assertThat(pauses)
        .startsWith(
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4))
        .endsWith(Duration.ofSeconds(8), Duration.ofSeconds(8));
  }

  @Test
  void afterACalmTimeThePausesBeginAnew() {
    policy.handle(MENDABLE);
    policy.handle(MENDABLE);
    clock.move(FailurePolicy.CALM.plusMillis(1));
    policy.handle(MENDABLE);

    assertThat(pauses)
        .containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(500));
  }
}
