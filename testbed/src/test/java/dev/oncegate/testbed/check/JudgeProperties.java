package dev.oncegate.testbed.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.statistics.Statistics;

class JudgeProperties {
  private static final List<String> KEYS = List.of("a", "b", "c");

  /** One thing that happens; {@code what} is drawn from 0 to 109. */
  record Step(int what, int run, int key, int variant) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 109),
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, 5))
        .as(Step::new)
        .list()
        .ofMinSize(20)
        .ofMaxSize(100);
  }

  private static HonestGate played(List<Step> steps, long windowMs) {
    HonestGate gate = new HonestGate(windowMs);
    for (Step step : steps) {
      play(gate, step);
    }
    return gate;
  }

  private static void play(HonestGate gate, Step step) {
    String run = "run-" + step.run;
    String key = KEYS.get(step.key);
    int attempt = step.variant == 0 ? 1 : gate.attemptOf(run, key);
    // The class is the key's own, most of the time.
    SideEffectClass sideEffectClass = SideEffectClass.values()[step.key];
    if (step.what < 45) {
      String payload = step.variant == 5 ? "other" : "tool";
      gate.send(run, key, payload, sideEffectClass, step.variant % 2 == 0, 0);
    } else if (step.what < 65) {
      OutcomeStatus status = OutcomeStatus.values()[1 + step.variant / 2];
      gate.report(run, key, attempt, status, step.variant == 4 ? "other" : "done");
    } else if (step.what < 73) {
      gate.miss(run, key);
    } else if (step.what < 78) {
      gate.release(run, key, attempt);
    } else if (step.what < 81) {
      gate.settle(run, key, attempt, "by hand");
    } else if (step.what < 83) {
      gate.reset(run);
    } else if (step.what < 84) {
      gate.stop(run);
    } else if (step.what < 86) {
      gate.sendGarbage();
    } else if (step.what < 92) {
      gate.publish(run);
    } else if (step.what < 93) {
      gate.forget(run);
    } else if (step.what < 96) {
      gate.pass(gate.windowMs() / 2 + step.variant);
    } else if (step.what < 97) {
      gate.send(run, key, "tool", sideEffectClass, false, gate.windowMs() + 1 + step.variant);
    } else if (step.what < 100) {
      gate.pass(30_000);
    } else if (step.what < 105) {
      gate.clockJumps((step.variant - 2) * 100_000L);
    } else {
      gate.coolDown(run);
    }
  }

  @Property(tries = 1000)
  void anHonestHistoryHasNoViolationHoweverItsPartitionsAreRead(
      @ForAll("histories") List<Step> steps, @ForAll Random random) {
    List<Seen> records = played(steps, HonestGate.WINDOW_MS).records();
    Report inOrder = Histories.judged(records);
    assertThat(inOrder.counterExamples()).isEmpty();
    inOrder.verdicts().forEach(JudgeProperties::mustBeLookedAtOften);
    Report mixed = Histories.judged(Histories.interleaved(records, random));
    assertThat(mixed.figures()).isEqualTo(inOrder.figures());
  }

  @Property(tries = 1000)
  void anHonestHistoryHasNoViolationHoweverShortTheMemoryOfKeys(
      @ForAll("histories") List<Step> steps,
      @ForAll @LongRange(min = 1, max = 3_600_000) long windowMs,
      @ForAll Random random) {
    List<Seen> records = played(steps, windowMs).records();
    List<Seen> mixed = Histories.interleaved(records, random);
    assertThat(Histories.judged(mixed, windowMs, Histories.AMPLE_HEAP).counterExamples()).isEmpty();
  }

  @Property(tries = 60)
  void theJudgementIsTheSameWhereNearlyAllGoesToDisk(
      @ForAll("histories") List<Step> steps, @ForAll Random random) {
    List<Seen> records = Histories.interleaved(everything(steps), random);
    if (random.nextBoolean()) {
      records = Histories.without(records, oneOf(records, random));
    }
    Report inHeap = Histories.judged(records);
    Report onDisk = Histories.judged(records, HonestGate.WINDOW_MS, 1);
    assertThat(onDisk.figures()).isEqualTo(inHeap.figures());
    assertThat(sorted(onDisk)).isEqualTo(sorted(inHeap));
  }

  /** The counter-examples, of which only the first few are told, where there are but few. */
  private static Map<String, Set<String>> sorted(Report report) {
    Map<String, Set<String>> sorted = new TreeMap<>();
    report
        .verdicts()
        .forEach(
            (invariant, verdict) -> {
              if (verdict.violations() == verdict.counterExamples().size()) {
                sorted.put(invariant.name(), new TreeSet<>(verdict.counterExamples()));
              }
            });
    return sorted;
  }

  @Property(tries = 5000)
  void whateverIsTamperedWithIsFoundAndBlamedOnItsInvariant(
      @ForAll("histories") List<Step> steps, @ForAll Tampering tampering, @ForAll Random random) {
    TamperedHistory history = new TamperedHistory(everything(steps), random);
    assertThat(tampering.spoil(history)).as("%s is possible", tampering).isTrue();
    Report report = Histories.judged(Histories.interleaved(history.records(), random));
    assertThat(report.counterExamples())
        .as(tampering.name())
        .containsKey(tampering.blamed().name());
    if (tampering.isAlone()) {
      assertThat(report.counterExamples())
          .as("%s alone", tampering)
          .containsOnlyKeys(tampering.blamed().name());
    }
  }

  /** A history in which, whatever the steps, everything happens at least once. */
  private static List<Seen> everything(List<Step> steps) {
    HonestGate gate = new HonestGate();
    gate.doEverythingOnce();
    gate.recover("recovered");
    gate.waitHalfOpen("half open");
    steps.forEach(step -> play(gate, step));
    return gate.records();
  }

  private static void mustBeLookedAtOften(Invariant invariant, Report.Verdict verdict) {
    Statistics.label(invariant.name())
        .collect(verdict.checked() > 0)
        .coverage(coverage -> coverage.check(true).percentage(percentage -> percentage > 20));
  }

  @Property(tries = 2000)
  void aResultOrEffectThatIsTakenAwayIsMissed(
      @ForAll("histories") List<Step> steps, @ForAll Random random) {
    List<Seen> records = played(steps, HonestGate.WINDOW_MS).records();
    Seen one = oneOf(records, random);
    Report report =
        Histories.judged(Histories.interleaved(Histories.without(records, one), random));
    assertThat(report.holds()).as("without %s", one).isFalse();
  }

  @Property(tries = 2000)
  void aResultOrEffectThatIsThereTwiceIsFound(
      @ForAll("histories") List<Step> steps, @ForAll Random random) {
    List<Seen> records = played(steps, HonestGate.WINDOW_MS).records();
    Seen one = oneOf(records, random);
    Report report = Histories.judged(Histories.interleaved(Histories.twice(records, one), random));
    assertThat(report.holds()).as("twice %s", one).isFalse();
  }

  private static Seen oneOf(List<Seen> records, Random random) {
    List<Seen> candidates =
        records.stream()
            .filter(
                record ->
                    record.at().topic().equals(HonestGate.TOPICS.results())
                        || record.at().topic().equals(HonestGate.TOPICS.effects()))
            .toList();
    Assume.that(!candidates.isEmpty());
    return candidates.get(random.nextInt(candidates.size()));
  }
}
