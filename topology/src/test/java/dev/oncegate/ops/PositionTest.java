package dev.oncegate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.gate.store.RunId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

  @Test
  void whatIsGivenOutIsUnderstoodWhenItComesBack() {
    Position inside = new Position(3, new RunId("tenant / ä", "run?&="));
    Position before = new Position(4, null);

    assertThat(Position.of(inside.toText())).isEqualTo(inside);
    assertThat(Position.of(before.toText())).isEqualTo(before);
    assertThat(inside.toText()).matches("[A-Za-z0-9_-]+");
  }

  @Test
  void positionsGoByPartitionAndThenInTheOrderOfTheStore() {
    List<Position> ordered =
        List.of(
            new Position(0, null),
            new Position(0, new RunId("z", "z")),
            // Longer names come later: keys are length-prefixed.
            new Position(0, new RunId("aa", "a")),
            new Position(1, null),
            new Position(1, new RunId("a", "a")));

    assertThat(Stream.of(4, 2, 0, 3, 1).map(ordered::get).sorted()).isEqualTo(ordered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[1]", "{\"partition\":-1}", "{\"partition\":\"1\"}", "nope"})
  void whatWasNotGivenOutIsRefused(String json) {
    String text = Base64.getUrlEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> Position.of(text)).isInstanceOf(Refused.class);
    assertThatThrownBy(() -> Position.of("%" + json)).isInstanceOf(Refused.class);
  }
}
