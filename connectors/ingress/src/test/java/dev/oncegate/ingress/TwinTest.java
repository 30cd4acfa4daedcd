package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import org.junit.jupiter.api.Test;

/** One test for each row of the decision table, and for each way an attempt can end. */
class TwinTest {
  private static Twin of(Decision decision) {
    return Twin.of(AResult.decided(decision));
  }

  private static ActionResult after(ActionResult result, long retryAfterMs) {
    result.setRetryAfterMs(retryAfterMs);
    return result;
  }

  @Test
  void invalidIs400() {
    assertThat(of(Decision.INVALID)).isEqualTo(new Twin(400, ProblemType.INVALID_ACTION, null));
  }

  @Test
  void expiredIs410() {
    assertThat(of(Decision.EXPIRED)).isEqualTo(new Twin(410, ProblemType.EXPIRED, null));
  }

  @Test
  void circuitOpenIs429AndNobodyIsToldToRetry() {
    assertThat(Twin.of(after(AResult.decided(Decision.CIRCUIT_OPEN), 5_000)))
        .isEqualTo(new Twin(429, ProblemType.CIRCUIT_OPEN, null));
  }

  @Test
  void conflictIs422() {
    assertThat(of(Decision.CONFLICT)).isEqualTo(new Twin(422, ProblemType.KEY_REUSED, null));
  }

  @Test
  void aReplayOfASuccessIs200AsTheFirstWas() {
    assertThat(Twin.of(AResult.replayed(OutcomeStatus.SUCCEEDED)))
        .isEqualTo(new Twin(200, null, null))
        .isEqualTo(Twin.of(AResult.settled(OutcomeStatus.SUCCEEDED)));
  }

  @Test
  void aReplayOfAFailureIs424AsTheFirstWasAndNobodyIsToldToRetry() {
    assertThat(Twin.of(AResult.replayed(OutcomeStatus.FAILED)))
        .isEqualTo(new Twin(424, ProblemType.ACTION_FAILED, null))
        .isEqualTo(Twin.of(AResult.settled(OutcomeStatus.FAILED)));
  }

  @Test
  void inProgressIs409AfterWholeSecondsRoundedUp() {
    assertThat(Twin.of(after(AResult.decided(Decision.IN_PROGRESS), 1_001)))
        .isEqualTo(new Twin(409, ProblemType.IN_PROGRESS, 2L));
    assertThat(Twin.of(after(AResult.decided(Decision.IN_PROGRESS), 2_000)).retryAfterS())
        .isEqualTo(2);
    assertThat(Twin.of(after(AResult.decided(Decision.IN_PROGRESS), 0)).retryAfterS()).isEqualTo(1);
  }

  @Test
  void indeterminateIs409AndNobodyIsToldToRetry() {
    assertThat(Twin.of(after(AResult.decided(Decision.INDETERMINATE), 5_000)))
        .isEqualTo(new Twin(409, ProblemType.INDETERMINATE, null));
    assertThat(Twin.of(AResult.event(ResultEvent.OVERDUE, 0)))
        .isEqualTo(new Twin(409, ProblemType.INDETERMINATE, null));
  }

  @Test
  void retriedAndAcceptedAre202AndPending() {
    assertThat(of(Decision.RETRIED)).isEqualTo(new Twin(202, null, null));
    assertThat(of(Decision.ACCEPTED)).isEqualTo(new Twin(202, null, null));
    assertThat(Twin.isPending(AResult.decided(Decision.RETRIED))).isTrue();
    assertThat(Twin.isPending(AResult.decided(Decision.ACCEPTED))).isTrue();
    assertThat(Twin.isPending(AResult.decided(Decision.IN_PROGRESS))).isFalse();
  }

  @Test
  void confirmationRequiredIs428() {
    assertThat(of(Decision.CONFIRMATION_REQUIRED))
        .isEqualTo(new Twin(428, ProblemType.CONFIRMATION_REQUIRED, null));
  }

  @Test
  void anAttemptThatFailedForNowOrWasReleasedIs503ForTheNextIsLetThrough() {
    assertThat(Twin.of(AResult.settled(OutcomeStatus.FAILED_TRANSIENT)))
        .isEqualTo(new Twin(503, ProblemType.ATTEMPT_FAILED, 1L));
    assertThat(Twin.of(AResult.event(ResultEvent.RELEASED, 0)))
        .isEqualTo(new Twin(503, ProblemType.ATTEMPT_RELEASED, 1L));
  }

  @Test
  void whatANewerGateSaysIsNoSuccess() {
    Twin unknown = new Twin(502, ProblemType.NOT_UNDERSTOOD, null);
    assertThat(of(Decision.UNKNOWN)).isEqualTo(unknown);
    assertThat(Twin.of(AResult.event(ResultEvent.UNKNOWN, 0))).isEqualTo(unknown);
    assertThat(Twin.of(AResult.event(ResultEvent.DECIDED, 0))).isEqualTo(unknown);
    assertThat(Twin.of(AResult.settled(OutcomeStatus.UNKNOWN))).isEqualTo(unknown);
    assertThat(Twin.of(AResult.event(ResultEvent.SETTLED, 0))).isEqualTo(unknown);
  }

  @Test
  void noTwinHasAnotherStatusThanItsProblem() {
    for (Decision decision : Decision.values()) {
      Twin twin = Twin.of(AResult.decided(decision));
      if (twin.problem() != null) {
        assertThat(twin.status()).as("%s", decision).isEqualTo(twin.problem().status());
      }
    }
  }
}
