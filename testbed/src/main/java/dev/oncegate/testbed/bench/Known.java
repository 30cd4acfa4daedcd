package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.stack.GateInstance;
import dev.oncegate.testbed.stack.StackException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures what it costs a gate to know many actions: time for one command, memory, and the way
 * back when an instance has lost its state. The gate runs in a JVM of its own.
 */
final class Known {
  /** All of the heap is there from the start, so that what grows is not the heap. */
  private static final List<String> FLAGS =
      List.of("-Xms384m", "-Xmx384m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

  private static final String INSTANCE = "gate-1";

  /**
   * Commands that the gate gets first, each of a run of its own: it makes its changelogs, and knows
   * the time in each partition.
   */
  private static final long FIRST = Workload.RUNS_AT_ONCE;

  private static final long SHORTEST_RESTORE_MS = 1_000;
  private static final Duration GIVE_UP = Duration.ofHours(3);

  private final Surroundings surroundings;
  private final long commands;
  private final int mostWarmUps;
  private final int rounds;
  private final PrintWriter progress;

  /**
   * @param commands of a round
   * @param mostWarmUps rounds that do not count, at most, until none is faster than the one before
   * @param rounds that count
   */
  Known(
      Surroundings surroundings, long commands, int mostWarmUps, int rounds, PrintWriter progress) {
    this.surroundings = surroundings;
    this.commands = commands;
    this.mostWarmUps = mostWarmUps;
    this.rounds = rounds;
    this.progress = progress;
  }

  /**
   * What was measured.
   *
   * @param known actions before the commands that are timed
   * @param newPerSecond commands per second, all of them new
   * @param halfRepeatingPerSecond commands per second, of which half repeat a known action
   * @param residentBytes of the process after those commands; empty where the system does not tell
   * @param changelogRecords there were to restore, of all stores
   * @param restartMs from the start of the process until it works, with its state
   * @param restoreMs the same without its state
   */
  public record Measured(
      long known,
      Series newPerSecond,
      Series halfRepeatingPerSecond,
      OptionalLong residentBytes,
      long changelogRecords,
      long restartMs,
      long restoreMs) {
    /**
     * Records of changelogs restored in a second, beyond what a start takes anyway; empty where
     * that is too short to be told from it.
     */
    OptionalLong restoredPerSecond() {
      long tookMs = restoreMs - restartMs;
      return tookMs < SHORTEST_RESTORE_MS
          ? OptionalLong.empty()
          : OptionalLong.of(changelogRecords * 1_000 / tookMs);
    }
  }

  Measured measure(long known) {
    String prefix = "bench-known-%d-%d.".formatted(known, System.currentTimeMillis());
    GateConfig config = surroundings.config(prefix, INSTANCE);
    Path directory = surroundings.state(prefix, INSTANCE);
    Course course = new Course(config, Topics.of(config).commands(), surroundings.partitions());
    Map<String, String> settings = new HashMap<>();
    config.originalsStrings().forEach(settings::put);
    // Nobody answers: millions of deadlines that pass would be measured instead.
    settings.put(GateKeys.DEADLINE_MS, String.valueOf(config.getLong(GateKeys.DEADLINE_MAX_MS)));
    try (Admin admin = course.admin()) {
      new TopicSetup(admin, config).create(surroundings.partitions(), Optional.of((short) 1));
      Measured measured;
      try (GateInstance gate = new GateInstance(INSTANCE, directory, settings, FLAGS)) {
        gate.awaitRunning();
        fill(gate, course, admin, known);
        long records = changelogRecords(course, admin);
        long restoreMs = start(gate);
        tell("%,d actions are known", known);
        Rounds timed = new Rounds(gate, course, admin, known);
        timed.run();
        OptionalLong resident = residentBytes(gate.pid());
        gate.stop();
        measured =
            new Measured(
                known,
                Series.of(timed.allNew, figure -> figure),
                Series.of(timed.halfRepeating, figure -> figure),
                resident,
                records,
                start(gate),
                restoreMs);
      }
      tell(
          "%,.0f new commands/s, %,.0f where half repeat, %s, restarted in %,d ms, restored in %,d ms",
          measured.newPerSecond.median(),
          measured.halfRepeatingPerSecond.median(),
          measured.residentBytes.isPresent()
              ? "%,d MiB resident".formatted(measured.residentBytes.getAsLong() >> 20)
              : "memory not told by this system",
          measured.restartMs,
          measured.restoreMs);
      Folders.delete(directory);
      return measured;
    }
  }

  /** Leaves the gate stopped and without its state, which its changelogs hold. */
  private static void fill(GateInstance gate, Course course, Admin admin, long known) {
    long atMs = System.currentTimeMillis();
    Workload.fresh("first", FIRST, 1).publish(course.config(), course.commands());
    await(course, admin, FIRST);
    gate.stop();
    new KnownState(course, atMs).write(Repeats.KNOWN, Repeats.KNOWN_SEED, known);
    gate.loseState();
  }

  /** What is timed of one gate: rounds of new commands and rounds that repeat, in turns. */
  private final class Rounds {
    final List<Double> allNew = new ArrayList<>();
    final List<Double> halfRepeating = new ArrayList<>();
    private final GateInstance gate;
    private final Course course;
    private final Admin admin;
    private final long known;
    private long before = FIRST;

    Rounds(GateInstance gate, Course course, Admin admin, long known) {
      this.gate = gate;
      this.course = course;
      this.admin = admin;
      this.known = known;
    }

    void run() {
      WarmUp warmUp = new WarmUp(mostWarmUps);
      while (warmUp.beginsRound()) {
        warmUp.add("new", round(false));
        warmUp.add("repeats", round(true));
      }
      for (int round = 0; round < rounds; round++) {
        allNew.add(round(false));
        halfRepeating.add(round(true));
      }
    }

    /** Commands per second. */
    private double round(boolean repeating) {
      Repeats sent = new Repeats(repeating, known, commands, before);
      Map<TopicPartition, Long> effects = course.ends(admin, Topics.of(course.config()).effects());
      // It stands still meanwhile, so that there is a backlog to be timed.
      gate.freeze();
      sent.publish(course);
      gate.thaw();
      await(course, admin, before + 1);
      long first = course.committed(admin, course.commands());
      long begun = System.nanoTime();
      await(course, admin, before + commands);
      double perSecond = (before + commands - first) * 1e9 / (System.nanoTime() - begun);
      if (first == before + commands) {
        throw new StackException("%d commands are too few to be timed".formatted(commands));
      }
      before += commands;
      try (Tally tally = new Tally(course, effects, effect -> {})) {
        long found = tally.rest();
        if (found != sent.fresh()) {
          throw new StackException(
              "%,d effects where %,d actions are new: what is known was not found"
                  .formatted(found, sent.fresh()));
        }
      }
      tell("%,.0f commands/s%s", perSecond, repeating ? ", half of them repeat" : "");
      return perSecond;
    }
  }

  private static long start(GateInstance gate) {
    long begun = System.nanoTime();
    gate.begin();
    gate.awaitRunning(GIVE_UP);
    return Duration.ofNanos(System.nanoTime() - begun).toMillis();
  }

  private static void await(Course course, Admin admin, long commands) {
    long giveUp = System.nanoTime() + GIVE_UP.toNanos();
    while (course.committed(admin, course.commands()) < commands) {
      if (System.nanoTime() > giveUp) {
        throw new StackException("the gate has not come to the end within " + GIVE_UP);
      }
      Throughput.pause();
    }
  }

  private static long changelogRecords(Course course, Admin admin) {
    return Course.get(admin.listTopics().names()).stream()
        .filter(
            topic ->
                topic.startsWith(course.config().applicationId() + "-")
                    && topic.endsWith("-changelog"))
        .flatMap(topic -> course.ends(admin, topic).values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  /** Linux tells it in the process's own folder. */
  private static OptionalLong residentBytes(long pid) {
    Path status = Path.of("/proc", String.valueOf(pid), "status");
    if (!Files.exists(status)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(status + " cannot be read", e);
    }
  }

  private void tell(String words, Object... arguments) {
    progress.println("  " + words.formatted(arguments));
    progress.flush();
  }
}
