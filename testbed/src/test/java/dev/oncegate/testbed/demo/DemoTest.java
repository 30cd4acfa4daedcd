package dev.oncegate.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.Decision;
import dev.oncegate.testbed.agents.Cast;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo on a real broker and registry, shorter than usual. */
class DemoTest {
  @TempDir private Path directory;

  @Test
  @Timeout(90)
  void everyPromiseIsKeptBeforeTheWholeCast() throws InterruptedException {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);
    Summary summary =
        new Demo(Cast.everybody(), Duration.ofSeconds(4), 1, new PlainShow(out)).run(directory);

    assertThat(summary.good())
        .as("%s\n%s", String.join("\n", new SummaryText(false).lines(summary)), told)
        .isTrue();
    assertThat(summary.verdicts())
        .extracting(Summary.Verdict::name)
        .containsExactly("I1", "I2", "I3", "I4", "I5", "I6", "I7");
    assertThat(summary.verdicts())
        .allSatisfy(verdict -> assertThat(verdict.checked()).isPositive());
    Totals totals = summary.totals();
    assertThat(totals.decisions())
        .containsKeys(
            Decision.ACCEPTED,
            Decision.REPLAYED,
            Decision.IN_PROGRESS,
            Decision.INDETERMINATE,
            Decision.RETRIED,
            Decision.CONFIRMATION_REQUIRED,
            Decision.CONFLICT,
            Decision.CIRCUIT_OPEN);
    assertThat(totals.circuitsTripped()).isPositive();
    assertThat(totals.deadLetters()).isPositive().isEqualTo(4 * runsOf("unreadable", summary));
    assertThat(summary.executions()).isPositive().isLessThanOrEqualTo(totals.effects());
    assertThat(summary.agents())
        .filteredOn(agent -> agent.name().equals("honest"))
        .singleElement()
        .satisfies(
            honest -> {
              assertThat(honest.sent()).isPositive();
              assertThat(honest.stopped()).isZero();
              assertThat(honest.conflicts()).isZero();
              assertThat(honest.prevented()).isZero();
            });
    assertThat(told.toString(StandardCharsets.UTF_8))
        .doesNotContain("wronged", "gives up", "fails:");
  }

  @Test
  @Timeout(120)
  void theVerdictIsTheSameWhereAConnectWorkerCallsTheToolsByHttp() throws InterruptedException {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(told, true, StandardCharsets.UTF_8);
    Summary summary =
        new Demo(Cast.everybody(), Duration.ofSeconds(4), 1, new PlainShow(out))
            .run(directory, true);

    assertThat(summary.good())
        .as("%s\n%s", String.join("\n", new SummaryText(false).lines(summary)), told)
        .isTrue();
    Totals totals = summary.totals();
    assertThat(totals.decisions())
        .containsKeys(
            Decision.REPLAYED, Decision.INDETERMINATE, Decision.RETRIED, Decision.CIRCUIT_OPEN);
    assertThat(summary.executions()).isPositive().isLessThanOrEqualTo(totals.effects());
    assertThat(told.toString(StandardCharsets.UTF_8))
        .doesNotContain("wronged", "gives up", "fails:");
  }

  private static long runsOf(String name, Summary summary) {
    return summary.agents().stream()
        .filter(agent -> agent.name().equals(name))
        .mapToLong(AgentLine::runs)
        .sum();
  }
}
