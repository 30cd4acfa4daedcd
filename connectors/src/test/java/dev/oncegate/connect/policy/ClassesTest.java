package dev.oncegate.connect.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.CallClass;
import dev.oncegate.schema.SideEffectClass;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassesTest {

  @ParameterizedTest
  @CsvSource({
    "200, SUCCESS",
    "204, SUCCESS",
    "299, SUCCESS",
    "301, REFUSED",
    "307, REFUSED",
    "400, REFUSED",
    "401, REFUSED",
    "404, REFUSED",
    "408, SERVER_ERROR",
    "409, REFUSED",
    "422, REFUSED",
    "425, THROTTLED",
    "429, THROTTLED",
    "500, SERVER_ERROR",
    "502, SERVER_ERROR",
    "503, SERVER_ERROR",
    "504, SERVER_ERROR",
    "599, SERVER_ERROR"
  })
  void theClassOfAFirstAnswer(int status, CallClass expected) {
    Situation first = Situation.first(SideEffectClass.WRITE, false, false);
    assertThat(Classes.of(status, first)).isEqualTo(expected);
  }

  @Test
  void conflictAfterACallOfUnknownEndMeansThatItMayStillBeRunning() {
    Situation after = Situation.first(SideEffectClass.WRITE, true, false).after(CallClass.TIMEOUT);
    assertThat(Classes.of(409, after)).isEqualTo(CallClass.IN_PROGRESS);
    assertThat(Classes.of(422, after)).isEqualTo(CallClass.REFUSED);
  }

  @Test
  void retryAfterIsReadAsSecondsOrDate() {
    Instant now = Instant.parse("2026-11-24T12:00:00Z");
    assertThat(RetryAfter.of("7", now)).isEqualTo(Duration.ofSeconds(7));
    assertThat(RetryAfter.of(" 0 ", now)).isEqualTo(Duration.ZERO);
    assertThat(RetryAfter.of("Tue, 24 Nov 2026 12:00:30 GMT", now))
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryAfter.of("Tue, 24 Nov 2026 11:00:00 GMT", now)).isEqualTo(Duration.ZERO);
    assertThat(RetryAfter.of("soon", now)).isNull();
    assertThat(RetryAfter.of("-1", now)).isNull();
    assertThat(RetryAfter.of(null, now)).isNull();
    assertThat(RetryAfter.of("99999999999999999999", now)).isEqualTo(Duration.ofDays(365));
  }
}
