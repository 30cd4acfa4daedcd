package dev.oncegate.testbed.simulate;

import dev.oncegate.gate.Topics;
import dev.oncegate.serde.RecordNotReadableException;
import dev.oncegate.testbed.check.HistoryCheck;
import dev.oncegate.testbed.simulate.Transaction.Output;
import dev.oncegate.testbed.simulate.Transaction.Played;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Plays a script, and says what was wrong. */
final class Performance {
  private static final Pattern OUTCOME_WITHOUT_TRACE =
      Pattern.compile("outcome .* has no SETTLED result, conflict or dead letter");

  private final Brokers brokers;
  private final Path stateDirectory;

  /**
   * @param stateDirectory of this performance alone
   */
  Performance(Brokers brokers, Path stateDirectory) {
    this.brokers = brokers;
    this.stateDirectory = stateDirectory;
  }

  /**
   * What came of a script.
   *
   * @param violations in words; none where all is well
   * @param commands how many were sent
   * @param lives how often a task was started
   */
  record Outcome(List<String> violations, long commands, long lives) {
    boolean holds() {
      return violations.isEmpty();
    }
  }

  Outcome play(Script script) {
    List<String> violations = new ArrayList<>();
    try (World world = new World(script.setup(), brokers, stateDirectory.resolve("world"))) {
      try {
        script.steps().forEach(step -> step.play(world));
        if (script.duplicatesAtEnd()) {
          world.deliverAllAgain();
        }
        world.finish();
        violations.addAll(world.evidence().violations());
        judge(world, violations);
        if (script.setup().isComparable()) {
          for (Task task : world.tasks()) {
            compareWithoutCrashes(script.setup(), task, violations);
          }
        }
      } catch (RuntimeException e) {
        violations.add("the gate failed: " + causes(e));
      }
      return new Outcome(violations, world.commands(), world.lives());
    }
  }

  private static String causes(Throwable failure) {
    StringBuilder causes = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      causes.append(cause).append(" at ").append(cause.getStackTrace()[0]).append("; ");
    }
    return causes.toString();
  }

  private static void judge(World world, List<String> violations) {
    Topics topics = world.topics();
    List<String> all = new ArrayList<>(world.inputs());
    all.addAll(topics.sinks());
    all.remove(topics.reroute());
    try (HistoryCheck check = HistoryCheck.of(topics, world.setup().dedupWindowMs())) {
      for (String topic : all) {
        world.log().forEach(topic, (at, message) -> see(check, at, message));
      }
      check
          .judge()
          .counterExamples()
          .forEach(
              (invariant, examples) ->
                  examples.stream()
                      .filter(example -> !isOpenQuestion(example, world.evidence()))
                      .forEach(example -> violations.add(invariant + ": " + example)));
    }
  }

  /**
   * What gate and judge see differently, and the contract leaves open: an outcome names no life of
   * its key. Where a key was forgotten and let through once more, an outcome of its first life that
   * comes later than that is taken for one of the second.
   */
  private static boolean isOpenQuestion(String violation, Evidence evidence) {
    return evidence.hasKeyOfTwoLives() && OUTCOME_WITHOUT_TRACE.matcher(violation).matches();
  }

  private static void see(HistoryCheck check, Log.At at, Message message) {
    try {
      check.see(
          at.topic(),
          at.partition(),
          at.offset(),
          message.timestampMs(),
          message.headers(),
          message.key() == null ? null : new String(message.key(), StandardCharsets.UTF_8),
          Wire.read(message.value()));
    } catch (RecordNotReadableException e) {
      check.seeUnreadable(
          at.topic(),
          at.partition(),
          at.offset(),
          message.timestampMs(),
          message.headers(),
          String.valueOf(e.getMessage()));
    }
  }

  /** All that the task did and committed, in one life that nothing interrupts (I8). */
  private void compareWithoutCrashes(Setup setup, Task task, List<String> violations) {
    // In memory what was on RocksDB, so that the two are compared as well.
    Setup undisturbed = setup.withRocksDb(false);
    long startMs = task.steps().isEmpty() ? setup.startMs() : task.steps().get(0).clockMs();
    Path directory = stateDirectory.resolve("undisturbed-" + task.partition());
    List<Output> outputs = new ArrayList<>();
    try (Life life =
        new Life(undisturbed, task.partition(), new Changelog(), -1, startMs, directory)) {
      for (Played step : task.steps()) {
        outputs.addAll(
            (step.at() == null || step.message() == null
                    ? life.tick(step.clockMs())
                    : life.process(step.at(), step.message(), step.clockMs()))
                .outputs());
      }
      compare(task, outputs, violations);
      compare(task.memory().contents(), life.memory().contents(), violations);
    }
  }

  private static void compare(Task task, List<Output> undisturbed, List<String> violations) {
    List<Output> committed = task.outputs();
    for (int i = 0; i < Math.max(committed.size(), undisturbed.size()); i++) {
      Output one = i < committed.size() ? committed.get(i) : null;
      Output other = i < undisturbed.size() ? undisturbed.get(i) : null;
      if (one == null
          || other == null
          || !one.topic().equals(other.topic())
          || !one.message().sameAs(other.message())) {
        violations.add(
            "I8: record %d of task %d is %s; without crashes it is %s"
                .formatted(i, task.partition(), words(one), words(other)));
        return;
      }
    }
  }

  private static String words(@Nullable Output output) {
    if (output == null) {
      return "missing";
    }
    return "%s at %d on %s"
        .formatted(
            Wire.read(output.message().value()), output.message().timestampMs(), output.topic());
  }

  private static void compare(
      TreeMap<String, String> crashed,
      TreeMap<String, String> undisturbed,
      List<String> violations) {
    TreeSet<String> names = new TreeSet<>(crashed.keySet());
    names.addAll(undisturbed.keySet());
    for (String name : names) {
      String one = crashed.getOrDefault(name, "nothing");
      String other = undisturbed.getOrDefault(name, "nothing");
      if (!one.equals(other)) {
        violations.add(
            "I8: under '%s' the stores hold %s; without crashes %s".formatted(name, one, other));
      }
    }
  }
}
