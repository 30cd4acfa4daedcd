package dev.oncegate.connect.policy;

import java.time.Duration;

/** What the executor does next about an effect. */
public sealed interface Step {
  /** Whether the effect is done with, as far as this executor is concerned. */
  default boolean isLast() {
    return !(this instanceof Retry);
  }

  /** Reports that it was done. */
  record Succeed() implements Step {}

  /** Reports that it will never be done. */
  record Fail() implements Step {}

  /** Reports that nothing happened, and that another attempt may have more luck. */
  record FailTransiently() implements Step {}

  /**
   * Calls the tool again.
   *
   * @param delay from now on
   */
  record Retry(Duration delay) implements Step {}

  /** Says nothing, because nobody knows: the action becomes OVERDUE. */
  record KeepSilent() implements Step {}

  /** Does not call, and says nothing: a second call could do harm. */
  record Withhold() implements Step {}
}
