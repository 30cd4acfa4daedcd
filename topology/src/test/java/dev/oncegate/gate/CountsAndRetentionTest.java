package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.aControl;
import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.gate.store.RunStateFormat;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.WindowCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the counts of a run are published, and when a run is forgotten. */
class CountsAndRetentionTest {
  private static final Duration INTERVAL = Duration.ofMillis(GateDriver.COUNTS_INTERVAL_MS);
  private static final Duration RETENTION = GateDriver.RUN_RETENTION;

  private final GateDriver gate = GateDriver.open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void countsArePublishedOncePerIntervalWithWhatEachWindowGained() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.send(aCommand());
    gate.send(aCommand().setArgs("{\"other\":1}"));
    gate.send(aCommand().setArgs("[]"));
    gate.report(anOutcome(effect, OutcomeStatus.FAILED_TRANSIENT));
    gate.send(aCommand().setIdempotencyKey("late"), START.minusSeconds(1));

    Told before = gate.wait(INTERVAL);
    Told due = gate.wait(Duration.ofMillis(1));

    CallCounts now = new CallCounts(4L, 1L, 1L, 1L, 1L, 0L, 1L);
    CallCounts earlier = new CallCounts(1L, 1L, 0L, 0L, 0L, 0L, 0L);
    assertThat(before).isEqualTo(Told.NOTHING);
    assertThat(due)
        .isEqualTo(
            Told.only(
                RunCallCounts.newBuilder()
                    .setRunId("run")
                    .setScope("run")
                    .setTotal(new CallCounts(5L, 2L, 1L, 1L, 1L, 0L, 1L))
                    .setWindows(
                        List.of(
                            new WindowCounts(START, START.plusSeconds(60), now),
                            new WindowCounts(START.minusSeconds(60), START, earlier)))
                    .setCircuit(CircuitState.CLOSED)
                    .setFinal$(false)
                    .setRunSeq(6)
                    .setLastCallAt(START)
                    .setPublishedAt(START.plus(INTERVAL).plusMillis(1))
                    .build()));
  }

  @Test
  void anIdleRunPublishesNothingMoreAndAnActiveOneAtMostOncePerInterval() {
    gate.send(aCommand());
    gate.wait(INTERVAL.plusMillis(1));
    assertThat(gate.wait(INTERVAL.multipliedBy(3))).isEqualTo(Told.NOTHING);

    List<RunCallCounts> published = new ArrayList<>();
    for (int second = 0; second < 30; second++) {
      gate.send(aCommand().setIdempotencyKey("k-" + second).setArgs("{\"n\":" + second + "}"));
      published.addAll(gate.wait(Duration.ofSeconds(1)).counts());
    }

    assertThat(published).hasSizeBetween(4, 6);
    for (int i = 1; i < published.size(); i++) {
      assertThat(
              Duration.between(
                  published.get(i - 1).getPublishedAt(), published.get(i).getPublishedAt()))
          .isGreaterThanOrEqualTo(INTERVAL);
    }
  }

  @Test
  void I5_whatTheWindowsGainedAddsUpToAllCalls() {
    List<RunCallCounts> published = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      published.addAll(
          gate.send(
                  aCommand().setIdempotencyKey("k-" + i), START.minusSeconds((long) i * 97 % 3_600))
              .counts());
      published.addAll(gate.wait(Duration.ofMillis(700)).counts());
    }
    published.addAll(gate.wait(INTERVAL.plusMillis(1)).counts());

    assertThat(callsAddedBy(published)).isEqualTo(150);
    assertThat(published.get(published.size() - 1).getTotal().getCalls()).isEqualTo(150);
  }

  @Test
  void aRunWithTimestampsScatteredOverTheDayStaysSmallAndLosesNoCount() {
    List<RunCallCounts> published = new ArrayList<>();
    int largest = 0;
    for (int i = 0; i < 1_000; i++) {
      Instant timestamp = START.minusSeconds(60L * i);
      published.addAll(gate.send(aCommand().setIdempotencyKey("k-" + i), timestamp).counts());
      largest = Math.max(largest, storedRunBytes());
    }
    published.addAll(gate.wait(INTERVAL.plusMillis(1)).counts());

    assertThat(callsAddedBy(published)).isEqualTo(1_000);
    assertThat(largest).isLessThan(4_096);
  }

  @Test
  void aHostileRunWithEverNewFingerprintsCostsNoMoreThanTheBound() {
    GateDriver open =
        GateDriver.with()
            .limits(new GuardLimits(-1, -1, 10_000, 5, 4, 10, 100, 0, 3, 64, 10))
            .open();
    try (open) {
      for (int i = 0; i < 100_000; i++) {
        open.send(aCommand().setIdempotencyKey(null).setTool("tool").setArgs("{\"n\":" + i + "}"));
      }
      assertThat(storedRunBytes(open)).isLessThan(4_096);
    }
  }

  @Test
  void anIdleRunIsForgottenWithItsFinalCountsAndATombstoneWhereItsCircuitWasTold() {
    gate.order(aControl(ControlType.FORCE_OPEN));
    gate.order(aControl(ControlType.RESET));
    gate.succeed(gate.send(aCommand()).effect(), "done");
    gate.wait(INTERVAL.plusMillis(1));
    gate.wait(RETENTION.minus(INTERVAL).minusMillis(1));

    Told forgotten = gate.wait(Duration.ofMillis(1));

    assertThat(forgotten.forgottenRuns()).containsExactly("run");
    assertThat(forgotten.circuits()).isEmpty();
    assertThat(forgotten.counts()).hasSize(1);
    assertThat(forgotten.counts().get(0).getFinal$()).isTrue();
    assertThat(forgotten.counts().get(0).getTotal().getCalls()).isEqualTo(1);
    assertThat(gate.wait(RETENTION)).isEqualTo(Told.NOTHING);
    try (KeyValueIterator<byte[], byte[]> left =
        gate.driver().<byte[], byte[]>getKeyValueStore(RunStore.NAME).all()) {
      assertThat(left.hasNext()).isFalse();
    }
  }

  @Test
  void aRunWhoseCircuitWasNeverToldLeavesNoTombstone() {
    gate.succeed(gate.send(aCommand()).effect(), "done");

    Told told = gate.wait(RETENTION.plusMillis(1));

    assertThat(told.forgottenRuns()).isEmpty();
    assertThat(told.counts()).extracting(RunCallCounts::getFinal$).contains(true);
  }

  @Test
  void aRunThatGoesOnKeepsItsStateAndIsForgottenOnlyAfterItsLastCall() {
    gate.succeed(gate.send(aCommand()).effect(), "done");
    gate.wait(RETENTION.minusHours(1));
    gate.succeed(gate.send(aCommand().setIdempotencyKey("b")).effect(), "done");

    Told atFirstTimer = gate.wait(Duration.ofHours(2));
    Told next = gate.send(aCommand().setIdempotencyKey("c"));
    gate.succeed(next.effect(), "done");
    Told atLast = gate.wait(RETENTION.plusMillis(1));

    assertThat(atFirstTimer.counts()).noneMatch(RunCallCounts::getFinal$);
    assertThat(next.result().getRunSeq()).isEqualTo(5);
    assertThat(atLast.counts()).filteredOn(RunCallCounts::getFinal$).hasSize(1);
  }

  @Test
  void anAbortedRunIsForgottenTooAndThenBeginsAnew() {
    gate.order(aControl(ControlType.ABORT));

    Told forgotten = gate.wait(RETENTION.plusMillis(1));

    assertThat(forgotten.forgottenRuns()).containsExactly("run");
    assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.ACCEPTED);
  }

  private static long callsAddedBy(List<RunCallCounts> published) {
    return published.stream()
        .flatMap(counts -> counts.getWindows().stream())
        .mapToLong(window -> window.getAdded().getCalls())
        .sum();
  }

  private int storedRunBytes() {
    return storedRunBytes(gate);
  }

  private static int storedRunBytes(GateDriver open) {
    try (KeyValueIterator<byte[], byte[]> runs =
        open.driver().<byte[], byte[]>getKeyValueStore(RunStore.NAME).all()) {
      KeyValue<byte[], byte[]> run = runs.next();
      assertThat(runs.hasNext()).isFalse();
      RunStateFormat.fromBytes(run.value);
      return run.value.length;
    }
  }
}
