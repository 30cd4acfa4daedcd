package dev.oncegate.connect.run;

import dev.oncegate.connect.http.Body;
import dev.oncegate.connect.http.CallEnd;
import dev.oncegate.connect.policy.Classes;
import dev.oncegate.connect.policy.Situation;
import dev.oncegate.connect.policy.Step;
import dev.oncegate.schema.CallClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call that ended, or the reason why none was made.
 *
 * @param number from 1; 0 where none was made
 * @param headers of the answer, those selected
 * @param errorCode a stable code; null where it succeeded
 * @param message in words, the same for the same failure; null where it succeeded
 * @param detail more words for the trace, which may differ from time to time
 */
record Call(
    int number,
    CallClass callClass,
    @Nullable Integer status,
    Map<String, String> headers,
    @Nullable Duration retryAfter,
    Body body,
    Instant startedAt,
    Duration latency,
    @Nullable String errorCode,
    @Nullable String message,
    @Nullable String detail) {

  /** A call that was made. */
  static Call of(CallEnd end, Situation before, Instant startedAt, Duration latency) {
    int number = before.calls() + 1;
    if (end instanceof CallEnd.Answered answer) {
      CallClass callClass = Classes.of(answer.status(), before);
      boolean success = callClass == CallClass.SUCCESS;
      return new Call(
          number,
          callClass,
          answer.status(),
          answer.headers(),
          answer.retryAfter(),
          answer.body(),
          startedAt,
          latency,
          success ? null : "HTTP_" + answer.status(),
          success ? null : "The tool answered %d.".formatted(answer.status()),
          null);
    }
    CallEnd.Broken broken = (CallEnd.Broken) end;
    return new Call(
        number,
        broken.callClass(),
        broken.status(),
        Map.of(),
        null,
        new Body.None(),
        startedAt,
        latency,
        broken.callClass().name(),
        words(broken.callClass()),
        broken.message());
  }

  /** None was made, because the policy had something against it. */
  static Call notMade(Step instead, Instant now) {
    return instead instanceof Step.Withhold
        ? none(
            "WITHHELD",
            "An earlier executor may have called the tool, which is not declared idempotent.",
            now)
        : none("DEADLINE_PASSED", "The deadline passed before the tool was called.", now);
  }

  /** None was made. */
  static Call none(String errorCode, String message, Instant now) {
    return new Call(
        0,
        CallClass.NOT_CALLED,
        null,
        Map.of(),
        null,
        new Body.None(),
        now,
        Duration.ZERO,
        errorCode,
        message,
        null);
  }

  private static String words(CallClass callClass) {
    return switch (callClass) {
      case NO_CONNECTION -> "The tool cannot be reached.";
      case NO_TOKEN -> "There is no access token for the tool.";
      case RESET -> "The connection to the tool broke.";
      case TIMEOUT -> "The tool did not answer in time.";
      default -> "The call failed.";
    };
  }
}
