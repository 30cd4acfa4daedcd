package dev.oncegate.testbed.demo;

import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.NoAnswerException;
import dev.oncegate.testbed.agents.World;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a cast play: each agent's rounds are spread evenly over the time, none begins after it, and
 * those that have begun may end.
 */
final class Director {
  private static final Logger LOG = LoggerFactory.getLogger(Director.class);

  private final Function<Random, World> worlds;
  private final Chronicle chronicle;
  private final long seed;

  /**
   * A director.
   *
   * @param worlds makes the world of a round
   * @param seed of all chance: each round has its own, whatever the other rounds do
   */
  Director(Function<Random, World> worlds, Chronicle chronicle, long seed) {
    this.worlds = worlds;
    this.chronicle = chronicle;
    this.seed = seed;
  }

  /**
   * Plays; returns when all rounds that began have ended.
   *
   * @param time in which rounds begin
   * @param lastRounds how long after it those that have begun may go on
   * @param enough when it is at 0, no round begins though there is time
   */
  void play(List<Agent> cast, Duration time, Duration lastRounds, CountDownLatch enough)
      throws InterruptedException {
    ExecutorService stage =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "agent");
              thread.setDaemon(true);
              return thread;
            });
    long beginNs = System.nanoTime();
    try {
      for (Agent agent : cast) {
        Part part = new Part(agent, beginNs, time, enough);
        for (int i = 0; i < agent.abreast(); i++) {
          stage.execute(part);
        }
      }
      stage.shutdown();
      if (!stage.awaitTermination(time.plus(lastRounds).toMillis(), TimeUnit.MILLISECONDS)) {
        chronicle.tell(
            Event.Kind.WARNING, "demo", "some agents do not come to an end and are stopped");
      }
    } finally {
      stage.shutdownNow();
    }
  }

  private final class Part implements Runnable {
    private final Agent agent;
    private final long beginNs;
    private final Duration time;
    private final CountDownLatch enough;
    private final AtomicInteger next = new AtomicInteger(1);
    private final AtomicInteger played = new AtomicInteger();

    Part(Agent agent, long beginNs, Duration time, CountDownLatch enough) {
      this.agent = agent;
      this.beginNs = beginNs;
      this.time = time;
      this.enough = enough;
    }

    @Override
    public void run() {
      try {
        for (int round = next.getAndIncrement();
            round <= agent.rounds();
            round = next.getAndIncrement()) {
          long sinceBeginNs = System.nanoTime() - beginNs;
          long dueNs = time.toNanos() / agent.rounds() * (round - 1);
          if (enough.await(dueNs - sinceBeginNs, TimeUnit.NANOSECONDS)
              || sinceBeginNs > time.toNanos()) {
            return;
          }
          play(round);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void play(int round) throws InterruptedException {
      String runId = agent.runId(round);
      try {
        String story = agent.play(round, worlds.apply(new Random(seed * 31 + runId.hashCode())));
        if (!story.isEmpty()) {
          chronicle.tell(Event.Kind.NEWS, runId, story);
        }
      } catch (NoAnswerException e) {
        LOG.warn("{} gives up", runId, e);
        chronicle.tell(Event.Kind.WARNING, runId, "gives up: " + e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("{} fails", runId, e);
        chronicle.tell(Event.Kind.WARNING, runId, "fails: " + e);
      }
      if (played.incrementAndGet() == agent.rounds()) {
        chronicle.tell(
            Event.Kind.GOOD, agent.name(), "has played all its %d runs".formatted(agent.rounds()));
      }
    }
  }
}
