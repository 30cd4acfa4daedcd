package dev.oncegate.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.Tool;
import dev.oncegate.testbed.agents.World;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DirectorTest {
  /** For all five rounds to begin, also where classes are still to be loaded. */
  private static final Duration LONG_ENOUGH = Duration.ofMillis(500);

  private final List<String> told = new ArrayList<>();
  private final Chronicle chronicle =
      new Chronicle(() -> 0, event -> told.add(event.who() + ": " + event.text()));

  /** Notes the first number of each round's chance. */
  private static final class Dicer implements Agent {
    final Map<Integer, Integer> dice = new ConcurrentSkipListMap<>();
    private final int rounds;
    private final Duration takes;

    Dicer(int rounds, Duration takes) {
      this.rounds = rounds;
      this.takes = takes;
    }

    @Override
    public String name() {
      return "dicer";
    }

    @Override
    public String does() {
      return "dices";
    }

    @Override
    public Map<String, Tool> tools() {
      return Map.of();
    }

    @Override
    public int rounds() {
      return rounds;
    }

    @Override
    public int abreast() {
      return 2;
    }

    @Override
    public String play(int round, World world) throws InterruptedException {
      dice.put(round, world.random().nextInt());
      if (round == 3) {
        throw new IllegalStateException("lost");
      }
      Thread.sleep(takes.toMillis());
      return round == 2 ? "two" : "";
    }
  }

  private static World worldOf(Random random) {
    return (World)
        Proxy.newProxyInstance(
            World.class.getClassLoader(),
            new Class<?>[] {World.class},
            (proxy, method, arguments) -> random);
  }

  private Dicer played(long seed, int rounds, Duration takes, Duration time)
      throws InterruptedException {
    Dicer dicer = new Dicer(rounds, takes);
    new Director(DirectorTest::worldOf, chronicle, seed)
        .play(List.of(dicer), time, Duration.ofSeconds(15), new CountDownLatch(1));
    return dicer;
  }

  @Test
  void everyRoundIsPlayedOnceAndAFailureOfOneDoesNotStopTheOthers() throws InterruptedException {
    Dicer dicer = played(1, 5, Duration.ZERO, LONG_ENOUGH);
    assertThat(dicer.dice).containsOnlyKeys(1, 2, 3, 4, 5);
    assertThat(told)
        .containsExactlyInAnyOrder(
            "dicer-2: two",
            "dicer-3: fails: java.lang.IllegalStateException: lost",
            "dicer: has played all its 5 runs");
  }

  @Test
  void theSameSeedGivesEachRoundTheSameChanceAndAnotherSeedAnother() throws InterruptedException {
    Map<Integer, Integer> one = played(1, 5, Duration.ZERO, LONG_ENOUGH).dice;
    assertThat(played(1, 5, Duration.ZERO, LONG_ENOUGH).dice).isEqualTo(one);
    assertThat(played(2, 5, Duration.ZERO, LONG_ENOUGH).dice).isNotEqualTo(one);
    Set<Integer> different = new TreeSet<>(one.values());
    assertThat(different).hasSize(5);
  }

  @Test
  void noRoundBeginsAfterTheTimeAndThoseThatHaveBegunEnd() throws InterruptedException {
    Dicer dicer = played(1, 100, Duration.ofMillis(60), Duration.ofMillis(100));
    assertThat(dicer.dice.size()).isBetween(2, 8);
    assertThat(told).doesNotContain("dicer: has played all its 100 runs");
  }

  @Test
  @Timeout(30)
  void noRoundBeginsOnceItIsEnough() throws InterruptedException {
    Dicer dicer = new Dicer(2, Duration.ZERO);
    CountDownLatch enough = new CountDownLatch(1);
    enough.countDown();
    new Director(DirectorTest::worldOf, chronicle, 1)
        .play(List.of(dicer), Duration.ofHours(1), Duration.ZERO, enough);
    assertThat(dicer.dice).isEmpty();
  }
}
