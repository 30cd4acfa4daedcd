package dev.oncegate.testbed.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.Decision;
import dev.oncegate.testbed.check.Check;
import dev.oncegate.testbed.check.Report;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Stack;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoadTest {
  private static final int PER_SECOND = 250;

  @Test
  @Timeout(120)
  void aGateUnderAllKindsOfLoadKeepsItsPromisesAndEveryCommandIsMeasured() throws Exception {
    try (DataDirectory directory = DataDirectory.temporary("oncegate-load");
        Stack stack = Stack.start(directory, 0, 0)) {
      GateConfig config =
          LocalGate.config(
              stack,
              directory,
              Map.of(GateKeys.DEADLINE_MS, "4000", GateKeys.COUNTS_EMIT_INTERVAL_MS, "500"));
      LoadSettings settings =
          LoadSettings.of(11, PER_SECOND).withRunsAtOnce(60).withLateRepeatsAfter(1_000);
      try (Gate gate = LocalGate.start(config, 3);
          Load load = new Load(settings, config)) {
        load.start();
        int enough = Integer.getInteger("oncegate.load.test.seconds", 8) * PER_SECOND;
        Awaitility.await().atMost(Duration.ofMinutes(60)).until(() -> load.commands() > enough);
        load.stopSending();

        assertThat(load.awaitSettled(Duration.ofSeconds(40)))
            .as("%d undecided, %d unsettled", load.undecided(), load.unsettled())
            .isTrue();

        assertThat(load.failures()).isEmpty();
        assertThat(load.leftOut()).isZero();
        assertThat(load.executedTwice()).isEmpty();
        assertThat(load.undecided()).isZero();
        assertThat(load.decided()).isEqualTo(load.commands());
        assertThat(load.deliveries().values().stream().mapToLong(count -> count).sum())
            .isGreaterThan(load.commands());
        assertThat(load.decisions())
            .allSatisfy(
                (decision, count) -> {
                  if (decision != Decision.UNKNOWN) {
                    assertThat(count).as(decision.name()).isPositive();
                  }
                });
        assertThat(load.executions()).isPositive();
        Awaitility.await()
            .untilAsserted(
                () -> {
                  assertThat(load.seconds().stream().mapToLong(Second::decided).sum())
                      .isEqualTo(load.decided());
                  assertThat(load.seconds().stream().mapToLong(Second::sent).sum())
                      .isEqualTo(load.commands());
                });
        assertThat(load.seconds()).anyMatch(second -> second.p50Ms() > 0);
        assertThat(load.seconds())
            .allMatch(
                second -> second.p50Ms() <= second.p99Ms() && second.p99Ms() <= second.maxMs());

        Report report =
            Check.run(
                config.kafkaSettings(),
                Topics.of(config),
                config.getLong(GateKeys.DEDUP_WINDOW_MS));
        assertThat(report.counterExamples()).isEmpty();
        assertThat(report.notes()).isEmpty();
        assertThat(gate.ended()).isNotDone();
      }
    }
  }
}
