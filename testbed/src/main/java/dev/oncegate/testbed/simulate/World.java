package dev.oncegate.testbed.simulate;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** What a script is played in: topics, clock, and the tasks of the gate. */
final class World implements AutoCloseable {
  /** A record that was carried on is read in the second round at the latest. */
  private static final int MOST_ROUNDS = 10;

  private final Setup setup;
  private final Topics topics;
  private final Log log;
  private final Evidence evidence;
  private final List<Task> tasks = new ArrayList<>();
  private final List<Sent> commands = new ArrayList<>();
  private long nowMs;

  /** A command that was sent. */
  record Sent(@Nullable String scope, byte @Nullable [] value) {}

  World(Setup setup, Brokers brokers, Path stateDirectory) {
    this.setup = setup;
    this.topics = Topics.of(setup.config());
    this.log = new Log(setup.partitions());
    this.evidence = new Evidence(setup, log);
    this.nowMs = setup.startMs();
    for (int partition = 0; partition < setup.partitions(); partition++) {
      Path directory = stateDirectory.resolve("task-" + partition);
      tasks.add(new Task(setup, partition, log, brokers, evidence, this::passing, directory));
    }
  }

  Setup setup() {
    return setup;
  }

  Topics topics() {
    return topics;
  }

  Log log() {
    return log;
  }

  Evidence evidence() {
    return evidence;
  }

  List<Task> tasks() {
    return tasks;
  }

  Task task(int number) {
    return tasks.get(number % tasks.size());
  }

  long nowMs() {
    return nowMs;
  }

  /** Now; at each look a millisecond has passed, so that nothing happens at the same time. */
  private long passing() {
    return ++nowMs;
  }

  void pass(long ms) {
    nowMs += ms;
  }

  /** Waits until a moment; not at all where that is over. */
  void waitUntil(long ms) {
    nowMs = Math.max(nowMs, ms);
  }

  /** Something out of a list, the last ones first; null where it is empty. */
  static <T> @Nullable T pick(List<T> all, int number) {
    return all.isEmpty() ? null : all.get(all.size() - 1 - number % all.size());
  }

  @Nullable ActionEffect effect(int number) {
    return pick(evidence.effects(), number);
  }

  @Nullable ActionResult question(int number) {
    return pick(evidence.confirmations(), number);
  }

  /** A command that was sent; null where none was. */
  @Nullable Sent command(int number) {
    return pick(commands, number);
  }

  /** How many commands were sent. */
  int commands() {
    return commands.size();
  }

  /** What agents, executors and operators write to. */
  List<String> inputs() {
    return List.of(topics.commands(), topics.outcomes(), topics.controls());
  }

  /**
   * Sends a record.
   *
   * @param scope by which its partition is found
   * @param ageMs how much older than now it says it is, in milliseconds; negative: newer
   * @param wrong whether it is sent to another partition than its scope's
   */
  void send(
      String topic, @Nullable String scope, byte @Nullable [] value, long ageMs, boolean wrong) {
    String name = scope == null ? "" : scope;
    int right = log.partitionOf(name.getBytes(StandardCharsets.UTF_8));
    int partition = wrong ? (right + 1) % setup.partitions() : right;
    RecordHeaders headers = new RecordHeaders();
    headers.add("correlation-id", topic.getBytes(StandardCharsets.UTF_8));
    byte[] key = wrong ? null : name.getBytes(StandardCharsets.UTF_8);
    log.append(topic, partition, new Message(key, value, headers, Math.max(0, nowMs - ageMs)));
    if (topic.equals(topics.commands())) {
      commands.add(new Sent(scope, value));
    }
  }

  void send(String topic, @Nullable String scope, SpecificRecord value, long ageMs, boolean wrong) {
    send(topic, scope, Wire.write(value), ageMs, wrong);
  }

  /** Delivers each command that was sent once more, after all that waits is read. */
  void deliverAllAgain() {
    tasks.forEach(Task::surviveFromNow);
    readAll();
    for (Sent sent : List.copyOf(commands)) {
      send(topics.commands(), sent.scope, sent.value, 0, false);
    }
  }

  /** How often a task was started. */
  long lives() {
    return tasks.stream().mapToLong(Task::lives).sum();
  }

  /**
   * Plays on until nothing is left to be done: all is read, all deadlines are told, all counts are
   * published.
   */
  void finish() {
    tasks.forEach(Task::surviveFromNow);
    readAll();
    long longestMs =
        setup.dedupWindowMs() + 2 * Math.max(setup.greatestSkewMs(), setup.timersIntervalMs());
    for (long pauseMs : new long[] {longestMs, setup.countsEmitIntervalMs() + longestMs}) {
      pass(pauseMs);
      tasks.forEach(Task::tick);
      tasks.forEach(Task::commit);
    }
    evidence.compareAtEnd();
  }

  private void readAll() {
    SplittableRandom order = new SplittableRandom(0);
    // What is carried on lies there only when it is committed.
    tasks.forEach(Task::commit);
    for (int round = 0; tasks.stream().anyMatch(Task::hasWork); round++) {
      if (round == MOST_ROUNDS) {
        throw new IllegalStateException("there is no end of records that wait");
      }
      for (Task task : tasks) {
        task.work(Integer.MAX_VALUE, order);
        task.commit();
      }
    }
  }

  @Override
  public void close() {
    tasks.forEach(Task::close);
  }
}
