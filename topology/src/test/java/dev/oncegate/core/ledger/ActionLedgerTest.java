package dev.oncegate.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.ActionEntry.Status;
import dev.oncegate.core.ledger.Decision.Refusal;
import dev.oncegate.core.ledger.Settlement.Reason;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ActionLedgerTest {
  private static final long NOW = 1_000_000;
  private static final long DEADLINE = 60_000;

  private final ActionLedger ledger = new ActionLedger(900_000, tool -> 3);
  private long offset;

  @Test
  void aFirstSightIsAcceptedAsAttemptOne() {
    Decision decision = decide(null, AnIntent.write());
    assertThat(decision).isInstanceOf(Decision.Accepted.class);
    ActionEntry entry = decision.effect();
    assertThat(entry).isNotNull();
    assertThat(entry.attempt()).isEqualTo(1);
    assertThat(entry.status()).isEqualTo(Status.PENDING);
    assertThat(entry.deadlineMs()).isEqualTo(NOW + DEADLINE);
  }

  @Test
  void aDuplicateDuringProgressWaitsAndEmitsNoEffect() {
    ActionEntry entry = accepted(AnIntent.write());
    Decision decision = decide(entry, AnIntent.write());
    assertThat(decision).isEqualTo(new Decision.InProgress(entry, 1_000));
    assertThat(decision.effect()).isNull();
  }

  @Test
  void aDuplicateJustBeforeTheDeadlineIsToldToWaitUntilThen() {
    ActionEntry entry = accepted(AnIntent.write());
    Decision decision = ledger.decide(entry, AnIntent.write(), at(), 2, NOW + DEADLINE - 7, "t");
    assertThat(decision).isEqualTo(new Decision.InProgress(entry, 7));
  }

  @Test
  void anotherPayloadUnderAKnownKeyIsAConflictWhateverTheStateOfTheFirst() {
    ActionEntry pending = accepted(AnIntent.write());
    ActionEntry settled = settled(pending, outcome(Outcome.Status.SUCCEEDED, 1, "ok"));
    Intent other = AnIntent.write("{\"n\":2}");
    assertThat(decide(pending, other)).isEqualTo(new Decision.Conflicting(pending));
    assertThat(decide(settled, other)).isEqualTo(new Decision.Conflicting(settled));
    assertThat(decide(ledger.overdue(pending), other)).isInstanceOf(Decision.Conflicting.class);
  }

  @Test
  void aFinalOutcomeIsReplayedAsItWasStored() {
    for (Outcome.Status status :
        new Outcome.Status[] {Outcome.Status.SUCCEEDED, Outcome.Status.FAILED}) {
      Outcome outcome = outcome(status, 1, "answer");
      ActionEntry entry = settled(accepted(AnIntent.write()), outcome);
      assertThat(decide(entry, AnIntent.write())).isEqualTo(new Decision.Replayed(entry, outcome));
    }
  }

  @Test
  void afterATransientFailureTheNextCommandIsLetThroughAgain() {
    ActionEntry entry =
        settled(accepted(AnIntent.write()), outcome(Outcome.Status.FAILED_TRANSIENT, 1, null));
    assertThat(entry.status()).isEqualTo(Status.TRANSIENT);
    Decision decision = decide(entry, AnIntent.write());
    assertThat(decision).isInstanceOf(Decision.Retried.class);
    assertThat(decision.effect()).isNotNull().extracting(ActionEntry::attempt).isEqualTo(2);
  }

  @Test
  void theLastAllowedTransientFailureIsFinal() {
    ActionEntry entry = accepted(AnIntent.write());
    for (int attempt = 1; attempt <= 2; attempt++) {
      entry = settled(entry, outcome(Outcome.Status.FAILED_TRANSIENT, attempt, null));
      entry = decide(entry, AnIntent.write()).effect();
      assertThat(entry).isNotNull();
    }
    entry = settled(entry, outcome(Outcome.Status.FAILED_TRANSIENT, 3, null));
    assertThat(entry.status()).isEqualTo(Status.FAILED);
    assertThat(entry.outcome())
        .isNotNull()
        .extracting(Outcome::errorCode)
        .isEqualTo(Outcome.ATTEMPTS_EXHAUSTED);
    assertThat(decide(entry, AnIntent.write())).isInstanceOf(Decision.Replayed.class);
  }

  @Test
  void theSameTransientFailureToldTwiceAtTheEndChangesNothing() {
    ActionEntry entry = accepted(AnIntent.write());
    ActionLedger once = new ActionLedger(1, tool -> 1);
    Outcome outcome = outcome(Outcome.Status.FAILED_TRANSIENT, 1, null);
    Settlement.Settled settled = (Settlement.Settled) once.settle(entry, outcome);
    assertThat(once.settle(settled.after(), outcome)).isEqualTo(new Settlement.Repeated());
  }

  @Test
  void afterTheDeadlineAWriteIsIndeterminateAndNeverExecutedByItself() {
    ActionEntry pending = accepted(AnIntent.write());
    assertThat(pending.isPastDeadline(NOW + DEADLINE)).isFalse();
    assertThat(pending.isPastDeadline(NOW + DEADLINE + 1)).isTrue();
    ActionEntry overdue = ledger.overdue(pending);
    assertThat(decide(overdue, AnIntent.write()))
        .isEqualTo(new Decision.Indeterminate(overdue, null));
  }

  @Test
  void afterTheDeadlineAReadIsLetThroughAgain() {
    ActionEntry overdue = ledger.overdue(accepted(AnIntent.read()));
    Decision decision = decide(overdue, AnIntent.read());
    assertThat(decision).isInstanceOf(Decision.Indeterminate.class);
    assertThat(decision.effect()).isNotNull().extracting(ActionEntry::attempt).isEqualTo(2);
  }

  @Test
  void aLateOutcomeStillSettlesTheAction() {
    ActionEntry overdue = ledger.overdue(accepted(AnIntent.write()));
    assertThat(settled(overdue, outcome(Outcome.Status.SUCCEEDED, 1, "late")).status())
        .isEqualTo(Status.SUCCEEDED);
  }

  @Test
  void aLateOutcomeOfAnAttemptThatWasGivenUpSettlesTheActionToo() {
    ActionEntry again = decide(ledger.overdue(accepted(AnIntent.read())), AnIntent.read()).effect();
    ActionEntry settled = settled(again, outcome(Outcome.Status.SUCCEEDED, 1, "late"));
    assertThat(settled.status()).isEqualTo(Status.SUCCEEDED);
    assertThat(ledger.settle(settled, outcome(Outcome.Status.SUCCEEDED, 2, "late")))
        .isEqualTo(new Settlement.Repeated());
    assertThat(ledger.settle(settled, outcome(Outcome.Status.SUCCEEDED, 2, "other")))
        .isInstanceOf(Settlement.Contradicting.class);
  }

  @Test
  void aLateSuccessOfAnAttemptThatWasGivenUpSettlesTheActionThoughTheNextOneFailedTransiently() {
    ActionEntry overdue = ledger.overdue(accepted(AnIntent.write()));
    ActionEntry released = ((Settlement.Released) ledger.release(overdue, 1)).after();
    ActionEntry second = decide(released, AnIntent.write()).effect();
    ActionEntry failed = settled(second, outcome(Outcome.Status.FAILED_TRANSIENT, 2, null));
    Outcome late = outcome(Outcome.Status.SUCCEEDED, 1, "it did happen");
    ActionEntry settled = settled(failed, late);
    assertThat(decide(settled, AnIntent.write())).isEqualTo(new Decision.Replayed(settled, late));
  }

  @Test
  void aSuccessAfterATransientFailureOfTheSameAttemptIsAContradiction() {
    ActionEntry entry =
        settled(accepted(AnIntent.write()), outcome(Outcome.Status.FAILED_TRANSIENT, 1, null));
    assertThat(ledger.settle(entry, outcome(Outcome.Status.SUCCEEDED, 1, "ok")))
        .isInstanceOf(Settlement.Contradicting.class);
    ActionEntry again = decide(entry, AnIntent.write()).effect();
    Outcome late = outcome(Outcome.Status.SUCCEEDED, 1, "ok");
    assertThat(ledger.settle(again, late))
        .as("of the attempt that is pending now, nothing is stored")
        .isEqualTo(new Settlement.Contradicting(again, "", ActionLedger.hash(late)));
  }

  @Test
  void aContradictionShowsTheHashesOfWhatIsStoredAndOfWhatWasReported() {
    Outcome first = outcome(Outcome.Status.SUCCEEDED, 1, "ok");
    Outcome second = outcome(Outcome.Status.SUCCEEDED, 1, "no");
    ActionEntry entry = settled(accepted(AnIntent.write()), first);
    assertThat(ledger.settle(entry, second))
        .isEqualTo(
            new Settlement.Contradicting(
                entry, ActionLedger.hash(first), ActionLedger.hash(second)));
  }

  @Test
  void movingCharactersBetweenResultAndContentTypeIsAContradiction() {
    Outcome first = new Outcome(Outcome.Status.SUCCEEDED, 1, "ab", "c", null, null, null, null);
    Outcome moved = new Outcome(Outcome.Status.SUCCEEDED, 1, "a", "bc", null, null, null, null);
    Outcome nothing = new Outcome(Outcome.Status.SUCCEEDED, 1, "ab", "c", "", null, null, null);
    ActionEntry entry = settled(accepted(AnIntent.write()), first);
    assertThat(ledger.settle(entry, moved)).isInstanceOf(Settlement.Contradicting.class);
    assertThat(ledger.settle(entry, nothing)).isInstanceOf(Settlement.Contradicting.class);
  }

  @Test
  void aSecondIdenticalOutcomeChangesNothingAndAnotherContradicts() {
    ActionEntry entry =
        settled(accepted(AnIntent.write()), outcome(Outcome.Status.SUCCEEDED, 1, "ok"));
    Outcome later = new Outcome(Outcome.Status.SUCCEEDED, 1, "ok", null, null, null, null, NOW + 5);
    assertThat(ledger.settle(entry, later))
        .as("when it was completed is not compared")
        .isEqualTo(new Settlement.Repeated());
    assertThat(ledger.settle(entry, outcome(Outcome.Status.FAILED, 1, "ok")))
        .isInstanceOf(Settlement.Contradicting.class);
    assertThat(ledger.settle(entry, outcome(Outcome.Status.SUCCEEDED, 1, "no")))
        .isInstanceOf(Settlement.Contradicting.class);
  }

  @Test
  void anOutcomeOfWhatWasNeverLetThroughIsRefused() {
    assertThat(ledger.settle(null, outcome(Outcome.Status.SUCCEEDED, 1, "x")))
        .isEqualTo(new Settlement.Refused(Reason.UNKNOWN_ACTION));
    ActionEntry entry = accepted(AnIntent.write());
    assertThat(ledger.settle(entry, outcome(Outcome.Status.SUCCEEDED, 2, "x")))
        .isEqualTo(new Settlement.Refused(Reason.UNKNOWN_ATTEMPT));
    assertThat(ledger.settle(unconfirmed(), outcome(Outcome.Status.SUCCEEDED, 1, "x")))
        .isEqualTo(new Settlement.Refused(Reason.UNKNOWN_ACTION));
  }

  @Test
  void aDestructiveActionNeedsItsTokenWhichIsGoodOnceForThisPayloadOnly() {
    Decision.ConfirmationRequired asked =
        (Decision.ConfirmationRequired)
            ledger.decide(null, AnIntent.destructive(false, null), at(), 1, NOW, "secret");
    assertThat(asked.refusal()).isEqualTo(Refusal.NOT_COMMITTED);
    assertThat(asked.token()).isEqualTo(new ActionEntry.Token("secret", NOW + 900_000));
    ActionEntry entry = asked.after();
    assertThat(refusal(entry, AnIntent.destructive(true, null))).isEqualTo(Refusal.TOKEN_MISSING);
    assertThat(refusal(entry, AnIntent.destructive(true, "guess")))
        .isEqualTo(Refusal.TOKEN_MISMATCH);
    Decision confirmed = decide(entry, AnIntent.destructive(true, "secret"));
    assertThat(confirmed).isInstanceOf(Decision.Accepted.class);
    assertThat(decide(confirmed.effect(), AnIntent.destructive(true, "secret")))
        .isInstanceOf(Decision.InProgress.class);
  }

  @Test
  void askingAgainGivesTheSameTokenUntilItExpires() {
    ActionEntry entry = unconfirmed();
    Decision.ConfirmationRequired same =
        (Decision.ConfirmationRequired) decide(entry, AnIntent.destructive(false, null));
    assertThat(same.changed()).isFalse();
    assertThat(same.token().value()).isEqualTo("secret");
    Decision.ConfirmationRequired expired =
        (Decision.ConfirmationRequired)
            ledger.decide(
                entry, AnIntent.destructive(true, "secret"), at(), 2, NOW + 900_001, "fresh");
    assertThat(expired.refusal()).isEqualTo(Refusal.TOKEN_EXPIRED);
    assertThat(expired.changed()).isTrue();
    assertThat(expired.token().value()).isEqualTo("fresh");
  }

  @Test
  void aTokenDoesNotConfirmAnotherPayload() {
    assertThat(decide(unconfirmed(), AnIntent.destructive("{\"n\":2}", true, "secret")))
        .isInstanceOf(Decision.Conflicting.class);
  }

  @Test
  void aReleaseLetsTheNextCommandThroughAndOnlyForTheLastAttempt() {
    ActionEntry overdue = ledger.overdue(accepted(AnIntent.write()));
    assertThat(ledger.release(overdue, 2)).isEqualTo(new Settlement.Refused(Reason.STALE_ATTEMPT));
    ActionEntry released = ((Settlement.Released) ledger.release(overdue, 1)).after();
    assertThat(ledger.release(released, 1)).isEqualTo(new Settlement.Repeated());
    Decision decision = decide(released, AnIntent.write());
    assertThat(decision).isInstanceOf(Decision.Retried.class);
    ActionEntry second = decision.effect();
    assertThat(second).isNotNull().extracting(ActionEntry::attempt).isEqualTo(2);
    assertThat(ledger.release(second, 1))
        .as("a stale one")
        .isEqualTo(new Settlement.Refused(Reason.STALE_ATTEMPT));
    assertThat(ledger.release(second, 2))
        .as("not overdue")
        .isEqualTo(new Settlement.Refused(Reason.NOT_APPLICABLE));
  }

  @Test
  void aControlSettlesWhatIsOpenAndNothingThatIsFinal() {
    Outcome word = outcome(Outcome.Status.SUCCEEDED, 1, "seen in the ledger of the bank");
    ActionEntry overdue = ledger.overdue(accepted(AnIntent.write()));
    Settlement.Settled settled = (Settlement.Settled) ledger.settleByControl(overdue, word);
    assertThat(settled.after().status()).isEqualTo(Status.SUCCEEDED);
    assertThat(ledger.settleByControl(settled.after(), word)).isEqualTo(new Settlement.Repeated());
    assertThat(ledger.settleByControl(settled.after(), outcome(Outcome.Status.FAILED, 1, "no")))
        .isEqualTo(new Settlement.Refused(Reason.NOT_APPLICABLE));
    assertThat(ledger.settleByControl(overdue, outcome(Outcome.Status.FAILED, 2, "no")))
        .isEqualTo(new Settlement.Refused(Reason.STALE_ATTEMPT));
    assertThat(ledger.settleByControl(null, word))
        .isEqualTo(new Settlement.Refused(Reason.UNKNOWN_ACTION));
  }

  private Decision decide(@Nullable ActionEntry entry, Intent intent) {
    return ledger.decide(entry, intent, at(), 1, NOW, "secret");
  }

  private Refusal refusal(ActionEntry entry, Intent intent) {
    return ((Decision.ConfirmationRequired) decide(entry, intent)).refusal();
  }

  private ActionEntry accepted(Intent intent) {
    ActionEntry entry = decide(null, intent).effect();
    assertThat(entry).isNotNull();
    return entry;
  }

  private ActionEntry unconfirmed() {
    return ((Decision.ConfirmationRequired) decide(null, AnIntent.destructive(false, null)))
        .after();
  }

  private ActionEntry settled(@Nullable ActionEntry entry, Outcome outcome) {
    return ((Settlement.Settled) ledger.settle(entry, outcome)).after();
  }

  private Coordinates at() {
    return new Coordinates("agent.commands", 0, offset++);
  }

  private static Outcome outcome(Outcome.Status status, int attempt, @Nullable String result) {
    return new Outcome(status, attempt, result, null, null, null, null, null);
  }
}
