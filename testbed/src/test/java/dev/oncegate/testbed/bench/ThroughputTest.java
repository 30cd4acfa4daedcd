package dev.oncegate.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import dev.oncegate.testbed.stack.StackException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Small rounds against a real broker. */
class ThroughputTest {
  private static final int COMMANDS = 20_000;
  private static final PrintWriter NOBODY = new PrintWriter(Writer.nullWriter());

  private static DataDirectory directory;
  private static Stack stack;

  @BeforeAll
  static void start() {
    directory = DataDirectory.temporary("oncegate-bench-test");
    stack = Stack.start(directory, 0, 0);
  }

  @AfterAll
  static void stop() {
    stack.close();
    directory.close();
  }

  @Test
  void allContendersGiveEachActionItsEffectOnceAndAreComparedWithTheFirst() {
    Throughput.Result result =
        throughput(List.of(new PassThrough(), new Textbook(), new FullGate(true)))
            .run(Catalogue.DUP50.workload(COMMANDS, 1));

    assertThat(result.contenders())
        .extracting(Throughput.Measured::name)
        .containsExactly("pass-through", "textbook", "gate");
    assertThat(result.contenders().get(0).ratio().median()).isEqualTo(1);
    assertThat(result.contenders())
        .allSatisfy(
            measured -> {
              assertThat(measured.perSecond().median()).isPositive();
              assertThat(measured.cpuMicros().median()).isPositive();
              assertThat(measured.commands()).isEqualTo(COMMANDS);
            });
  }

  @Test
  void outcomesFlowBackAndAreWaitedFor() {
    Throughput.Result result =
        throughput(List.of(new FullGate(true), new RecordsOnly()))
            .run(Catalogue.OUTCOMES.workload(5_000, 1));

    assertThat(result.contenders()).hasSize(2);
  }

  @Test
  void aContenderThatLetsDuplicatesThroughEndsTheBenchmark() {
    Contender careless = new Careless();

    assertThatThrownBy(
            () -> throughput(List.of(careless)).run(Catalogue.DUP50.workload(COMMANDS, 1)))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("careless is wrong with workload dup50")
        .hasMessageContaining("20,000 effects");
  }

  @Test
  void alternativesGiveEachActionItsEffectOnceWhereTheirServersAreThere() {
    // Flink takes half a minute to start.
    try (Alternatives alternatives =
        new Alternatives(directory.path(), null, name -> !name.equals(Flink.NAME))) {
      assumeTrue(!alternatives.contenders().isEmpty(), alternatives.missing().toString());
      Throughput.Result result =
          throughput(alternatives.contenders()).run(Catalogue.DUP50.workload(COMMANDS, 1));

      assertThat(result.contenders())
          .allSatisfy(measured -> assertThat(measured.commands()).isEqualTo(COMMANDS / 10));
    }
  }

  @Test
  void latencyCountsFromWhenCommandsWereDueAndMissesNone() {
    Latency.Measured measured =
        new Latency(surroundings(), 200, 2, NOBODY).measure(new PassThrough());

    assertThat(measured.micros().getTotalCount()).isEqualTo(400);
    assertThat(measured.ms(100)).isGreaterThanOrEqualTo(measured.ms(50));
    // Half of the commit interval, and what it takes beside: no less can be seen by a reader.
    assertThat(measured.ms(50)).isCloseTo(250, within(249.0));
  }

  private static Throughput throughput(List<Contender> contenders) {
    return new Throughput(surroundings(), contenders, 1, 1, NOBODY);
  }

  /** With short transactions, so that not all is done with the first commit. */
  private static Surroundings surroundings() {
    return new Surroundings(
        Map.of(
            "bootstrap.servers", stack.bootstrapServers(),
            "schema.registry.url", stack.registryUrl(),
            "commit.interval.ms", "20"),
        2,
        directory.path());
  }

  /** Claims to let each action have its effect once, and passes on whatever comes. */
  private static final class Careless implements Contender {
    private final PassThrough passThrough = new PassThrough();

    @Override
    public String name() {
      return "careless";
    }

    @Override
    public String words() {
      return "";
    }

    @Override
    public long answersTo(Workload workload, int actions) {
      return passThrough.answersTo(workload, actions);
    }

    @Override
    public String effects(Course course) {
      return passThrough.effects(course);
    }

    @Override
    public Running start(Course course) {
      return passThrough.start(course);
    }
  }
}
