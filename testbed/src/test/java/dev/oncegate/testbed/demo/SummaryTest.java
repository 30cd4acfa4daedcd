package dev.oncegate.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private final SummaryText text = new SummaryText(false);

  @Test
  void theJsonHasWhatWasPromisedOnOneLine() throws Exception {
    String json = ASummary.with(ASummary.TOTALS, List.of(), 3).json();

    assertThat(json).doesNotContain("\n");
    JsonNode read = new ObjectMapper().readTree(json);
    assertThat(read.path("commands").asLong()).isEqualTo(1929);
    assertThat(read.path("effects").asLong()).isEqualTo(583);
    assertThat(read.path("duplicates_prevented").asLong()).isEqualTo(1245);
    assertThat(read.path("conflicts").asLong()).isEqualTo(60);
    assertThat(read.path("circuits_tripped").asLong()).isEqualTo(6);
    assertThat(read.path("dead_letters").asLong()).isEqualTo(16);
    assertThat(read.path("executions").asLong()).isEqualTo(573);
    assertThat(read.path("invariants").toString())
        .isEqualTo(
            "{\"I1\":{\"checked\":583,\"violations\":0},\"I2\":{\"checked\":1929,\"violations\":3}}");
  }

  @Test
  void itIsGoodOnlyWhereNothingWasViolatedNothingIsOpenAndNothingWasExecutedTwice() {
    assertThat(ASummary.good().good()).isTrue();
    assertThat(ASummary.with(ASummary.TOTALS, List.of(), 1).good()).isFalse();
    assertThat(ASummary.with(ASummary.TOTALS, List.of("run/key"), 0).good()).isFalse();
    for (int open = 0; open < 3; open++) {
      Totals totals =
          new Totals(
              1, 1, 0, 0, 0, 0, Map.of(), open == 0 ? 1 : 0, open == 1 ? 1 : 0, open == 2 ? 1 : 0);
      assertThat(ASummary.with(totals, List.of(), 0).good()).isFalse();
    }
  }

  @Test
  void aGoodEndIsToldInWords() {
    assertThat(String.join("\n", text.lines(ASummary.good())))
        .isEqualTo(
            """

              agent            sent  effects  prevented  conflicts  circuits
              honest            607      572          0          0  closed
              retry-storm     1,250        5      1,245          0  closed
              key-reuser         72        6          0         60  6 open
              unreadable          0        0          0          0  closed

                 1,929  commands
                   583  effects
                 1,245  duplicates prevented
                    60  conflicts
                     6  circuits tripped
                    16  dead letters

              I1  holds     one effect per attempt: 583 checked
              I2  holds     one decision per command: 1,929 checked

            1,929 commands became 573 executions; no action was executed twice.
            All promises were kept. 28.4 s, seed 7.""");
  }

  @Test
  void aBadEndNamesWhatIsWrong() {
    Totals open = new Totals(10, 5, 0, 0, 0, 0, Map.of(), 1, 2, 3);
    assertThat(text.lines(ASummary.with(open, List.of("hammer-1/post"), 4)))
        .contains(
            "  I2  VIOLATED  one decision per command: 1,929 checked, 4 violations",
            "        hammer-1: run_seq 2 is missing",
            "  left open when time was up: 1 commands undecided, 2 effects unsettled, counts of 3 runs behind",
            "10 commands became 573 executions; 1 actions were executed twice, such as hammer-1/post.",
            "A promise was broken. 28.4 s, seed 7.");
  }

  @Test
  void coloursChangeNoWord() {
    List<String> coloured = new SummaryText(true).lines(ASummary.good());
    assertThat(coloured).isNotEqualTo(text.lines(ASummary.good()));
    assertThat(coloured.stream().map(LiveViewTest::withoutColours).toList())
        .isEqualTo(text.lines(ASummary.good()));
  }
}
