package dev.oncegate.connect.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class LanesTest {
  private record Item(String run, String tool, int number) implements Lanes.Queued {}

  private final Lanes<Item> lanes = new Lanes<>(tool -> tool.equals("slow") ? 1 : 10);

  @Example
  void aRunIsInOrderEvenAcrossTools() {
    Item first = add("a", "slow", 1);
    Item second = add("a", "fast", 2);
    assertThat(lanes.poll()).isEqualTo(first);
    assertThat(lanes.poll()).isNull();
    lanes.finish(first);
    assertThat(lanes.poll()).isEqualTo(second);
  }

  @Example
  void aToolWithoutAFreePlaceKeepsNobodyElseWaiting() {
    add("a", "slow", 1);
    Item waits = add("b", "slow", 2);
    Item fast = add("c", "fast", 3);
    List<Item> begun = drain();
    assertThat(begun).hasSize(2).contains(fast).doesNotContain(waits);
  }

  @Example
  void whoRestsGivesThePlaceFreeAndKeepsTheRunWaiting() {
    Item first = add("a", "slow", 1);
    Item behind = add("a", "slow", 2);
    Item other = add("b", "slow", 3);
    assertThat(lanes.poll()).isEqualTo(first);
    lanes.rest(first);
    assertThat(lanes.poll()).isEqualTo(other);
    lanes.want(first);
    assertThat(lanes.poll()).isNull();
    lanes.finish(other);
    assertThat(lanes.poll()).isEqualTo(first);
    lanes.finish(first);
    assertThat(lanes.poll()).isEqualTo(behind);
  }

  private Item add(String run, String tool, int number) {
    Item item = new Item(run, tool, number);
    lanes.add(item);
    return item;
  }

  private List<Item> drain() {
    List<Item> begun = new ArrayList<>();
    for (Item next = lanes.poll(); next != null; next = lanes.poll()) {
      begun.add(next);
    }
    return begun;
  }

  @Property(tries = 300)
  void allGetTheirTurnInTheOrderOfTheirRunsAndWithinTheLimits(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 80) int count) {
    Map<String, Integer> limits = Map.of("t0", 1, "t1", 2, "t2", 5);
    Lanes<Item> lanes = new Lanes<>(limits::get);
    Map<String, Integer> active = new HashMap<>();
    Map<String, Integer> lastOfRun = new HashMap<>();
    List<Item> busy = new ArrayList<>();
    List<Item> resting = new ArrayList<>();
    int added = 0;
    int done = 0;
    while (done < count) {
      if (added < count && random.nextBoolean()) {
        lanes.add(new Item("r" + random.nextInt(6), "t" + random.nextInt(3), added++));
      }
      Item begun = lanes.poll();
      if (begun != null) {
        busy.add(begun);
        assertThat(active.merge(begun.tool(), 1, Integer::sum))
            .isLessThanOrEqualTo(limits.get(begun.tool()));
      } else if (!resting.isEmpty() && random.nextBoolean()) {
        lanes.want(resting.remove(random.nextInt(resting.size())));
      } else if (!busy.isEmpty()) {
        Item ended = busy.remove(random.nextInt(busy.size()));
        active.merge(ended.tool(), -1, Integer::sum);
        if (random.nextInt(4) == 0) {
          lanes.rest(ended);
          resting.add(ended);
        } else {
          lanes.finish(ended);
          Integer before = lastOfRun.put(ended.run(), ended.number());
          assertThat(before == null || before < ended.number()).isTrue();
          done++;
        }
      } else {
        assertThat(added < count || !resting.isEmpty()).as("somebody is forgotten").isTrue();
      }
    }
  }
}
