package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.DEDUP_WINDOW;
import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** I3 over random histories of clock moves, late and far-future records, and outcomes. */
class MemoryProperties {
  private static final GuardLimits OFF =
      new GuardLimits(-1, -1, 10_000, -1, -1, -1, -1, 0, 3, 64, 10);

  /**
   * The clock moves, then a copy of one of a few actions arrives, some time after it was written.
   */
  record Step(long clockMs, long lateMs, int key, boolean settles) {}

  @Property(tries = 150)
  void I3_noKeyIsAcceptedTwiceWhileItIsRemembered(@ForAll("histories") List<Step> history) {
    TestClock moved = new TestClock(START);
    Map<String, Instant> rememberedUntil = new HashMap<>();
    long seq = 0;
    Instant active = START;
    try (GateDriver open = GateDriver.with().clock(moved).limits(OFF).open()) {
      for (Step step : history) {
        moved.move(Duration.ofMillis(step.clockMs));
        String key = "k" + step.key;
        Instant timestamp = moved.instant().minusMillis(step.lateMs);

        Told told = open.send(aCommand().setIdempotencyKey(key), timestamp);

        ActionResult result = told.results().get(told.results().size() - 1);
        boolean mayBeForgotten = moved.instant().isAfter(active.plus(GateDriver.RUN_RETENTION));
        for (ActionResult each : told.results()) {
          seq = each.getRunSeq() == 1 && mayBeForgotten ? 0 : seq;
          assertThat(each.getRunSeq()).isEqualTo(++seq);
        }
        active = moved.instant();
        if (result.getDecision() == Decision.ACCEPTED) {
          Instant until = rememberedUntil.getOrDefault(key, Instant.MIN);
          assertThat(result.getEventTime()).as("%s accepted again", key).isAfter(until);
        }
        for (ActionEffect effect : told.effects()) {
          rememberedUntil.put(key, result.getValidUntil());
          if (step.settles) {
            seq += open.succeed(effect, "done").results().size();
          }
        }
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    long window = DEDUP_WINDOW.toMillis();
    Arbitrary<Long> clockMoves =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.longs().between(0, 60_000)),
            Tuple.of(3, Arbitraries.longs().between(0, window)),
            Tuple.of(2, Arbitraries.longs().between(-window, 0)),
            Tuple.of(1, Arbitraries.longs().between(0, 5 * window)),
            Tuple.of(2, Arbitraries.of(window, window - 1, window + 1, window / 2)));
    Arbitrary<Long> lateness =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.just(0L)),
            Tuple.of(2, Arbitraries.longs().between(0, window + 10)),
            Tuple.of(1, Arbitraries.longs().between(-10 * window, 0)),
            Tuple.of(1, Arbitraries.of(window, window - 1, window + 1)));
    return Combinators.combine(
            clockMoves, lateness, Arbitraries.integers().between(0, 3), Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMinSize(2)
        .ofMaxSize(40);
  }
}
