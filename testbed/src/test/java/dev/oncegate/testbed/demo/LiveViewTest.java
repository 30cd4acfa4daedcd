package dev.oncegate.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveViewTest {
  static String withoutColours(String line) {
    return line.replaceAll("\u001b\\[[0-9;]*m", "");
  }

  private static String drawn(int columns, int rows) {
    List<String> lines = new LiveView(columns, rows, false).render(ASummary.scene());
    return String.join("\n", lines.stream().map(String::stripTrailing).toList());
  }

  @Test
  void eightyColumns() {
    assertThat(drawn(80, 24))
        .isEqualTo(
            """
             oncegate demo                                           the agents act  12.3 s
             agent            sent  effects  prevented  conflicts  circuits what it does
             honest            607      572          0          0  closed   real tool calls…
             retry-storm     1,250        5      1,245          0  closed   50 simultaneous…
             key-reuser         72        6          0         60  6 open   one key for eve…
             unreadable          0        0          0          0           bytes that are …
             1,929 commands → 583 effects · 1,245 duplicates prevented · 60 conflicts
             6 circuits tripped · 16 dead letters · 0 undecided · 0 unsettled
             ACCEPTED                 583 ████▏     CONFLICT                  60 ▍
             RETRIED                    0           CIRCUIT_OPEN               1 ▏
             REPLAYED                   0           INDETERMINATE              0
             IN_PROGRESS            1,245 █████████ EXPIRED                    0
             CONFIRMATION_REQUIRED      0           INVALID                    0
                0.5 s  demo: the agents act
               12.1 s  key-reuser-1: circuit opens: CONFLICTS, 11 where 10 are allowed
               12.3 s  retry-storm-1: 50 at once: 49 IN_PROGRESS, 1 ACCEPTED, and so on and…\
            """);
  }

  @Test
  void hundredAndTwentyColumns() {
    assertThat(drawn(120, 40))
        .isEqualTo(
            """
             oncegate demo                                                                                   the agents act  12.3 s
             ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
             agent            sent  effects  prevented  conflicts  circuits what it does
             honest            607      572          0          0  closed   real tool calls of an airline agent, one after the other
             retry-storm     1,250        5      1,245          0  closed   50 simultaneous retries of one key
             key-reuser         72        6          0         60  6 open   one key for ever other payloads
             unreadable          0        0          0          0           bytes that are no command
             ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
             1,929 commands → 583 effects · 1,245 duplicates prevented · 60 conflicts
             6 circuits tripped · 16 dead letters · 0 undecided · 0 unsettled
             ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
             ACCEPTED                 583 █████████████▌                CONFLICT                  60 █▍
             RETRIED                    0                               CIRCUIT_OPEN               1 ▏
             REPLAYED                   0                               INDETERMINATE              0
             IN_PROGRESS            1,245 █████████████████████████████ EXPIRED                    0
             CONFIRMATION_REQUIRED      0                               INVALID                    0
             ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
                0.5 s  demo: the agents act
               12.1 s  key-reuser-1: circuit opens: CONFLICTS, 11 where 10 are allowed
               12.3 s  retry-storm-1: 50 at once: 49 IN_PROGRESS, 1 ACCEPTED, and so on and on\
            """);
  }

  @Test
  void coloursChangeNoCharacter() {
    List<String> coloured = new LiveView(100, 40, true).render(ASummary.scene());
    List<String> plain = new LiveView(100, 40, false).render(ASummary.scene());
    assertThat(coloured).isNotEqualTo(plain);
    assertThat(coloured.stream().map(LiveViewTest::withoutColours).toList()).isEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource({"64, 10", "64, 24", "65, 30", "80, 15", "133, 50", "300, 2"})
  void nothingIsWiderOrHigherThanTheTerminal(int columns, int rows) {
    List<String> lines = new LiveView(columns, rows, false).render(ASummary.scene());
    assertThat(lines).hasSizeLessThan(rows);
    assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
  }

  @Test
  void whereItIsCrampedTheNewestEventsStay() {
    assertThat(drawn(80, 15))
        .contains("retry-storm-1: 50 at once")
        .doesNotContain("the agents act\n    ");
    assertThat(new LiveView(80, 15, false).render(ASummary.scene()))
        .filteredOn(line -> line.contains(" s  "))
        .last()
        .asString()
        .contains("retry-storm-1");
  }

  @Test
  void theLargestDecisionFillsItsBarAndASingleOneIsSeen() {
    String drawing = drawn(120, 40);
    assertThat(drawing).contains("IN_PROGRESS            1,245 █████████████████████████████");
    assertThat(drawing).contains("CIRCUIT_OPEN               1 ▏");
  }
}
