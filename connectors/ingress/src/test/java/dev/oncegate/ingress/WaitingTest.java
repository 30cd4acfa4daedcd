package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import org.junit.jupiter.api.Test;

class WaitingTest {
  private static final ActionResult ACCEPTED = AResult.decided(Decision.ACCEPTED, 5);
  private static final ActionResult SETTLED = AResult.settled(OutcomeStatus.SUCCEEDED);

  private final Waiting waiting = new Waiting();

  @Test
  void aDecisionComesByThePlaceOfItsCommandAndItsOutcomeByTheAttempt() {
    Waiting.Ticket ticket = waiting.open(AResult.RUN);
    waiting.written(ticket, new Place(0, 5));
    waiting.accept(AResult.decided(Decision.CONFLICT, 4));
    assertThat(ticket.decision()).isNotDone();
    waiting.accept(ACCEPTED);
    assertThat(ticket.decision()).isCompletedWithValue(ACCEPTED);
    assertThat(ticket.outcome()).isNotDone();
    waiting.accept(SETTLED);
    assertThat(ticket.outcome()).isCompletedWithValue(SETTLED);
  }

  @Test
  void anAnswerThatOvertakesTheAcknowledgementIsNotMissed() {
    Waiting.Ticket ticket = waiting.open(AResult.RUN);
    waiting.accept(ACCEPTED);
    waiting.accept(SETTLED);
    waiting.written(ticket, new Place(0, 5));
    assertThat(ticket.decision()).isCompletedWithValue(ACCEPTED);
    assertThat(ticket.outcome()).isCompletedWithValue(SETTLED);
  }

  @Test
  void twoCommandsOfARunOnTheirWayGetTheirOwnAnswers() {
    Waiting.Ticket first = waiting.open(AResult.RUN);
    Waiting.Ticket second = waiting.open(AResult.RUN);
    ActionResult inProgress = AResult.decided(Decision.IN_PROGRESS, 6);
    waiting.accept(ACCEPTED);
    waiting.accept(inProgress);
    waiting.written(second, new Place(0, 6));
    waiting.written(first, new Place(0, 5));
    assertThat(first.decision()).isCompletedWithValue(ACCEPTED);
    assertThat(second.decision()).isCompletedWithValue(inProgress);
    assertThat(second.outcome()).isNotDone();
  }

  @Test
  void anOverdueOrReleasedAttemptIsAnOutcomeToo() {
    for (ResultEvent event : new ResultEvent[] {ResultEvent.OVERDUE, ResultEvent.RELEASED}) {
      Waiting.Ticket ticket = waiting.open(AResult.RUN);
      waiting.written(ticket, new Place(0, 5));
      waiting.accept(ACCEPTED);
      ActionResult end = AResult.event(event, 5);
      end.setEffectAttempt(1);
      waiting.accept(end);
      assertThat(ticket.outcome()).isCompletedWithValue(end);
      waiting.close(ticket);
    }
  }

  @Test
  void nothingIsKeptOfThoseWhoDoNotWaitAnyMore() {
    Waiting.Ticket early = waiting.open(AResult.RUN);
    waiting.close(early);
    waiting.written(early, new Place(0, 5));
    Waiting.Ticket undecided = waiting.open(AResult.RUN);
    waiting.written(undecided, new Place(0, 6));
    waiting.close(undecided);
    Waiting.Ticket unsettled = waiting.open(AResult.RUN);
    waiting.written(unsettled, new Place(0, 7));
    waiting.accept(AResult.decided(Decision.ACCEPTED, 7));
    waiting.close(unsettled);
    waiting.close(unsettled);
    waiting.accept(SETTLED);
    assertThat(waiting.size()).isZero();
    assertThat(early.decision()).isNotDone();
  }

  @Test
  void whatIsKeptOfARunMeanwhileIsBoundedAndTheLatest() {
    Waiting.Ticket ticket = waiting.open(AResult.RUN);
    for (int offset = 0; offset <= Waiting.EARLY_MAX; offset++) {
      waiting.accept(AResult.decided(Decision.IN_PROGRESS, offset));
    }
    Waiting.Ticket lost = waiting.open(AResult.RUN);
    waiting.written(lost, new Place(0, 0));
    waiting.written(ticket, new Place(0, Waiting.EARLY_MAX));
    assertThat(lost.decision()).isNotDone();
    assertThat(ticket.decision()).isDone();
  }
}
