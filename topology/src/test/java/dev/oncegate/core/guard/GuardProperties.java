package dev.oncegate.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The guard against a model that keeps the whole history and reads every count off it anew. */
class GuardProperties {

  /** One step of a history: what happens, to which of a few calls, how. */
  record Step(Kind kind, int what, int variant) {}

  enum Kind {
    CALL,
    RETRY,
    CONFLICT,
    REFUSED,
    OUTCOME,
    RESET,
    FORCE,
    DISABLE
  }

  @Property(tries = 2_000)
  void judgesAsTheModelDoes(@ForAll("histories") List<Step> history) {
    ARun run =
        new ARun(
            new LimitsBuilder()
                .calls(25)
                .repetitions(3)
                .failures(2)
                .conflicts(2)
                .retries(4)
                .build());
    HistoryModel model = new HistoryModel(25, 3, 2, 2, 4);
    for (Step step : history) {
      switch (step.kind) {
        case CALL -> assertThat(run.call(step.what).passes()).isEqualTo(model.call(step));
        case RETRY -> assertThat(run.retry(step.what).passes()).isEqualTo(model.call(step));
        case CONFLICT -> assertThat(run.conflict(step.what).passes()).isEqualTo(model.call(step));
        case REFUSED -> assertThat(run.refused().passes()).isEqualTo(model.call(step));
        case OUTCOME -> {
          run.ends(step.what, classOf(step), endingOf(step), 1 + step.variant, null);
          model.outcome(step);
        }
        case RESET -> {
          run.apply(run.guard.reset(run.state, run.nowMs));
          model.reset();
        }
        case FORCE -> {
          run.apply(run.guard.forceOpen(run.state, run.nowMs));
          model.forceOpen();
        }
        case DISABLE -> {
          run.apply(run.guard.disable(run.state, run.nowMs));
          model.disable();
        }
      }
    }
  }

  static SideEffectClass classOf(Step step) {
    return step.what % 2 == 0 ? SideEffectClass.READ : SideEffectClass.WRITE;
  }

  static Ending endingOf(Step step) {
    return step.variant < 2 ? Ending.SUCCEEDED : Ending.FAILED;
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.just(Kind.CALL)),
            Tuple.of(3, Arbitraries.just(Kind.RETRY)),
            Tuple.of(1, Arbitraries.just(Kind.CONFLICT)),
            Tuple.of(1, Arbitraries.just(Kind.REFUSED)),
            Tuple.of(8, Arbitraries.just(Kind.OUTCOME)),
            Tuple.of(1, Arbitraries.of(Kind.RESET, Kind.FORCE, Kind.DISABLE)));
    return Combinators.combine(
            kinds, Arbitraries.integers().between(0, 3), Arbitraries.integers().between(0, 2))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }
}
