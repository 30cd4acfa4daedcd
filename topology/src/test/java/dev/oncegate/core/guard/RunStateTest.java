package dev.oncegate.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.RunState.WindowTally;
import dev.oncegate.core.guard.Tally.Item;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is counted of a run, and how the values in its state compare. */
class RunStateTest {
  private static final long MINUTE_MS = 60_000;

  @Test
  void everythingIsCountedInItsOwnNumberAndAsACallUnlessItIsAnOutcome() {
    Map<Item, Tally> counted =
        Map.of(
            Item.EFFECT, new Tally(2, 2, 0, 0, 0, 0, 0),
            Item.DUPLICATE, new Tally(2, 0, 2, 0, 0, 0, 0),
            Item.CONFLICT, new Tally(2, 0, 0, 2, 0, 0, 0),
            Item.REJECTION, new Tally(2, 0, 0, 0, 2, 0, 0),
            Item.CONFIRMATION, new Tally(2, 0, 0, 0, 0, 2, 0),
            Item.TRANSIENT_FAILURE, new Tally(0, 0, 0, 0, 0, 0, 2));
    assertThat(counted).containsOnlyKeys(Item.values());
    counted.forEach(
        (item, twice) ->
            assertThat(RunState.NEW.counted(item, 0, MINUTE_MS).counted(item, 0, MINUTE_MS).total())
                .as("%s", item)
                .isEqualTo(twice));
  }

  @Test
  void eachCallIsCountedInTheTumblingWindowItFallsInto() {
    RunState run =
        RunState.NEW
            .counted(Item.EFFECT, 2 * MINUTE_MS - 1, MINUTE_MS)
            .counted(Item.EFFECT, 2 * MINUTE_MS, MINUTE_MS)
            .counted(Item.DUPLICATE, MINUTE_MS, MINUTE_MS);
    assertThat(run.unpublished())
        .containsExactly(
            new WindowTally(MINUTE_MS, new Tally(2, 1, 1, 0, 0, 0, 0)),
            new WindowTally(2 * MINUTE_MS, new Tally(1, 1, 0, 0, 0, 0, 0)));
    assertThat(run.lastCallMs()).isEqualTo(2 * MINUTE_MS);
  }

  @Test
  void theCountsAreFullWithSixtyWindowsAndEmptyOncePublished() {
    RunState run = RunState.NEW;
    for (int window = 0; window < 60; window++) {
      assertThat(run.countsFull()).as("with %d windows", window).isFalse();
      run = run.counted(Item.EFFECT, window * MINUTE_MS, MINUTE_MS);
    }
    assertThat(run.countsFull()).isTrue();
    assertThat(run.counted(Item.EFFECT, 0, MINUTE_MS).unpublished())
        .as("a window that is there already")
        .hasSize(60);
    assertThat(run.countsPublished().countsFull()).isFalse();
    assertThat(run.countsPublished().total().effects()).isEqualTo(60);
  }

  @Test
  void theRepeatsOfAListAreThoseThatWereCounted() {
    Repeats counted =
        Repeats.NONE.called(1, false, 16).called(2, true, 16).called(2, false, 16).read(1, 7);
    List<Repeats.Repeat> list =
        List.of(new Repeats.Repeat(1, 1, 0, 7), new Repeats.Repeat(2, 2, 1, 0));
    assertThat(counted.byRecency()).isEqualTo(list);
    assertThat(counted).hasToString(list.toString());
    assertThat(Repeats.of(list)).isEqualTo(counted).hasSameHashCodeAs(counted);
    assertThat(counted.failed(1)).isNotEqualTo(counted).doesNotHaveSameHashCodeAs(counted);
  }

  @Test
  void twoRatesAreEqualWhereTheyCountedTheSameCallsAtTheSameTimes() {
    CallRate rate = CallRate.NONE.plusCallAt(5_000, 1_000).plusCallAt(5_100, 1_000);
    CallRate reversed = CallRate.NONE.plusCallAt(5_100, 1_000).plusCallAt(5_000, 1_000);
    assertThat(reversed).isEqualTo(rate).hasSameHashCodeAs(rate);
    assertThat(rate)
        .hasToString("CallRate[newestStartMs=5100, counts=[0, 0, 0, 0, 0, 0, 0, 0, 1, 1]]");
    assertThat(rate.plusCallAt(5_100, 1_000)).isNotEqualTo(rate).doesNotHaveSameHashCodeAs(rate);
    assertThat(new CallRate(5_200, rate.counts())).isNotEqualTo(rate);
  }
}
