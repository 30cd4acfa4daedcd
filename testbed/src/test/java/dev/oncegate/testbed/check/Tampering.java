package dev.oncegate.testbed.check;

import static dev.oncegate.testbed.check.HonestGate.TOPICS;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import java.time.Instant;
import java.util.Objects;

/**
 * Every way in which histories are spoilt on purpose, with the invariant that must be blamed. Those
 * that break one thing only must not be blamed on another.
 */
enum Tampering {
  EFFECT_TWICE(Invariant.I1, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.repeatOne(ActionEffect.class, any -> true);
    }
  },
  EFFECT_LOST(Invariant.I1, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(ActionEffect.class, any -> true);
    }
  },
  EFFECT_OF_ANOTHER_TOOL(Invariant.I1, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionEffect.class, any -> true, effect -> effect.setTool(effect.getTool() + "!"));
    }
  },
  EFFECT_OF_ANOTHER_ATTEMPT(Invariant.I1, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionEffect.class, any -> true, effect -> effect.setAttempt(effect.getAttempt() + 1));
    }
  },
  EFFECT_OF_NO_COMMAND(Invariant.I1, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionEffect.class,
          any -> true,
          effect -> effect.getCommand().setOffset(effect.getCommand().getOffset() + 1_000_000));
    }
  },
  RETRY_WHILE_PENDING(Invariant.I1, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.letThrough(
          result -> result.getDecision() == Decision.IN_PROGRESS, Decision.RETRIED, 2);
    }
  },
  RETRY_AFTER_SUCCESS(Invariant.I1, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.letThrough(
          result -> result.getDecision() == Decision.REPLAYED, Decision.RETRIED, 2);
    }
  },
  WRITE_REPEATED_BECAUSE_OVERDUE(Invariant.I1, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      ActionResult read =
          history.oneOf(
              ActionResult.class,
              result ->
                  result.getDecision() == Decision.INDETERMINATE
                      && result.getEffectAttempt() != null);
      return read != null
          && history.alterOne(
              ActionEffect.class,
              effect -> effect.getCommand().equals(read.getCommand()),
              effect -> effect.setSideEffectClass(SideEffectClass.WRITE));
    }
  },
  DECISION_LOST(Invariant.I2, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(
          ActionResult.class, result -> result.getEvent() == ResultEvent.DECIDED);
    }
  },
  DECISION_TWICE(Invariant.I2, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.repeatOne(
          ActionResult.class, result -> result.getEvent() == ResultEvent.DECIDED);
    }
  },
  DECISION_ON_NO_COMMAND(Invariant.I2, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(ActionCommand.class, any -> true);
    }
  },
  DECISION_IN_THE_LOG_OF_ANOTHER_RUN(Invariant.I2, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionCommand.class, any -> true, command -> command.setRunId("another"));
    }
  },
  SEQ_SKIPPED(Invariant.I2, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class, any -> true, result -> result.setRunSeq(result.getRunSeq() + 1));
    }
  },
  SEQ_TWICE(Invariant.I2, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class,
          result -> result.getRunSeq() > 2,
          result -> result.setRunSeq(result.getRunSeq() - 1));
    }
  },
  RUN_BEGINS_ANEW_UNFORGOTTEN(Invariant.I2, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class, result -> result.getRunSeq() > 1, result -> result.setRunSeq(1L));
    }
  },
  KEY_FORGOTTEN_EARLY(Invariant.I3, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.letThrough(
          result ->
              result.getDecision() == Decision.REPLAYED
                  || result.getDecision() == Decision.IN_PROGRESS,
          Decision.ACCEPTED,
          1);
    }
  },
  TOO_OLD_YET_ACCEPTED(Invariant.I3, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.letThrough(
          result -> result.getDecision() == Decision.EXPIRED, Decision.ACCEPTED, 1);
    }
  },
  TAKEN_FOR_YOUNGER(Invariant.I3, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class,
          result -> result.getEvent() == ResultEvent.DECIDED,
          result -> result.setEventTime(result.getEventTime().plusSeconds(3600)));
    }
  },
  INTENT_FORMED_TOO_LONG_AGO(Invariant.I3, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      ActionEffect effect = history.oneOf(ActionEffect.class, any -> true);
      return effect != null
          && history.alterAt(
              effect.getCommand(),
              ActionCommand.class,
              command -> command.setIssuedAt(Instant.ofEpochMilli(0)));
    }
  },
  EFFECT_AFTER_THE_TRIP(Invariant.I4, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.letThrough(history::isStopped, Decision.ACCEPTED, 1);
    }
  },
  EFFECT_FOR_THE_CALL_THAT_TRIPS(Invariant.I4, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.letThrough(history::trips, Decision.ACCEPTED, 1);
    }
  },
  TRIP_COUNTS_ANOTHER_NUMBER(Invariant.I4, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          CircuitEvent.class,
          event ->
              event.getCause() == CircuitCause.TOTAL_CALLS
                  && history.isFirstOfItsRun(event)
                  && history.count(
                          ControlCommand.class, order -> order.getRunId().equals(event.getRunId()))
                      == 0,
          event -> event.setCount(event.getCount() + 1));
    }
  },
  CLOSED_ALTHOUGH_A_TRIAL_FAILED(Invariant.I4, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      CircuitEvent passed =
          history.oneOf(
              CircuitEvent.class, event -> event.getCause() == CircuitCause.TRIALS_PASSED);
      return passed != null
          && history.alterAll(
              ActionResult.class,
              result ->
                  result.getRunId().equals(passed.getRunId())
                      && result.getStoredOutcome() != null
                      && result.getEvent() == ResultEvent.SETTLED
                      && result.getRunSeq() == passed.getAfterRunSeq(),
              result ->
                  Objects.requireNonNull(result.getStoredOutcome())
                      .setStatus(OutcomeStatus.FAILED));
    }
  },
  A_TRIAL_TOO_MANY(Invariant.I4, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      boolean someClosed =
          history.count(CircuitEvent.class, event -> event.getCause() == CircuitCause.TRIALS_PASSED)
              > 0;
      return someClosed && history.letThrough(history::isRefusedHalfOpen, Decision.ACCEPTED, 1);
    }
  },
  COUNT_OFF_BY_ONE(Invariant.I5, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          RunCallCounts.class, any -> true, counts -> offByOne(counts.getTotal()));
    }
  },
  WINDOW_OFF_BY_ONE(Invariant.I5, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          RunCallCounts.class,
          counts -> !counts.getWindows().isEmpty() && counts.getRunSeq() > 0,
          counts -> offByOne(counts.getWindows().get(0).getAdded()));
    }
  },
  COUNTS_LOST(Invariant.I5, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(
          RunCallCounts.class,
          counts -> !counts.getWindows().isEmpty() && history.isFollowedByMore(counts));
    }
  },
  COUNTS_AHEAD_OF_THE_LOG(Invariant.I5, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          RunCallCounts.class, any -> true, counts -> counts.setRunSeq(counts.getRunSeq() + 500));
    }
  },
  REPLAY_ALTERED_BY_A_BYTE(Invariant.I6, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class,
          result -> result.getDecision() == Decision.REPLAYED,
          result -> {
            StoredOutcome stored = Objects.requireNonNull(result.getStoredOutcome());
            stored.setResult(stored.getResult() + " ");
          });
    }
  },
  REPLAY_WITH_ANOTHER_TIME(Invariant.I6, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class,
          result -> result.getDecision() == Decision.REPLAYED,
          result ->
              Objects.requireNonNull(result.getStoredOutcome())
                  .setCompletedAt(Instant.ofEpochMilli(1)));
    }
  },
  REPLAY_WITHOUT_ITS_OUTCOME(Invariant.I6, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class,
          result -> result.getDecision() == Decision.REPLAYED,
          result -> result.setStoredOutcome(null));
    }
  },
  REPLAY_OF_WHAT_IS_PENDING(Invariant.I6, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class,
          result -> result.getDecision() == Decision.IN_PROGRESS,
          result -> {
            result.setDecision(Decision.REPLAYED);
            result.setReplayed(true);
            result.setStoredOutcome(
                StoredOutcome.newBuilder()
                    .setStatus(OutcomeStatus.SUCCEEDED)
                    .setAttempt(1)
                    .setResult("done")
                    .build());
          });
    }
  },
  COMMAND_WITHOUT_AN_ANSWER(Invariant.I7, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return DECISION_LOST.spoil(history);
    }
  },
  DEAD_LETTER_OF_A_COMMAND_LOST(Invariant.I7, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseDeadLetter(of -> of.topic().equals(TOPICS.commands()));
    }
  },
  DEAD_LETTER_OF_AN_OUTCOME_LOST(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseDeadLetter(history::isOutcomeOfNoEffect);
    }
  },
  DEAD_LETTER_TWICE(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.repeatOne(TOPICS.deadLetters());
    }
  },
  OUTCOME_NOT_TOLD(Invariant.I7, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(
          ActionResult.class,
          result ->
              result.getEvent() == ResultEvent.SETTLED
                  && Objects.requireNonNull(result.getStoredOutcome()).getStatus()
                      != OutcomeStatus.FAILED_TRANSIENT
                  && history.hasOneLife(result)
                  && history.isToldOnce(result));
    }
  },
  OUTCOME_TOLD_TWICE(Invariant.I7, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.repeatOne(
          ActionResult.class,
          result ->
              result.getEvent() == ResultEvent.SETTLED
                  && history.hasOneLife(result)
                  && history.isToldOnce(result));
    }
  },
  OUTCOME_TOLD_OTHERWISE(Invariant.I7, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.alterOne(
          ActionResult.class,
          result -> result.getEvent() == ResultEvent.SETTLED,
          result -> {
            StoredOutcome stored = Objects.requireNonNull(result.getStoredOutcome());
            stored.setResult(stored.getResult() + "!");
          });
    }
  },
  OUTCOME_INVENTED(Invariant.I7, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(
          ActionOutcome.class, outcome -> history.isSaidOnce(outcome) && history.isTold(outcome));
    }
  },
  CONFLICT_LOST(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(
          ConflictEvent.class, conflict -> conflict.getKind() == ConflictKind.PAYLOAD);
    }
  },
  CONTRADICTION_LOST(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(
          ConflictEvent.class,
          conflict ->
              conflict.getKind() == ConflictKind.OUTCOME
                  && history.isAgainstAllThatIsTold(conflict));
    }
  },
  CONTRADICTION_INVENTED(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.accuseOne(outcome -> history.isTold(outcome) && history.isToldAlone(outcome));
    }
  },
  ESCALATION_LOST(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(Escalation.class, any -> true);
    }
  },
  ESCALATION_TWICE(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.repeatOne(Escalation.class, any -> true);
    }
  },
  RELEASE_NOT_OBEYED(Invariant.I7, false) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.loseOne(
          ActionResult.class,
          result -> result.getEvent() == ResultEvent.RELEASED && history.hasOneLife(result));
    }
  },
  RESULT_OF_BYTES_THAT_CANNOT_BE_READ(Invariant.I7, true) {
    @Override
    boolean spoil(TamperedHistory history) {
      return history.addUnreadable(TOPICS.results());
    }
  };

  private final Invariant blamed;
  private final boolean alone;

  Tampering(Invariant blamed, boolean alone) {
    this.blamed = blamed;
    this.alone = alone;
  }

  /** Spoils the history in one place; false: it has none for that. */
  abstract boolean spoil(TamperedHistory history);

  /** The invariant that must be found violated. */
  Invariant blamed() {
    return blamed;
  }

  /** Whether no other may be. */
  boolean isAlone() {
    return alone;
  }

  private static void offByOne(CallCounts counts) {
    counts.setDuplicates(counts.getDuplicates() + 1);
  }
}
