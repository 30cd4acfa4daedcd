package dev.oncegate.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.gate.store.RunId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CircuitPageTest {

  /** Instances that each have some partitions and look at no more than some runs for a page. */
  @Property(tries = 500)
  void pageByPageEveryCircuitIsListedOnceInOrderWhateverTheInstancesHave(@ForAll long seed) {
    Random random = new Random(seed);
    int partitions = 1 + random.nextInt(6);
    int instances = 1 + random.nextInt(3);
    int limit = 1 + random.nextInt(5);
    int budget = 1 + random.nextInt(6);
    int[] owner = IntStream.range(0, partitions).map(p -> random.nextInt(instances)).toArray();
    List<Position> runs = new ArrayList<>();
    Set<Position> open = new TreeSet<>();
    for (int partition = 0; partition < partitions; partition++) {
      for (int run = random.nextInt(6); run > 0; run--) {
        Position at = new Position(partition, new RunId("s", "run" + run));
        runs.add(at);
        if (random.nextBoolean()) {
          open.add(at);
        }
      }
    }
    runs.sort(null);

    List<Position> listed = new ArrayList<>();
    Position from = Position.BEGIN;
    for (int pages = 0; from != null; pages++) {
      assertThat(pages).as("it ends").isLessThan(200);
      List<CircuitPage> each = new ArrayList<>();
      for (int i = 0; i < instances; i++) {
        each.add(page(runs, open, owner, i, from, limit, budget));
      }
      CircuitPage page = CircuitPage.merged(each, limit);
      assertThat(page.lines()).hasSizeLessThanOrEqualTo(limit);
      assertThat(page.missing(from, partitions)).isEmpty();
      page.lines().forEach(line -> listed.add(line.at()));
      from = page.next();
    }
    assertThat(listed).containsExactlyElementsOf(open);
  }

  private static CircuitPage page(
      List<Position> runs,
      Set<Position> open,
      int[] owner,
      int instance,
      Position from,
      int limit,
      int budget) {
    List<CircuitPage.Line> lines = new ArrayList<>();
    Set<Integer> partitions = new TreeSet<>();
    int left = budget;
    for (int partition = from.partition(); partition < owner.length; partition++) {
      if (owner[partition] != instance) {
        continue;
      }
      if (left == 0 || lines.size() == limit) {
        return new CircuitPage(lines, partitions, new Position(partition, null), List.of());
      }
      partitions.add(partition);
      for (Position run : runs) {
        if (run.partition() != partition || run.compareTo(from) <= 0) {
          continue;
        }
        left--;
        if (open.contains(run)) {
          lines.add(line(run));
        }
        if (left == 0 || lines.size() == limit) {
          return new CircuitPage(lines, partitions, run, List.of());
        }
      }
    }
    return new CircuitPage(lines, partitions, null, List.of());
  }

  @Test
  void whatAnInstanceTellsIsUnderstoodByAnother() throws IOException {
    Position at = new Position(2, new RunId("s", "r"));
    CircuitPage page =
        new CircuitPage(List.of(line(at)), Set.of(0, 2), new Position(3, null), List.of());

    assertThat(CircuitPage.of(new ObjectMapper().readTree(page.toJson().toString())))
        .isEqualTo(page);
  }

  @Test
  void aPartitionThatNobodyLookedThroughIsMissingOnlyUpToWhereThePageGoes() {
    CircuitPage toTheEnd = new CircuitPage(List.of(), Set.of(1), null, List.of());
    CircuitPage inside = inPartitions(Set.of(1), new Position(2, new RunId("s", "r")));
    CircuitPage before = inPartitions(Set.of(1), new Position(2, null));

    assertThat(toTheEnd.missing(Position.BEGIN, 4)).containsExactly(0, 2, 3);
    assertThat(toTheEnd.missing(new Position(1, null), 4)).containsExactly(2, 3);
    assertThat(inside.missing(Position.BEGIN, 4)).containsExactly(0, 2);
    assertThat(before.missing(Position.BEGIN, 4)).containsExactly(0);
  }

  private static CircuitPage inPartitions(Set<Integer> partitions, @Nullable Position next) {
    return new CircuitPage(List.of(), partitions, next, List.of());
  }

  private static CircuitPage.Line line(Position at) {
    RunId run = at.after();
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("partition", at.partition());
    return new CircuitPage.Line(
        at, run == null ? json : json.put("scope", run.scope()).put("run_id", run.runId()));
  }
}
