package dev.oncegate.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.CoreRun.Told;
import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.guard.CircuitChange;
import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.core.intake.ACommand;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.Outcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/**
 * The promises that guard and ledger keep together, over random histories of one run with outcomes.
 */
class CoreProperties {
  private static final int CAP = 25;

  /** One step: what happens, to which of a few actions, how, how much later. */
  record Step(Kind kind, int what, int variant, long laterMs) {}

  enum Kind {
    KEYED,
    KEYLESS,
    OUTCOME,
    RESET
  }

  @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
  void I1_I4_I6_noEffectTwiceNoneAfterTheTripAndEveryReplayIsTheFirstAnswer(
      @ForAll("histories") List<Step> history, @ForAll boolean coolsDown) {
    CoreRun core = new CoreRun(limits(coolsDown ? 5_000 : 0));
    Map<ActionId, String> settled = new HashMap<>();
    for (Step step : history) {
      core.nowMs += step.laterMs;
      boolean stoppedBefore = core.run.circuit().stops();
      int changesBefore = core.changes.size();
      switch (step.kind) {
        case KEYED, KEYLESS -> {
          Told told = core.send(commandOf(step));
          Statistics.collect(told.decision());
          if (stoppedBefore && core.changes.size() == changesBefore) {
            assertThat(told.decision())
                .as("I4: while the circuit is open")
                .isEqualTo("CircuitOpen");
          }
          if (core.run.circuit().stops()) {
            assertThat(told.effectAttempt()).as("I4: the call that trips gets no effect").isZero();
          }
          if (told.decision().equals("Replayed")) {
            assertThat(told.outcome()).as("I6").isEqualTo(settled.get(told.id()));
          }
        }
        case OUTCOME -> answer(core, step, settled);
        case RESET -> core.reset();
      }
    }
    Set<String> permissions = new HashSet<>();
    for (Told told : core.log) {
      if (told.effectAttempt() > 0) {
        assertThat(permissions.add(told.id() + "#" + told.effectAttempt()))
            .as("I1: %s", told)
            .isTrue();
      }
    }
    Statistics.coverage(
        seen -> {
          for (String decision :
              List.of(
                  "Accepted",
                  "Replayed",
                  "InProgress",
                  "Indeterminate",
                  "CircuitOpen",
                  "Retried")) {
            seen.check(decision).count(times -> times > 20);
          }
          seen.check("Conflicting").count(times -> times > 20);
        });
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void I2_I5_everyCommandIsToldAndCountedOnce(@ForAll("histories") List<Step> history) {
    CoreRun core = new CoreRun(limits(0));
    long commands = 0;
    long effects = 0;
    long lastSeq = 0;
    for (Step step : history) {
      core.nowMs += step.laterMs;
      if (step.kind == Kind.KEYED || step.kind == Kind.KEYLESS) {
        Told told = core.send(commandOf(step));
        commands++;
        effects += told.effectAttempt() > 0 ? 1 : 0;
        assertThat(told.seq()).isGreaterThan(lastSeq);
        lastSeq = told.seq();
      } else if (step.kind == Kind.OUTCOME) {
        answer(core, step, new HashMap<>());
      } else {
        core.reset();
      }
    }
    assertThat(core.log).hasSize((int) commands);
    assertThat(core.run.total().calls()).isEqualTo(commands);
    assertThat(core.run.total().effects()).isEqualTo(effects);
    assertThat(core.run.unpublished().stream().mapToLong(window -> window.added().calls()).sum())
        .isEqualTo(commands);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void I4_noMoreCallsPassThanTheCapBetweenTwoResets(@ForAll("histories") List<Step> history) {
    CoreRun core = new CoreRun(limits(0));
    int passed = 0;
    for (Step step : history) {
      core.nowMs += step.laterMs;
      if (step.kind == Kind.RESET) {
        core.reset();
        passed = 0;
      } else if (step.kind == Kind.OUTCOME) {
        answer(core, step, new HashMap<>());
      } else if (!core.send(commandOf(step)).decision().equals("CircuitOpen")) {
        passed++;
      }
      assertThat(passed).isLessThanOrEqualTo(CAP);
    }
    long trips = core.changes.stream().filter(change -> change.trip() != null).count();
    long resets =
        core.changes.stream().map(CircuitChange::cause).filter(Circuit.Cause.RESET::equals).count();
    assertThat(trips).as("a trip is told once").isLessThanOrEqualTo(resets + 1);
  }

  private static GuardLimits limits(long coolDownMs) {
    return new GuardLimits(CAP, GuardLimits.OFF, 10_000, 6, 4, 8, 20, coolDownMs, 2, 16, 10);
  }

  private static ACommand commandOf(Step step) {
    SideEffectClass sideEffectClass =
        step.what % 3 == 0 ? SideEffectClass.READ : SideEffectClass.WRITE;
    ACommand command = new ACommand().to("tool-" + step.what).as(sideEffectClass);
    return step.kind == Kind.KEYED
        ? command.withKey("key-" + step.what).with("{\"n\":" + (step.variant == 0 ? 0 : 1) + "}")
        : command.with("{\"n\":" + step.variant + "}");
  }

  /** The executor of some effect answers; the first final answer of each action is written down. */
  private static void answer(CoreRun core, Step step, Map<ActionId, String> settled) {
    List<Told> effects = core.log.stream().filter(told -> told.effectAttempt() > 0).toList();
    if (effects.isEmpty()) {
      return;
    }
    ActionId id = effects.get((step.what * 7 + step.variant) % effects.size()).id();
    Outcome.Status status = Outcome.Status.values()[step.variant % 3];
    String stored = core.answer(id, status, "answer-" + step.what);
    if (!stored.isEmpty() && !stored.contains("FAILED_TRANSIENT")) {
      assertThat(settled.put(id, stored)).as("settled once").isNull();
    }
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.just(Kind.KEYED)),
            Tuple.of(4, Arbitraries.just(Kind.KEYLESS)),
            Tuple.of(8, Arbitraries.just(Kind.OUTCOME)),
            Tuple.of(1, Arbitraries.just(Kind.RESET)));
    Arbitrary<Long> later =
        Arbitraries.frequencyOf(
            Tuple.of(12, Arbitraries.longs().between(0, 1_000)),
            Tuple.of(1, Arbitraries.of(5_000L, 60_001L)));
    return Combinators.combine(
            kinds,
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, 3),
            later)
        .as(Step::new)
        .list()
        .ofMaxSize(80);
  }
}
