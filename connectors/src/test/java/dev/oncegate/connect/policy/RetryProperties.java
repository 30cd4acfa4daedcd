package dev.oncegate.connect.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.CallClass;
import dev.oncegate.schema.SideEffectClass;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Plays whole lives of effects: any sequence of answers. */
class RetryProperties {
  private static final List<CallClass> DOUBTFUL =
      List.of(CallClass.SERVER_ERROR, CallClass.RESET, CallClass.TIMEOUT);

  /** How a life went. */
  private record Life(Step last, int calls, boolean doubt) {}

  @Property
  void I1_itIsNeverSaidThatNothingHappenedWhereItMayHave(
      @ForAll SideEffectClass effect,
      @ForAll boolean idempotent,
      @ForAll boolean inherited,
      @ForAll @Size(min = 1, max = 12) List<CallClass> answers) {
    Life life = live(effect, idempotent, inherited, answers);
    if (life.last instanceof Step.FailTransiently) {
      assertThat(effect == SideEffectClass.READ || !life.doubt).isTrue();
    }
    if (life.last instanceof Step.Fail) {
      assertThat(effect == SideEffectClass.READ || idempotent || !life.doubt).isTrue();
    }
  }

  @Property
  void aDestructiveToolThatIsNotIdempotentIsCalledAtMostOnceAndNeverAfterAnother(
      @ForAll boolean inherited, @ForAll @Size(min = 1, max = 12) List<CallClass> answers) {
    Life life = live(SideEffectClass.DESTRUCTIVE, false, inherited, answers);
    assertThat(life.calls).isEqualTo(inherited ? 0 : 1);
  }

  @Property
  void theCapOfCallsIsKeptAndEveryLifeEnds(
      @ForAll SideEffectClass effect,
      @ForAll boolean idempotent,
      @ForAll @Size(min = 12, max = 12) List<CallClass> answers) {
    Life life = live(effect, idempotent, false, answers);
    assertThat(life.calls).isBetween(1, 5);
    assertThat(life.last.isLast()).isTrue();
  }

  private static Life live(
      SideEffectClass effect, boolean idempotent, boolean inherited, List<CallClass> answers) {
    RetryPolicy policy = new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(9));
    Situation situation = Situation.first(effect, idempotent, inherited);
    Duration left = Duration.ofHours(1);
    boolean doubt = inherited;
    for (CallClass answer : answers) {
      @Nullable Step instead = policy.insteadOfCalling(situation, left);
      if (instead != null) {
        return new Life(instead, situation.calls(), doubt);
      }
      doubt |= DOUBTFUL.contains(answer) || answer == CallClass.UNKNOWN;
      Step step = policy.after(situation, answer, null, left, 0.3);
      situation = situation.after(answer);
      if (step.isLast()) {
        return new Life(step, situation.calls(), doubt);
      }
    }
    return new Life(new Step.Retry(Duration.ZERO), situation.calls(), doubt);
  }

  @Property
  void aPauseHonoursRetryAfterAndStaysWithinBoundsAndTime(
      @ForAll @IntRange(max = 60) int calls,
      @ForAll @LongRange(max = 100_000) long askedMs,
      @ForAll @LongRange(min = 1, max = 100_000) long leftMs,
      @ForAll @DoubleRange(min = 0, max = 0.99) double chance) {
    RetryPolicy policy = new RetryPolicy(100, Duration.ofMillis(50), Duration.ofSeconds(2));
    Step step =
        policy.after(
            new Situation(SideEffectClass.READ, false, calls, false),
            CallClass.THROTTLED,
            Duration.ofMillis(askedMs),
            Duration.ofMillis(leftMs),
            chance);
    if (step instanceof Step.Retry retry) {
      assertThat(retry.delay().toMillis())
          .isBetween(askedMs, Math.min(leftMs - 1, askedMs + 2_000));
    } else {
      assertThat(askedMs + 2_000).isGreaterThanOrEqualTo(leftMs);
    }
  }
}
