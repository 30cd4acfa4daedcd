package dev.oncegate.testbed.simulate;

import dev.oncegate.gate.Topics;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.testbed.simulate.Log.At;
import dev.oncegate.testbed.simulate.Transaction.Output;
import dev.oncegate.testbed.simulate.Transaction.Played;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One partition's task over all its lives.
 *
 * <p>A commit makes offsets, output and changelog visible together; a crash leaves of all three
 * what the last commit left. The next life begins from that, at the time at which the task is given
 * something to do again.
 */
final class Task implements AutoCloseable {
  /** In dedup windows: how far back the changelog of the actions reaches. */
  private static final int CHANGELOG_WINDOWS = 4;

  private final Setup setup;
  private final Topics topics;
  private final int partition;
  private final Log log;
  private final Brokers brokers;
  private final Evidence evidence;
  private final Path stateDirectory;
  private final LongSupplier clock;

  private final Changelog changelog = new Changelog();
  private final Map<String, Long> committedOffsets = new LinkedHashMap<>();
  private final List<Played> committedSteps = new ArrayList<>();
  private final List<Output> committedOutputs = new ArrayList<>();
  private long committedStreamTimeMs = -1;

  private Transaction transaction = Transaction.empty();
  private @Nullable Life life;
  private boolean hasRead;
  private long skewMs;
  private int dieAtWrite;
  private int lives;

  /**
   * @param clock in epoch milliseconds; each look at it may find it later
   */
  Task(
      Setup setup,
      int partition,
      Log log,
      Brokers brokers,
      Evidence evidence,
      LongSupplier clock,
      Path stateDirectory) {
    this.setup = setup;
    this.topics = Topics.of(setup.config());
    this.partition = partition;
    this.log = log;
    this.brokers = brokers;
    this.evidence = evidence;
    this.clock = clock;
    this.stateDirectory = stateDirectory;
  }

  /** Whether a record waits. */
  boolean hasWork() {
    return !waiting().isEmpty();
  }

  private List<At> waiting() {
    List<At> waiting = new ArrayList<>();
    for (String topic : topics.sources()) {
      long offset =
          transaction.offsets().getOrDefault(topic, committedOffsets.getOrDefault(topic, 0L));
      if (log.read(topic, partition, offset) != null) {
        waiting.add(new At(topic, partition, offset));
      }
    }
    return waiting;
  }

  /** Processes records, at most so many: of the topics in any order, of each in its own. */
  void work(int most, RandomGenerator order) {
    for (int i = 0; i < most; i++) {
      List<At> waiting = waiting();
      if (waiting.isEmpty() || !step(waiting.get(order.nextInt(waiting.size())))) {
        return;
      }
    }
  }

  /** Lets the timers fire. */
  void tick() {
    step(null);
  }

  /** Takes one step; false where the process died of it. */
  private boolean step(@Nullable At at) {
    try {
      Life present = live();
      long clockMs = nowMs();
      if (at == null) {
        transaction.add(new Played(null, null, clockMs), present.tick(clockMs));
        return true;
      }
      if (!hasRead && setup.timersFirst()) {
        transaction.add(new Played(null, null, clockMs), present.tick(clockMs));
        clockMs = nowMs();
      }
      hasRead = true;
      Message message = log.read(at.topic(), at.partition(), at.offset());
      if (message == null) {
        throw new IllegalStateException("nothing lies at " + at);
      }
      Life.Written written = present.process(at, message, clockMs);
      transaction.add(new Played(at, message, clockMs), written);
      return true;
    } catch (CrashError e) {
      crash(skewMs);
      return false;
    }
  }

  private long nowMs() {
    return clock.getAsLong() + skewMs;
  }

  private Life live() {
    if (life == null) {
      long nowMs = nowMs();
      if (setup.brokersDelete()) {
        changelog.deleteBefore(
            ActionStore.NAME, nowMs - skewMs - CHANGELOG_WINDOWS * setup.dedupWindowMs());
      }
      life =
          new Life(
              setup,
              partition,
              changelog,
              committedStreamTimeMs,
              nowMs,
              stateDirectory.resolve("life-" + lives++));
      evidence.compare(partition, life.memory(), nowMs);
      hasRead = false;
      life.dieAtWrite(dieAtWrite);
      dieAtWrite = 0;
    }
    return life;
  }

  /** Commits what was done since the last commit. */
  void commit() {
    Life present = life;
    if (present == null) {
      return;
    }
    committedStreamTimeMs = present.streamTimeMs();
    take(brokers.committed(transaction));
    transaction = Transaction.empty();
    evidence.compare(partition, present.memory(), nowMs());
  }

  private void take(Transaction visible) {
    committedOffsets.putAll(visible.offsets());
    committedSteps.addAll(visible.played());
    visible.changes().forEach(changelog::commit);
    for (Output output : visible.outputs()) {
      committedOutputs.add(output);
      byte[] key = output.message().key();
      int to = key == null ? partition : log.partitionOf(key);
      evidence.published(log.append(output.topic(), to, output.message()), output.message());
    }
  }

  /**
   * The process dies.
   *
   * @param nextSkewMs how far the clock of its successor will be ahead, in milliseconds
   */
  void crash(long nextSkewMs) {
    skewMs = nextSkewMs;
    close();
    take(brokers.aborted(transaction));
    transaction = Transaction.empty();
  }

  /** The process will die at a write of a record or store from now on, counted from 1. */
  void dieAtWrite(int number) {
    if (life == null) {
      dieAtWrite = number;
    } else {
      life.dieAtWrite(number);
    }
  }

  /** The process will not die by itself any more. */
  void surviveFromNow() {
    dieAtWrite(0);
  }

  /** How often it was started. */
  int lives() {
    return lives;
  }

  int partition() {
    return partition;
  }

  /** All that was done and committed. */
  List<Played> steps() {
    return committedSteps;
  }

  /** All that was written and committed. */
  List<Output> outputs() {
    return committedOutputs;
  }

  /** What the stores hold. */
  Memory memory() {
    return live().memory();
  }

  @Override
  public void close() {
    if (life != null) {
      Life dead = life;
      life = null;
      try {
        dead.close();
      } catch (RuntimeException e) {
        // A driver whose task has failed cannot close cleanly, and need not: nothing of it is kept.
      }
    }
  }
}
