package dev.oncegate.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter errors = new StringWriter();

  @Test
  void theListTellsEachNameAndWhatRunsByDefault() {
    assertThat(run("--list")).isZero();
    assertThat(out.toString().lines())
        .hasSize(12)
        .anyMatch(line -> line.startsWith("outcomes ") && line.contains("runs where no names"))
        .anyMatch(line -> line.startsWith("known ") && !line.contains("runs where no names"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dup99 | there is no benchmark dup99: bench --list tells the names",
        "--contenders=gate,kafka | there is no contender kafka; there are textbook, records-only, gate, gate-unwatched, redis-everysec",
        "--commands=10 | --commands is 10: allowed is 1000 to 100000000",
        "--known=0 | --known is 0: allowed is 1 to 100000000"
      })
  void whatIsWrongIsBadUsageAndToldBeforeAnythingStarts(String argument, String message) {
    assertThat(run(argument)).isEqualTo(2);
    assertThat(errors.toString()).contains(message);
  }

  private int run(String argument) {
    return new CommandLine(new BenchCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(errors))
        .execute(argument);
  }
}
