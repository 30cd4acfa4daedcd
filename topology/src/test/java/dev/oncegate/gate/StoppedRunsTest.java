package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.aControl;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.schema.ControlType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gauge of open circuits is right after a restart too, and while it is being counted. */
class StoppedRunsTest {
  private static final int RUNS = 25;
  private static final long TICK_MS = 1;

  private final AtomicLong told = new AtomicLong();
  private final Observer observer =
      new Observer() {
        @Override
        public void stoppedRuns(long change) {
          told.addAndGet(change);
        }
      };

  @Test
  void whatAnEarlierInstanceLeftIsCountedAndGivenBackAtTheEnd(@TempDir Path folder) {
    TestClock clock = new TestClock(GateDriver.START);
    GateDriver before = GateDriver.with().clock(clock).open();
    before.order(aControl(ControlType.FORCE_OPEN));
    before.order(aControl(ControlType.ABORT).setRunId("aborted"));
    before.order(aControl(ControlType.DISABLE).setRunId("disabled"));
    before.stopAndKeepState(folder);

    try (GateDriver after =
        GateDriver.with().clock(clock).stateDir(folder).observer(observer).open()) {
      assertThat(told).hasValue(0);
      after.wait(Duration.ZERO);
      assertThat(told).hasValue(2);
      after.wait(Duration.ZERO);
      assertThat(told).hasValue(2);
      after.order(aControl(ControlType.RESET));
      assertThat(told).hasValue(1);
    }
    assertThat(told).hasValue(0);
  }

  @Test
  void aRunThatIsForgottenIsNoLongerStopped() {
    try (GateDriver gate = GateDriver.with().observer(observer).open()) {
      gate.order(aControl(ControlType.FORCE_OPEN));
      gate.wait(Duration.ZERO);
      assertThat(told).hasValue(1);

      gate.wait(GateDriver.RUN_RETENTION.plusMillis(1));

      assertThat(told).hasValue(0);
    }
  }

  @Test
  void runsThatChangeWhileTheyAreCountedAreCountedOnce() {
    withRuns(
        runs -> {
          RunState stopped = runs.get(run(0));
          StoppedRuns count = new StoppedRuns(runs, observer, TICK_MS);
          count.onTick();
          assertThat(told).as("ten of %d runs were looked at", RUNS).hasValue(10);

          change(count, runs, run(0), stopped, RunState.NEW);
          change(count, runs, run(RUNS - 1), stopped, RunState.NEW);
          assertThat(told).as("the last one was not counted yet").hasValue(9);

          count.onTick();
          count.onTick();
          assertThat(told).hasValue(RUNS - 2);

          change(count, runs, run(0), RunState.NEW, stopped);
          assertThat(told).hasValue(RUNS - 1);
          count.close();
        });
  }

  private static void change(
      StoppedRuns count, RunStore runs, RunId run, RunState before, RunState after) {
    count.changed(run, before.circuit().stops(), after.circuit().stops());
    runs.put(run, after);
  }

  private static RunId run(int number) {
    return new RunId("scope", "run-%03d".formatted(number));
  }

  private static void withRuns(Consumer<RunStore> test) {
    try (GateDriver gate = GateDriver.open()) {
      KeyValueStore<byte[], byte[]> store = gate.driver().getKeyValueStore(RunStore.NAME);
      RunStore runs = new RunStore(store);
      RunGuard guard = new RunGuard(GateDriver.LIMITS, Map.of());
      Supplier<RunState> stopped = () -> guard.forceOpen(RunState.NEW, 1).run();
      IntStream.range(0, RUNS).forEach(i -> runs.put(run(i), stopped.get()));
      test.accept(runs);
    }
  }
}
