package dev.oncegate.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {
  @Test
  void aDumbTerminalIsNone() {
    assertThat(Terminal.ofThisProcess(Map.of("TERM", "dumb")).isTerminal()).isFalse();
    assertThat(Terminal.ofThisProcess(Map.of()).isTerminal()).isFalse();
  }

  @Test
  void noColorIsRespectedWhateverItsValueUnlessItIsEmpty() {
    assertThat(Terminal.of(Map.of(), true).coloured()).isTrue();
    assertThat(Terminal.of(Map.of("NO_COLOR", "0"), true).coloured()).isFalse();
    assertThat(Terminal.of(Map.of("NO_COLOR", ""), true).coloured()).isTrue();
    assertThat(Terminal.of(Map.of(), false).coloured()).isFalse();
  }

  @Test
  void theSizeIsReadAsSttySaysIt() {
    assertThat(Terminal.sizeOf("40 120\n")).isEqualTo(new Terminal.Size(120, 40));
    for (String nothing : List.of("", "0 0\n", "stty: no terminal", "40")) {
      assertThat(Terminal.sizeOf(nothing)).isEqualTo(new Terminal.Size(80, 24));
    }
  }

  @Test
  void aShowGivesTheTerminalBackAsItWasAndDrawsNoMore() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    LiveShow show = new LiveShow(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
    show.open(ASummary::scene);
    show.close();
    show.close();

    String drawn = bytes.toString(StandardCharsets.UTF_8);
    assertThat(drawn)
        .startsWith("\u001b[?1049h\u001b[?25l\u001b[?7l")
        .endsWith("\u001b[?7h\u001b[?25h\u001b[?1049l");
    assertThat(drawn).containsOnlyOnce("\u001b[?25h");
  }

  @Test
  void withoutATerminalEachEventIsALine() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PlainShow show = new PlainShow(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    show.tell(new Event(1_234, Event.Kind.STOP, "hammer-1", "circuit opens"));
    assertThat(bytes).hasToString("   1.23 s  hammer-1: circuit opens" + System.lineSeparator());
  }
}
