package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.ingress.ActionState.Phase;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LatestStatesTest {
  private final LatestStates states = new LatestStates(1_048_576);

  private @Nullable Phase after(ActionResult result) {
    states.accept(result);
    ActionState state = states.find(AResult.RUN, AResult.KEY);
    return state == null ? null : state.phase();
  }

  @Test
  void anActionGoesFromPendingToItsEnd() {
    assertThat(after(AResult.decided(Decision.ACCEPTED))).isEqualTo(Phase.PENDING);
    assertThat(after(AResult.settled(OutcomeStatus.FAILED_TRANSIENT)))
        .isEqualTo(Phase.FAILED_TRANSIENT);
    assertThat(after(AResult.decided(Decision.RETRIED))).isEqualTo(Phase.PENDING);
    assertThat(after(AResult.event(ResultEvent.OVERDUE, 0))).isEqualTo(Phase.INDETERMINATE);
    assertThat(after(AResult.event(ResultEvent.RELEASED, 0))).isEqualTo(Phase.RELEASED);
    assertThat(after(AResult.settled(OutcomeStatus.SUCCEEDED))).isEqualTo(Phase.SUCCEEDED);
    assertThat(after(AResult.settled(OutcomeStatus.FAILED))).isEqualTo(Phase.FAILED);
  }

  @Test
  void aReplayTellsTheStateToAnInstanceThatDidNotKnowIt() {
    assertThat(after(AResult.replayed(OutcomeStatus.SUCCEEDED))).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void aRefusedCommandChangesNothing() {
    for (Decision refusal :
        new Decision[] {
          Decision.CONFLICT, Decision.INVALID, Decision.EXPIRED, Decision.CIRCUIT_OPEN
        }) {
      assertThat(states.find(AResult.RUN, AResult.KEY)).isNull();
      states.accept(AResult.decided(refusal));
    }
    assertThat(after(AResult.settled(OutcomeStatus.SUCCEEDED))).isEqualTo(Phase.SUCCEEDED);
    assertThat(after(AResult.decided(Decision.CONFLICT))).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void anIndeterminateReadThatIsLetThroughAgainIsPending() {
    ActionResult again = AResult.decided(Decision.INDETERMINATE);
    assertThat(after(again)).isEqualTo(Phase.INDETERMINATE);
    again.setEffectAttempt(2);
    assertThat(after(again)).isEqualTo(Phase.PENDING);
  }

  @Test
  void aResultWithoutAKeyIsOfNoAction() {
    ActionResult result = AResult.decided(Decision.ACCEPTED);
    result.setIdempotencyKey(null);
    states.accept(result);
    assertThat(states.find(AResult.RUN, AResult.KEY)).isNull();
  }

  @Test
  void thoseNotTouchedForLongestAreForgottenWhenLargeResultsFillTheMemory() {
    for (int i = 0; i < 40; i++) {
      ActionResult large = AResult.settled(OutcomeStatus.SUCCEEDED);
      large.setIdempotencyKey("key-" + i);
      large.getStoredOutcome().setResult("x".repeat(32_768));
      states.accept(large);
      states.find(AResult.RUN, "key-0");
    }
    assertThat(states.find(AResult.RUN, "key-0")).isNotNull();
    assertThat(states.find(AResult.RUN, "key-39")).isNotNull();
    assertThat(states.find(AResult.RUN, "key-1")).isNull();
    long kept =
        IntStream.range(0, 40).filter(i -> states.find(AResult.RUN, "key-" + i) != null).count();
    assertThat(kept * 2 * 32_768).isLessThanOrEqualTo(1_048_576);
  }
}
