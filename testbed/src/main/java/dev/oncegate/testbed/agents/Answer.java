package dev.oncegate.testbed.agents;

import dev.oncegate.schema.OutcomeStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated tool does with an effect, and what becomes of its answer.
 *
 * @param executes whether the tool acts on the world, whatever becomes of its answer
 * @param result the tool's own words; null where it failed
 * @param errorCode why it failed; null where it did not
 * @param after from the effect's arrival to the answer
 * @param copies how often the answer is sent: 0, the response is lost
 * @param then what is said besides, on its own time; null: nothing
 */
public record Answer(
    OutcomeStatus status,
    boolean executes,
    @Nullable String result,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    Duration after,
    int copies,
    @Nullable Answer then) {

  /** The tool acts and says so at once. */
  public static Answer succeeds(String result) {
    return new Answer(OutcomeStatus.SUCCEEDED, true, result, null, null, Duration.ZERO, 1, null);
  }

  /** The tool was asked, refused, and will always refuse. */
  public static Answer fails(String errorCode, String errorMessage) {
    return new Answer(
        OutcomeStatus.FAILED, true, null, errorCode, errorMessage, Duration.ZERO, 1, null);
  }

  /** The tool could not be reached: nothing happened, another attempt may succeed. */
  public static Answer failsForNow(String errorCode, String errorMessage) {
    return new Answer(
        OutcomeStatus.FAILED_TRANSIENT,
        false,
        null,
        errorCode,
        errorMessage,
        Duration.ZERO,
        1,
        null);
  }

  /** The request is lost on its way to the tool: nothing happens and nobody answers. */
  public static Answer requestLost() {
    return new Answer(
        OutcomeStatus.FAILED_TRANSIENT, false, null, null, null, Duration.ZERO, 0, null);
  }

  /** The same, but slow or late. */
  public Answer after(Duration delay) {
    return new Answer(status, executes, result, errorCode, errorMessage, delay, copies, then);
  }

  /** The same, but the answer gets lost on its way back. */
  public Answer responseLost() {
    return new Answer(status, executes, result, errorCode, errorMessage, after, 0, then);
  }

  /** The same, but the answer is sent twice. */
  public Answer twice() {
    return new Answer(status, executes, result, errorCode, errorMessage, after, 2, then);
  }

  /** The same, but something else is said too: a second answer that contradicts the first. */
  public Answer then(Answer other) {
    return new Answer(status, executes, result, errorCode, errorMessage, after, copies, other);
  }
}
