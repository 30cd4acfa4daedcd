package dev.oncegate.testbed.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.TimerStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  /** As many as every build can afford; the launcher's command plays more. */
  private static final long SCHEDULES = 1_000;

  private static final long MOST_UNTIL_CAUGHT = 200;

  @TempDir private Path directory;

  @Test
  void noScheduleBreaksAPromise() {
    Simulation.Summary summary =
        Simulation.run(1, SCHEDULES, Runtime.getRuntime().availableProcessors(), done -> {});

    assertThat(summary.failures())
        .as("play the first alone with: ./oncegate simulate --schedules 1 --seed SEED")
        .isEmpty();
    assertThat(summary.commands()).isGreaterThan(10 * SCHEDULES);
    assertThat(summary.lives()).isGreaterThan(2 * SCHEDULES);
  }

  @Test
  void theSameSeedGivesTheSameAgain() {
    Script script = Author.write(42);

    assertThat(Author.write(42).steps()).isEqualTo(script.steps());
    assertThat(outputsOf(script)).isNotEmpty().isEqualTo(outputsOf(script));
  }

  @ParameterizedTest
  @ValueSource(strings = {ActionStore.NAME, RunStore.NAME, TimerStore.NAME})
  void aStoreThatLosesItsWritesIsNoticed(String store) {
    Brokers forgetful = afterCommit(transaction -> without(transaction, store));

    assertThat(firstCaught(forgetful)).isPresent();
  }

  @Test
  void storeWritesThatOutliveTheirTransactionAreNoticedAsMarksWithoutADecision() {
    Brokers leaking =
        new Brokers() {
          @Override
          public Transaction aborted(Transaction transaction) {
            Transaction visible = Transaction.empty();
            visible.changes().putAll(transaction.changes());
            return visible;
          }
        };

    assertThat(firstCaught(leaking)).hasValueSatisfying(words -> assertThat(words).contains("I8"));
  }

  @Test
  void offsetsThatAreNotCommittedWithTheirRecordsAreNoticed() {
    AtomicInteger commits = new AtomicInteger();
    Brokers rereading =
        afterCommit(
            transaction ->
                commits.incrementAndGet() % 3 > 0
                    ? transaction
                    : new Transaction(
                        transaction.played(),
                        transaction.outputs(),
                        transaction.changes(),
                        Map.of()));

    assertThat(firstCaught(rereading)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agent.effects",
        "agent.results",
        "agent.conflicts",
        "agent.run-counts",
        "agent.dead-letters",
        "agent.escalations",
        "oncegate-reroute"
      })
  void aLostRecordIsNoticed(String topic) {
    Brokers losing =
        afterCommit(
            transaction -> {
              List<Transaction.Output> rest = new ArrayList<>(transaction.outputs());
              rest.removeIf(output -> output.topic().equals(topic));
              return withOutputs(transaction, rest);
            });

    assertThat(firstJudged(losing)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent.effects", "agent.results", "agent.escalations"})
  void aRecordThatIsThereTwiceIsNoticed(String topic) {
    Brokers doubling =
        afterCommit(
            transaction -> {
              List<Transaction.Output> twice = new ArrayList<>(transaction.outputs());
              transaction.outputs().stream()
                  .filter(output -> output.topic().equals(topic))
                  .forEach(twice::add);
              return withOutputs(transaction, twice);
            });

    assertThat(firstJudged(doubling)).isPresent();
  }

  @Test
  void aFailingScriptIsShortenedToWhatItNeeds() {
    Script script = Author.write(7);
    Step needed = script.steps().get(script.steps().size() / 2);

    Script shortest = new Shrinker(other -> other.steps().contains(needed)).shrink(script);

    assertThat(shortest.steps()).containsExactly(needed);
  }

  private List<String> outputsOf(Script script) {
    try (World world = new World(script.setup(), Brokers.HONEST, directory)) {
      script.steps().forEach(step -> step.play(world));
      world.finish();
      List<String> outputs = new ArrayList<>();
      for (Task task : world.tasks()) {
        task.outputs()
            .forEach(
                output -> outputs.add(output.topic() + List.of(output.message().timestampMs())));
      }
      return outputs;
    }
  }

  private static Brokers afterCommit(UnaryOperator<Transaction> change) {
    return new Brokers() {
      @Override
      public Transaction committed(Transaction transaction) {
        return change.apply(transaction);
      }
    };
  }

  private static Transaction without(Transaction transaction, String store) {
    Map<String, List<Message>> rest = new LinkedHashMap<>(transaction.changes());
    rest.remove(store);
    return new Transaction(
        transaction.played(), transaction.outputs(), rest, transaction.offsets());
  }

  private static Transaction withOutputs(Transaction transaction, List<Transaction.Output> other) {
    return new Transaction(
        transaction.played(), other, transaction.changes(), transaction.offsets());
  }

  /** The violations of the first schedule that shows what the brokers do wrong. */
  private Optional<String> firstCaught(Brokers brokers) {
    return first(brokers, null);
  }

  /** The same, found by the judge alone. */
  private Optional<String> firstJudged(Brokers brokers) {
    return first(brokers, "I8");
  }

  private Optional<String> first(Brokers brokers, @Nullable String ignored) {
    return LongStream.rangeClosed(1, MOST_UNTIL_CAUGHT)
        .mapToObj(Author::write)
        .map(
            script ->
                new Performance(brokers, directory.resolve("seed-" + script.seed())).play(script))
        .flatMap(outcome -> outcome.violations().stream())
        .filter(violation -> ignored == null || !violation.startsWith(ignored))
        .filter(violation -> violation.startsWith("I"))
        .findFirst();
  }
}
