package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.stack.StackException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Runs contenders over the same commands on the same broker, in turns, A B C A B C, and times each
 * from its first commit to the commit of its last command. Figures of a shared machine mean little;
 * their ratio within one round does.
 */
public final class Throughput {
  /** Contenders that are given few commands get one of so many. */
  static final int FEW = 10;

  private static final Duration GIVE_UP = Duration.ofMinutes(5);
  private static final long ASK_AGAIN_MS = 10;

  private final Surroundings surroundings;
  private final List<Contender> contenders;
  private final int mostWarmUps;
  private final int rounds;
  private final PrintWriter progress;

  /**
   * @param contenders the first one is what the others are compared with
   * @param mostWarmUps how often each runs at most before that counts, until none grows faster
   * @param rounds how often each runs then
   */
  Throughput(
      Surroundings surroundings,
      List<Contender> contenders,
      int mostWarmUps,
      int rounds,
      PrintWriter progress) {
    this.surroundings = surroundings;
    this.contenders = contenders;
    this.mostWarmUps = mostWarmUps;
    this.rounds = rounds;
    this.progress = progress;
  }

  /**
   * What a contender reached in one round.
   *
   * @param perSecond commands per second
   * @param cpuMicros processor time of contender, reader, broker and whatever else runs for it, for
   *     one command, in microseconds: steadier than the rate where others use the machine too
   */
  record Round(double perSecond, double cpuMicros) {}

  /**
   * What a contender reached in all rounds.
   *
   * @param commands how many it was given
   * @param ratio to the first contender in the same round
   */
  public record Measured(
      String name, long commands, Series perSecond, Series ratio, Series cpuMicros) {}

  /** What all contenders reached with a workload. */
  public record Result(Workload workload, List<Measured> contenders) {}

  /** A topic of commands and what is on it. */
  private record Commands(String topic, Workload workload, Actions actions) {}

  Result run(Workload workload) {
    String prefix = "bench-%s-%d.".formatted(workload.name(), System.currentTimeMillis());
    GateConfig config = surroundings.config(prefix, "set-up");
    Commands all = new Commands(Topics.of(config).commands(), workload, new Actions(config));
    Commands few =
        new Commands(
            prefix + "few",
            workload.withCommands(Math.max(1, workload.commands() / FEW)),
            new Actions(config));
    publish(config, all, few);
    WarmUp warmUp = new WarmUp(mostWarmUps);
    while (warmUp.beginsRound()) {
      round(prefix, "warm-up-" + warmUp.round(), all, few)
          .forEach((contender, measured) -> warmUp.add(contender, measured.perSecond));
    }
    Map<String, List<Round>> figures = new LinkedHashMap<>();
    for (int number = 1; number <= rounds; number++) {
      round(prefix, String.valueOf(number), all, few)
          .forEach(
              (contender, measured) ->
                  figures.computeIfAbsent(contender, name -> new ArrayList<>()).add(measured));
    }
    List<Round> limit = figures.get(contenders.get(0).name());
    return new Result(
        workload,
        contenders.stream()
            .map(
                contender ->
                    measured(
                        contender,
                        (contender.isGivenFew() ? few : all).workload.commands(),
                        figures.get(contender.name()),
                        limit))
            .toList());
  }

  /** All contenders, one after the other. */
  private Map<String, Round> round(String prefix, String round, Commands all, Commands few) {
    Map<String, Round> figures = new LinkedHashMap<>();
    for (Contender contender : contenders) {
      Round measured = measure(contender, contender.isGivenFew() ? few : all, prefix, round);
      tell(round, contender, measured);
      figures.put(contender.name(), measured);
    }
    return figures;
  }

  private static Measured measured(
      Contender contender, long commands, List<Round> own, List<Round> limit) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      ratios.add(own.get(i).perSecond / limit.get(i).perSecond);
    }
    return new Measured(
        contender.name(),
        commands,
        Series.of(own, Round::perSecond),
        Series.of(ratios, ratio -> ratio),
        Series.of(own, Round::cpuMicros));
  }

  private void publish(GateConfig config, Commands all, Commands few) {
    Course course = new Course(config, all.topic, surroundings.partitions());
    try (Admin admin = course.admin()) {
      new TopicSetup(admin, config).create(surroundings.partitions(), Optional.of((short) 1));
      all.workload.publish(config, all.topic, all.actions);
      if (contenders.stream().anyMatch(Contender::isGivenFew)) {
        course.create(admin, few.topic);
        few.workload.publish(config, few.topic, few.actions);
      }
    }
  }

  private Round measure(Contender contender, Commands commands, String prefix, String round) {
    String run = contender.name() + "-" + round;
    GateConfig config = surroundings.config(prefix, run);
    Course course = new Course(config, commands.topic, surroundings.partitions());
    String answersTopic = contender.answers(course);
    String effectsTopic = contender.effects(course);
    boolean isAnswered = contender.takesOutcomes() && commands.workload.isAnswered();
    try (Admin admin = course.admin()) {
      contender.prepare(course, admin);
      Map<TopicPartition, Long> answersFrom = course.ends(admin, answersTopic);
      Map<TopicPartition, Long> effectsFrom = course.ends(admin, effectsTopic);
      Round measured;
      try (Tally answers = new Tally(course, answersFrom, record -> {}).begin()) {
        try (Answering executor = isAnswered ? new Answering(course, effectsFrom) : null;
            Contender.Running running = contender.start(course)) {
          measured = time(course, admin, commands, running, executor);
        }
        check(contender, commands, answers.rest(), effects(course, effectsTopic, effectsFrom));
      }
      cleanUp(course, admin, surroundings.state(prefix, run));
      return measured;
    }
  }

  private Round time(
      Course course,
      Admin admin,
      Commands commands,
      Contender.Running running,
      @Nullable Answering executor) {
    long giveUp = System.nanoTime() + GIVE_UP.toNanos();
    long before = 0;
    long first = 0;
    Duration firstCpu = Duration.ZERO;
    while (!isDone(course, admin, commands, executor)) {
      if (first == 0) {
        before = course.committed(admin, commands.topic);
        if (before > 0) {
          first = System.nanoTime();
          firstCpu = cpu();
        }
      }
      running.check();
      if (System.nanoTime() > giveUp) {
        throw new StackException(
            "%s has come to command %d of %d in %s"
                .formatted(
                    course.config().applicationId(),
                    course.committed(admin, commands.topic),
                    commands.workload.commands(),
                    GIVE_UP));
      }
      pause();
    }
    long timed = commands.workload.commands() - before;
    if (first == 0 || timed == 0) {
      throw new StackException(
          "%d commands are too few: all were done with the first commit; give more by --commands"
              .formatted(commands.workload.commands()));
    }
    return new Round(
        timed * 1e9 / (System.nanoTime() - first), cpu().minus(firstCpu).toNanos() / 1e3 / timed);
  }

  private static boolean isDone(
      Course course, Admin admin, Commands commands, @Nullable Answering executor) {
    boolean isAllAnswered = executor == null || executor.acknowledged() >= commands.actions.size();
    return isAllAnswered
        && course.committed(admin, commands.topic) >= commands.workload.commands()
        && (executor == null || isWorkedOff(course, admin));
  }

  private static boolean isWorkedOff(Course course, Admin admin) {
    String outcomes = Topics.of(course.config()).outcomes();
    long end = course.ends(admin, outcomes).values().stream().mapToLong(Long::longValue).sum();
    return course.committed(admin, outcomes) >= end;
  }

  private static Actions effects(Course course, String topic, Map<TopicPartition, Long> from) {
    Actions effects = new Actions(course.config());
    try (Tally tally =
        new Tally(course, from, record -> effects.addEffect(topic, record.value()))) {
      tally.rest();
    }
    return effects;
  }

  private static void check(Contender contender, Commands commands, long answers, Actions effects) {
    long wanted = contender.answersTo(commands.workload, commands.actions.size());
    String wrong = contender.isOnce() ? commands.actions.differenceOf(effects) : "";
    if (answers != wanted) {
      wrong = "%s %,d answers where there must be %,d".formatted(wrong, answers, wanted).strip();
    }
    if (!wrong.isEmpty()) {
      throw new StackException(
          "%s is wrong with workload %s: %s"
              .formatted(contender.name(), commands.workload.name(), wrong));
    }
  }

  /** What a run leaves would fill disk and page cache for those that follow. */
  private static void cleanUp(Course course, Admin admin, Path state) {
    List<String> own =
        Course.get(admin.listTopics().names()).stream()
            .filter(topic -> topic.startsWith(course.config().applicationId() + "-"))
            .toList();
    Course.get(admin.deleteTopics(own).all());
    Folders.delete(state);
  }

  private void tell(String round, Contender contender, Round measured) {
    progress.println(
        "  round %-9s  %-16s %,10.0f commands/s  %6.1f µs of processor time each"
            .formatted(round, contender.name(), measured.perSecond, measured.cpuMicros));
    progress.flush();
  }

  static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  /** Processor time of this process and its children so far. */
  private static Duration cpu() {
    ProcessHandle self = ProcessHandle.current();
    return Stream.concat(Stream.of(self), self.descendants())
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }
}
