package dev.oncegate.testbed.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ResultListenerTest {
  private final ResultListener listener = new ResultListener();

  private Sent sentAt(int partition, long offset) {
    return new Sent(
        listener.decisionOf(partition, offset), listener::settlementOf, Duration.ofMillis(50));
  }

  @Test
  void anAnswerThatIsEarlierThanItsQuestionIsNotLost() throws InterruptedException {
    listener.accept(AResult.decided(Decision.IN_PROGRESS).at(2, 7).build());
    assertThat(sentAt(2, 7).decision()).isEqualTo(Decision.IN_PROGRESS);
  }

  @Test
  void aDecisionAnswersTheCommandThatLiesThereAndNoOther() {
    listener.accept(AResult.decided(Decision.ACCEPTED).at(2, 7).build());
    assertThatThrownBy(() -> sentAt(7, 2).decision())
        .isInstanceOf(NoAnswerException.class)
        .hasMessageContaining("no decision within");
  }

  @Test
  void theOutcomeOfWhatWasLetThroughIsItsSettlement() throws InterruptedException {
    ActionResult accepted =
        AResult.decided(Decision.ACCEPTED).at(0, 1).withKey("a").effect(2).build();
    listener.accept(accepted);
    listener.accept(AResult.settled("a", 1, OutcomeStatus.FAILED_TRANSIENT, null).build());
    listener.accept(AResult.settled("a", 2, OutcomeStatus.SUCCEEDED, "done").build());

    assertThat(sentAt(0, 1).outcome().getResult()).isEqualTo("done");
  }

  @Test
  void theOutcomeOfAReplayIsTheStoredOne() throws InterruptedException {
    listener.accept(AResult.replayed("a", "first").at(0, 1).build());
    assertThat(sentAt(0, 1).outcome().getResult()).isEqualTo("first");
  }

  @Test
  void whatWasNotLetThroughHasNoOutcomeAndNobodyWaitsForOne() throws InterruptedException {
    listener.accept(AResult.decided(Decision.CONFLICT).at(0, 1).build());
    assertThat(sentAt(0, 1).outcome().getStatus()).isEqualTo(OutcomeStatus.UNKNOWN);
  }

  @Test
  void anOverdueAttemptIsNotSettled() {
    ActionResult overdue = AResult.settled("a", 1, OutcomeStatus.UNKNOWN, null).build();
    overdue.setEvent(ResultEvent.OVERDUE);
    listener.accept(overdue);
    assertThat(listener.settlementOf(new Attempt("run", "a", 1))).isNotDone();
  }
}
