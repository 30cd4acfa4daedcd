package dev.oncegate.testbed.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final List<FaultKind> ALL = List.of(FaultKind.values());

  @Test
  void eachKindComesOnceBeforeAnyComesTwice() {
    Schedule schedule = new Schedule(ALL, 3);

    List<FaultKind> first = Stream.generate(schedule::next).limit(ALL.size() - 1).toList();
    assertThat(schedule.isComplete()).isFalse();
    FaultKind last = schedule.next();

    assertThat(schedule.isComplete()).isTrue();
    assertThat(Stream.concat(first.stream(), Stream.of(last)))
        .containsExactlyInAnyOrderElementsOf(ALL);
    assertThat(schedule.next()).isIn(ALL);
  }

  @Test
  void theSeedGivesOrderAndChance() {
    assertThat(drawn(5)).isEqualTo(drawn(5)).isNotEqualTo(drawn(6));
  }

  @Test
  void onlyTheKindsThatWereAskedForCome() {
    Schedule schedule = new Schedule(List.of(FaultKind.CLOCK_JUMPED, FaultKind.REGISTRY_DOWN), 1);

    assertThat(EnumSet.copyOf(Stream.generate(schedule::next).limit(50).toList()))
        .containsExactly(FaultKind.REGISTRY_DOWN, FaultKind.CLOCK_JUMPED);
  }

  private static List<String> drawn(long seed) {
    Schedule schedule = new Schedule(ALL, seed);
    return Stream.generate(() -> schedule.next() + " " + schedule.chance().nextInt())
        .limit(30)
        .toList();
  }
}
