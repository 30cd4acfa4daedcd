package dev.oncegate.connect.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.CallClass;
import dev.oncegate.schema.SideEffectClass;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RetryPolicyTest {
  private static final Duration PLENTY = Duration.ofMinutes(1);
  private static final RetryPolicy POLICY =
      new RetryPolicy(4, Duration.ofMillis(100), Duration.ofSeconds(1));

  @ParameterizedTest
  @CsvSource({
    "READ, false, SUCCESS, SUCCEED",
    "READ, false, REFUSED, FAIL",
    "READ, false, SERVER_ERROR, RETRY",
    "READ, false, TIMEOUT, RETRY",
    "WRITE, false, SUCCESS, SUCCEED",
    "WRITE, false, REFUSED, FAIL",
    "WRITE, false, THROTTLED, RETRY",
    "WRITE, false, SERVER_ERROR, RETRY",
    "WRITE, false, RESET, RETRY",
    "WRITE, false, TIMEOUT, RETRY",
    "WRITE, false, NO_CONNECTION, RETRY",
    "WRITE, false, NO_TOKEN, RETRY",
    "DESTRUCTIVE, false, SUCCESS, SUCCEED",
    "DESTRUCTIVE, false, REFUSED, FAIL",
    "DESTRUCTIVE, false, THROTTLED, FAIL_TRANSIENTLY",
    "DESTRUCTIVE, false, NO_CONNECTION, FAIL_TRANSIENTLY",
    "DESTRUCTIVE, false, SERVER_ERROR, SILENT",
    "DESTRUCTIVE, false, RESET, SILENT",
    "DESTRUCTIVE, false, TIMEOUT, SILENT",
    "DESTRUCTIVE, true, SERVER_ERROR, RETRY",
    "DESTRUCTIVE, true, TIMEOUT, RETRY",
  })
  void whatFollowsTheFirstCall(
      SideEffectClass effect, boolean idempotent, CallClass call, String expected) {
    assertThat(name(after(Situation.first(effect, idempotent, false), call))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "READ, false, SERVER_ERROR, FAIL_TRANSIENTLY",
    "READ, false, REFUSED, FAIL",
    // Nobody knows whether the first call did it, and the refusal may be because it did.
    "WRITE, false, REFUSED, SILENT",
    "WRITE, true, REFUSED, FAIL",
    "WRITE, true, SERVER_ERROR, SILENT",
    "WRITE, false, NO_CONNECTION, SILENT",
    "WRITE, false, IN_PROGRESS, SILENT",
    "WRITE, false, SUCCESS, SUCCEED",
    "DESTRUCTIVE, true, TIMEOUT, SILENT",
  })
  void whatFollowsTheLastCallWhenAnEarlierOneMayHaveActed(
      SideEffectClass effect, boolean idempotent, CallClass call, String expected) {
    assertThat(name(after(new Situation(effect, idempotent, 3, true), call))).isEqualTo(expected);
  }

  @Test
  void aWriteThatWasNeverReceivedFailsTransientlyWhenTheCallsAreUsedUp() {
    Situation third = new Situation(SideEffectClass.WRITE, false, 3, false);
    assertThat(after(third, CallClass.NO_CONNECTION)).isEqualTo(new Step.FailTransiently());
  }

  @Test
  void aPauseThatWouldEndAfterTheDeadlineIsNotBegun() {
    Situation first = Situation.first(SideEffectClass.WRITE, false, false);
    Duration asked = Duration.ofSeconds(5);
    assertThat(POLICY.after(first, CallClass.THROTTLED, asked, Duration.ofSeconds(5), 0))
        .isEqualTo(new Step.FailTransiently());
    assertThat(POLICY.after(first, CallClass.THROTTLED, asked, Duration.ofMillis(5_001), 0))
        .isEqualTo(new Step.Retry(asked));
  }

  @Test
  void theBoundOfThePauseDoublesUpToTheLongest() {
    RetryPolicy policy = new RetryPolicy(99, Duration.ofMillis(100), Duration.ofSeconds(1));
    double half = 0.5;
    assertThat(pause(policy, 0, half)).isEqualTo(Duration.ofMillis(50));
    assertThat(pause(policy, 1, half)).isEqualTo(Duration.ofMillis(100));
    assertThat(pause(policy, 3, half)).isEqualTo(Duration.ofMillis(400));
    assertThat(pause(policy, 4, half)).isEqualTo(Duration.ofMillis(500));
    assertThat(pause(policy, 80, half)).isEqualTo(Duration.ofMillis(500));
    assertThat(pause(policy, 3, 0)).isEqualTo(Duration.ZERO);
  }

  private static Duration pause(RetryPolicy policy, int calls, double chance) {
    Situation situation = new Situation(SideEffectClass.READ, false, calls, false);
    return ((Step.Retry) policy.after(situation, CallClass.RESET, null, PLENTY, chance)).delay();
  }

  @Test
  void aDestructiveCallThatAnotherMayHaveMadeIsWithheld() {
    Situation inherited = Situation.first(SideEffectClass.DESTRUCTIVE, false, true);
    assertThat(POLICY.insteadOfCalling(inherited, PLENTY)).isEqualTo(new Step.Withhold());
  }

  @ParameterizedTest
  @EnumSource(SideEffectClass.class)
  void whatNobodyCanHaveCalledIsCalled(SideEffectClass effect) {
    assertThat(POLICY.insteadOfCalling(Situation.first(effect, false, false), PLENTY)).isNull();
  }

  @Test
  void aWriteOrAToolThatHonoursTheKeyIsCalledEvenIfAnotherMayHaveCalledIt() {
    assertThat(POLICY.insteadOfCalling(Situation.first(SideEffectClass.WRITE, false, true), PLENTY))
        .isNull();
    assertThat(
            POLICY.insteadOfCalling(
                Situation.first(SideEffectClass.DESTRUCTIVE, true, true), PLENTY))
        .isNull();
  }

  @Test
  void afterTheDeadlineNoCallIsMade() {
    Situation untouched = Situation.first(SideEffectClass.WRITE, false, false);
    Situation inDoubt = Situation.first(SideEffectClass.WRITE, false, true);
    assertThat(POLICY.insteadOfCalling(untouched, Duration.ZERO))
        .isEqualTo(new Step.FailTransiently());
    assertThat(POLICY.insteadOfCalling(inDoubt, Duration.ZERO)).isEqualTo(new Step.KeepSilent());
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCESS, SUCCEED",
    "REFUSED, FAIL",
    "THROTTLED, FAIL_TRANSIENTLY",
    "TIMEOUT, SILENT",
    "SERVER_ERROR, SILENT"
  })
  void anAnswerAfterTheDeadlineCountsButNoCallFollowsIt(CallClass call, String expected) {
    Situation first = Situation.first(SideEffectClass.WRITE, true, false);
    Step step = POLICY.after(first, call, null, Duration.ofSeconds(-3), 0);
    assertThat(name(step)).isEqualTo(expected);
  }

  private static Step after(Situation situation, CallClass call) {
    return POLICY.after(situation, call, null, PLENTY, 0.5);
  }

  private static String name(@Nullable Step step) {
    if (step instanceof Step.Succeed) {
      return "SUCCEED";
    } else if (step instanceof Step.Fail) {
      return "FAIL";
    } else if (step instanceof Step.FailTransiently) {
      return "FAIL_TRANSIENTLY";
    } else if (step instanceof Step.Retry) {
      return "RETRY";
    }
    return step instanceof Step.KeepSilent ? "SILENT" : String.valueOf(step);
  }
}
