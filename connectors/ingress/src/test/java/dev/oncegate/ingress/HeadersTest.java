package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {
  @Test
  void aKeyIsAStringOfStructuredFields() {
    assertThat(KeyHeader.read(List.of("\"8e03978e-40d5\""))).isEqualTo("8e03978e-40d5");
    assertThat(KeyHeader.read(List.of(" \"a b, c; d\" "))).isEqualTo("a b, c; d");
    assertThat(KeyHeader.read(List.of("\"say \\\"hi\\\" \\\\ bye\"")))
        .isEqualTo("say \"hi\" \\ bye");
    assertThat(KeyHeader.read(List.of("\"a\";v=1"))).isEqualTo("a");
    assertThat(KeyHeader.read(List.of("\"\""))).isEmpty();
  }

  @Test
  void withoutQuotesItIsTheSameKey() {
    assertThat(KeyHeader.read(List.of("8e03978e-40d5"))).isEqualTo("8e03978e-40d5");
    assertThat(KeyHeader.read(List.of("order:7/line_2"))).isEqualTo("order:7/line_2");
  }

  @Test
  void noHeaderIsNoKey() {
    assertThat(KeyHeader.read(List.of())).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"a", "a\"", "a b", "a,b", "\"a\"b", "\"a\\b\"", "\"ä\"", "ä", "a;b", ""})
  void anythingElseIsRefusedNamingTheHeader(String value) {
    assertThatThrownBy(() -> KeyHeader.read(List.of(value)))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.problem()).isEqualTo(ProblemType.INVALID_REQUEST))
        .hasMessageStartingWith("Idempotency-Key is");
  }

  @Test
  void twoKeysAreRefused() {
    assertThatThrownBy(() -> KeyHeader.read(List.of("\"a\"", "\"a\"")))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("2 times");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=7|7",
        "respond-async, wait=7|7",
        "wait = 7|7",
        "wait=\"7\"|7",
        "wait=7; x=1|7",
        "wait=0|0",
        "Wait=7|7",
        "wait=999999999|20",
        "await=7|0",
        "wait=-7|0",
        "wait=7s|0",
        "wait|0",
        "wait=99999999999999999999|0"
      })
  void aWaitIsReadAndCutAndWhatCannotBeReadIsNone(String value, long seconds) {
    assertThat(WaitPreference.read(List.of(value), Duration.ofSeconds(20)))
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void aWaitMayStandInAnyOfSeveralHeaders() {
    assertThat(WaitPreference.read(List.of("respond-async", "wait=3"), Duration.ofSeconds(20)))
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(WaitPreference.read(List.of(), Duration.ofSeconds(20))).isZero();
  }
}
