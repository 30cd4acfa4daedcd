package dev.oncegate.testbed.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.TrustedSchemas;
import dev.oncegate.testbed.agents.Placement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  static {
    TrustedSchemas.trust();
  }

  private static final long DAY_MS = Duration.ofDays(1).toMillis();
  private static final int ENOUGH = 30_000;
  private static final LoadSettings USUAL =
      LoadSettings.of(7, 100).withRunsAtOnce(100).withLateRepeatsAfter(2_000);

  @Test
  void theSameSeedGivesTheSameDeliveriesAndAnotherOneOthers() {
    List<Delivery> once = deliveries(USUAL, 5_000);
    assertThat(deliveries(USUAL, 5_000)).isEqualTo(once);
    List<Delivery> others = deliveries(LoadSettings.of(8, 100).withRunsAtOnce(100), 5_000);
    assertThat(others).doesNotContainAnyElementsOf(once);
  }

  @Test
  void whatARunDoesDoesNotDependOnHowRunsInterleave() {
    Map<String, List<Delivery>> calm = byRun(deliveries(USUAL, 10_000));
    Map<String, List<Delivery>> wild = byRun(deliveries(USUAL.withRunsAtOnce(400), 10_000));
    int compared = 0;
    for (String run : calm.keySet()) {
      if (wild.containsKey(run)) {
        List<Delivery> here = calm.get(run);
        List<Delivery> there = wild.get(run);
        int both = Math.min(here.size(), there.size());
        assertThat(here.subList(0, both)).isEqualTo(there.subList(0, both));
        compared += both;
      }
    }
    assertThat(compared).isGreaterThan(4_000);
  }

  @Test
  void everythingThatMayHappenHappensWithTheUsualMix() {
    Set<Conduct> conducts = new HashSet<>();
    Set<Class<?>> payloads = new HashSet<>();
    Set<Placement> placements = new HashSet<>();
    Set<WriterSchema> writers = new HashSet<>();
    Set<Delivery.Target> targets = new HashSet<>();
    for (Delivery delivery : deliveries(USUAL, ENOUGH)) {
      conducts.add(delivery.conduct());
      payloads.add(delivery.payload().getClass());
      placements.add(delivery.placement());
      if (delivery.payload() instanceof Delivery.Call call) {
        writers.add(call.writer());
      } else if (delivery.payload() instanceof Delivery.Rubbish rubbish) {
        targets.add(rubbish.target());
      }
    }
    assertThat(conducts).containsExactlyInAnyOrder(Conduct.values());
    assertThat(payloads)
        .containsExactlyInAnyOrder(
            Delivery.Call.class,
            Delivery.CutOff.class,
            Delivery.Order.class,
            Delivery.Rubbish.class,
            Delivery.Stray.class);
    assertThat(placements).containsExactlyInAnyOrder(Placement.values());
    assertThat(writers).containsExactlyInAnyOrder(WriterSchema.values());
    assertThat(targets).containsExactlyInAnyOrder(Delivery.Target.values());
  }

  @Test
  void runsAreInterleavedAndTheOpenOnesStayFew() {
    Generator generator = new Generator(USUAL, DAY_MS);
    int most = 0;
    Set<String> recent = new HashSet<>();
    for (int i = 0; i < ENOUGH; i++) {
      String run = generator.next().runId();
      if (i >= ENOUGH - 500) {
        recent.add(run);
      }
      most = Math.max(most, generator.openRuns());
    }
    assertThat(most).isBetween(50, 500);
    assertThat(recent).hasSizeGreaterThan(30);
  }

  @Test
  void loopsHaveUpToFiveDifferentCallsUnderEverNewKeys() {
    Set<Integer> periods = new HashSet<>();
    byRun(deliveries(only(Conduct.LOOP), 5_000))
        .values()
        .forEach(
            run -> {
              List<ActionCommand> commands = run.stream().map(GeneratorTest::command).toList();
              assertThat(commands)
                  .extracting(ActionCommand::getIdempotencyKey)
                  .doesNotHaveDuplicates();
              periods.add((int) commands.stream().map(ActionCommand::getArgs).distinct().count());
            });
    assertThat(periods).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
  }

  @Test
  void runsWithoutEndGoBeyondTheCap() {
    assertThat(byRun(deliveries(only(Conduct.ENDLESS), 60_000)).values())
        .anySatisfy(run -> assertThat(run).hasSizeGreaterThan(200));
  }

  @Test
  void recordsMayBeOlderThanTheWindowOrTenYearsAheadButNeverBeforeTheEpoch() {
    long nowMs = 1_800_000_000_000L;
    assertThat(times(Conduct.LATE, nowMs)).anyMatch(at -> at < nowMs - DAY_MS);
    assertThat(times(Conduct.LATE, nowMs)).anyMatch(at -> at > nowMs - DAY_MS && at < nowMs);
    assertThat(times(Conduct.FAR_FUTURE, nowMs))
        .anyMatch(at -> at > nowMs + Duration.ofDays(3_600).toMillis());
    assertThat(times(Conduct.FAR_PAST, nowMs)).contains(0L).allMatch(at -> at >= 0);
  }

  @Test
  void anIntentIsTimedWhenItIsSent() {
    Delivery.Call call =
        new Delivery.Call(
            ActionCommand.newBuilder().setRunId("r").build(),
            Moment.ago(Duration.ofSeconds(3)),
            WriterSchema.CURRENT);
    assertThat(call.at(10_000).getIssuedAt().toEpochMilli()).isEqualTo(7_000);
  }

  @Test
  void aMixWithoutAnyRunIsRefused() {
    assertThatThrownBy(() -> USUAL.withMix(Map.of(Conduct.HONEST, 0)))
        .hasMessageContaining("one must be positive");
    assertThatThrownBy(() -> LoadSettings.of(1, 0)).hasMessageContaining("0 deliveries a second");
  }

  private static LoadSettings only(Conduct conduct) {
    return USUAL.withMix(Map.of(conduct, 1));
  }

  private static List<Long> times(Conduct conduct, long nowMs) {
    return deliveries(only(conduct), 500).stream()
        .map(delivery -> delivery.timestamp().at(nowMs))
        .toList();
  }

  private static ActionCommand command(Delivery delivery) {
    return ((Delivery.Call) delivery.payload()).command();
  }

  private static Map<String, List<Delivery>> byRun(List<Delivery> deliveries) {
    return deliveries.stream()
        .collect(Collectors.groupingBy(Delivery::runId, HashMap::new, Collectors.toList()));
  }

  private static List<Delivery> deliveries(LoadSettings settings, int count) {
    return Stream.generate(new Generator(settings, DAY_MS)::next).limit(count).toList();
  }
}
