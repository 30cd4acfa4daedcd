package dev.oncegate.connect.policy;

import dev.oncegate.schema.CallClass;
import dev.oncegate.schema.SideEffectClass;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows a call of a tool.
 *
 * <p>The promise: FAILED_TRANSIENT and FAILED are only said where the tool cannot have acted, and a
 * call is only repeated where that can do no harm. Where neither holds, nothing is said, and the
 * gate turns the silence into OVERDUE when the deadline passes.
 *
 * @param maxCalls most calls for one effect, from 1
 * @param backoff bound of the first pause; each further bound is twice as long
 * @param longestBackoff bound of all pauses, but for what a tool asks for by Retry-After
 */
public record RetryPolicy(int maxCalls, Duration backoff, Duration longestBackoff) {
  private static final int MOST_DOUBLINGS = 30;

  /**
   * Whether something stands against calling the tool now.
   *
   * @param timeLeft in which calls may begin; zero or less where that is over
   * @return the last step instead of a call, or null where the tool is to be called
   */
  public @Nullable Step insteadOfCalling(Situation situation, Duration timeLeft) {
    boolean secondHarms =
        situation.sideEffectClass() == SideEffectClass.DESTRUCTIVE && !situation.idempotent();
    if (secondHarms && situation.calls() == 0 && situation.mayHaveHappened()) {
      return new Step.Withhold();
    }
    return isOver(timeLeft) ? giveUp(situation) : null;
  }

  /**
   * What follows a call.
   *
   * @param before how things stood when it was made
   * @param call how it went
   * @param retryAfter what the tool asked for; null where it did not
   * @param timeLeft in which calls may begin; zero or less where that is over: what a call brought
   *     that ran beyond it counts all the same
   * @param chance at least 0, less than 1
   */
  public Step after(
      Situation before,
      CallClass call,
      @Nullable Duration retryAfter,
      Duration timeLeft,
      double chance) {
    Situation now = before.after(call);
    return switch (call) {
      case SUCCESS -> new Step.Succeed();
      // A tool that does not honour the key refuses a second call for what the first one did.
      case REFUSED ->
          before.isInDoubt() && !before.idempotent() ? new Step.KeepSilent() : new Step.Fail();
      case THROTTLED,
          SERVER_ERROR,
          IN_PROGRESS,
          NO_CONNECTION,
          NO_TOKEN,
          RESET,
          TIMEOUT,
          NOT_CALLED,
          UNKNOWN ->
          again(now, retryAfter, timeLeft, chance);
    };
  }

  private Step again(
      Situation now, @Nullable Duration retryAfter, Duration timeLeft, double chance) {
    if (!now.mayBeRepeated() || now.calls() >= maxCalls) {
      return giveUp(now);
    }
    Duration pause = pause(now.calls(), chance);
    Duration delay = retryAfter == null ? pause : retryAfter.plus(pause);
    return isOver(timeLeft.minus(delay)) ? giveUp(now) : new Step.Retry(delay);
  }

  /**
   * Exponential with full jitter: anything up to the bound, so that those who failed together do
   * not come back together.
   */
  private Duration pause(int calls, double chance) {
    int doublings = Math.min(calls - 1, MOST_DOUBLINGS);
    double boundMs =
        Math.min((double) longestBackoff.toMillis(), backoff.toMillis() * Math.pow(2, doublings));
    return Duration.ofMillis((long) (boundMs * chance));
  }

  private static Step giveUp(Situation situation) {
    return situation.isInDoubt() ? new Step.KeepSilent() : new Step.FailTransiently();
  }

  private static boolean isOver(Duration timeLeft) {
    return timeLeft.isNegative() || timeLeft.isZero();
  }
}
