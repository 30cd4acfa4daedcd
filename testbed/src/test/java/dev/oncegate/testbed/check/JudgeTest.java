package dev.oncegate.testbed.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private final HonestGate gate = new HonestGate();

  /** One history in which everything happens that a gate can do. */
  @BeforeEach
  void history() {
    gate.doEverythingOnce();
  }

  private Report spoilt(List<Seen> records) {
    return Histories.judged(records);
  }

  private Seen decision(Decision decision) {
    return Histories.first(
        gate.records(), ActionResult.class, result -> result.getDecision() == decision);
  }

  private Seen event(ResultEvent event) {
    return Histories.first(
        gate.records(), ActionResult.class, result -> result.getEvent() == event);
  }

  private static boolean is(ActionResult result, Decision decision) {
    return result.getDecision() == decision;
  }

  private static boolean isOf(ActionResult result, String run, long seq) {
    return result.getRunId().equals(run) && result.getRunSeq() == seq;
  }

  private static void assertViolated(Report report, Invariant invariant, String words) {
    assertThat(report.holds()).isFalse();
    assertThat(report.counterExamples().getOrDefault(invariant.name(), List.of()))
        .anySatisfy(example -> assertThat(example).contains(words));
  }

  @Test
  void anHonestHistoryHoldsAndEveryInvariantWasLookedAt() {
    Report report = Histories.judged(gate.records());
    assertThat(report.counterExamples()).isEmpty();
    assertThat(report.holds()).isTrue();
    assertThat(report.verdicts().values())
        .allSatisfy(verdict -> assertThat(verdict.checked()).isPositive());
    assertThat(report.verdicts()).containsOnlyKeys(Invariant.values());
  }

  // I1

  @Test
  void I1_anEffectTwice() {
    Seen effect = Histories.first(gate.records(), ActionEffect.class, any -> true);
    assertViolated(
        spoilt(Histories.twice(gate.records(), effect)), Invariant.I1, "is one too many");
  }

  @Test
  void I1_anEffectLost() {
    Seen effect = Histories.first(gate.records(), ActionEffect.class, any -> true);
    assertViolated(
        spoilt(Histories.without(gate.records(), effect)), Invariant.I1, "has no effect");
  }

  @Test
  void I1_anEffectForAnotherTool() {
    List<Seen> records =
        Histories.altered(
            gate.records(), ActionEffect.class, any -> true, effect -> effect.setTool("other"));
    assertViolated(spoilt(records), Invariant.I1, "has no");
  }

  @Test
  void I1_aFurtherAttemptAfterASuccess() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> is(result, Decision.REPLAYED),
            result -> {
              result.setDecision(Decision.RETRIED);
              result.setEffectAttempt(2);
            });
    assertViolated(spoilt(records), Invariant.I1, "while the one before is FINAL");
  }

  @Test
  void I1_aFurtherAttemptWhoseTransientFailureWasNeverTold() {
    Seen settled =
        Histories.first(
            gate.records(),
            ActionResult.class,
            result ->
                result.getEvent() == ResultEvent.SETTLED
                    && result.getIdempotencyKey().equals("flaky"));
    assertViolated(
        spoilt(Histories.without(gate.records(), settled)),
        Invariant.I1,
        "while the one before is PENDING");
  }

  @Test
  void I1_anAttemptLeftOut() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> is(result, Decision.RETRIED),
            result -> result.setEffectAttempt(3));
    assertViolated(spoilt(records), Invariant.I1, "is for attempt 3; the last one was 1");
  }

  @Test
  void I1_anIndeterminateWriteLetThroughAgain() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionEffect.class,
            effect -> effect.getIdempotencyKey().equals("seen") && effect.getAttempt() == 2,
            effect -> effect.setSideEffectClass(SideEffectClass.WRITE));
    assertViolated(spoilt(records), Invariant.I1, "a READ only");
  }

  // I2

  @Test
  void I2_aCommandWithoutADecision() {
    Report report = spoilt(Histories.without(gate.records(), decision(Decision.REPLAYED)));
    assertViolated(report, Invariant.I2, "has neither a decision nor a dead letter");
    assertViolated(report, Invariant.I7, "has neither a decision nor a dead letter");
    assertViolated(report, Invariant.I2, "has run_seq");
  }

  @Test
  void I2_aDecisionWithoutACommand() {
    Seen command = Histories.first(gate.records(), ActionCommand.class, any -> true);
    Report report = spoilt(Histories.without(gate.records(), command));
    assertViolated(report, Invariant.I2, "which is not there");
    assertViolated(report, Invariant.I7, "which is not there");
  }

  @Test
  void I2_aDecisionTwice() {
    assertViolated(
        spoilt(Histories.twice(gate.records(), decision(Decision.REPLAYED))),
        Invariant.I2,
        "has another decision");
  }

  @Test
  void I2_aDecisionInTheLogOfAnotherRun() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionCommand.class,
            any -> true,
            command -> command.setRunId("another"));
    assertViolated(spoilt(records), Invariant.I2, "is in the log of another run");
  }

  @Test
  void I2_aRunSeqLeftOut() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> isOf(result, "r", 5),
            result -> result.setRunSeq(6L));
    assertViolated(spoilt(records), Invariant.I2, "has run_seq 6, after 4");
  }

  @Test
  void I2_aRunThatBeginsAnewWithoutHavingBeenForgotten() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            RunCallCounts.class,
            RunCallCounts::getFinal$,
            counts -> counts.setFinal$(false));
    assertViolated(spoilt(records), Invariant.I2, "no final counts");
  }

  // I3

  @Test
  void I3_aCommandTooOldIsAccepted() {
    HonestGate other = new HonestGate();
    other.send("r", "k", "t");
    List<Seen> records =
        Histories.altered(
            other.records(),
            ActionResult.class,
            any -> true,
            result ->
                result.setEventTime(result.getDecidedAt().minusMillis(HonestGate.WINDOW_MS + 1)));
    assertViolated(spoilt(records), Invariant.I3, "too old to be remembered");
  }

  @Test
  void I3_aCommandTooOldIsAcceptedAsIfItWereYoung() {
    HonestGate other = new HonestGate();
    other.send("r", "k", "t");
    Seen command = other.records().get(0);
    List<Seen> records = new ArrayList<>(other.records());
    long old = command.timestampMs() - HonestGate.WINDOW_MS - 10;
    records.set(
        0, new Seen(command.at(), old, command.headers(), command.key(), command.content()));
    Report report = spoilt(records);
    assertViolated(report, Invariant.I3, "was judged as if it were of");
    assertViolated(report, Invariant.I3, "but was let through");
  }

  @Test
  void I3_anIntentFormedTooLongAgoIsAccepted() {
    HonestGate other = new HonestGate();
    other.send("r", "k", "t");
    List<Seen> records =
        Histories.altered(
            other.records(),
            ActionCommand.class,
            any -> true,
            command ->
                command.setIssuedAt(
                    Instant.ofEpochMilli(other.nowMs() - HonestGate.WINDOW_MS - 1)));
    assertViolated(spoilt(records), Invariant.I3, "but was let through");
  }

  @Test
  void I3_aKeyIsAcceptedTwiceWithinItsMemory() {
    HonestGate other = new HonestGate();
    other.send("r", "k", "t");
    other.pass(HonestGate.WINDOW_MS + 1);
    other.send("r", "k", "t");
    assertThat(spoilt(other.records()).holds()).isTrue();
    List<Seen> records =
        Histories.altered(
            other.records(),
            ActionResult.class,
            any -> true,
            result -> result.setValidUntil(Instant.ofEpochMilli(other.nowMs())));
    Report report = spoilt(records);
    assertViolated(report, Invariant.I3, "although its key is remembered");
    assertViolated(report, Invariant.I1, "had already");
  }

  // I4

  @Test
  void I4_anEffectAfterTheTrip() {
    List<Seen> records =
        Histories.altered(
            gate.records(), CircuitEvent.class, any -> true, event -> event.setAfterRunSeq(5L));
    assertViolated(
        spoilt(records),
        Invariant.I4,
        "run_seq 6 has an effect, but the circuit is OPEN after run_seq 5");
  }

  @Test
  void I4_anEffectForTheVeryCallThatTrips() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            CircuitEvent.class,
            any -> true,
            event -> event.setAfterRunSeq((long) HonestGate.MAX_CALLS));
    assertViolated(
        spoilt(records), Invariant.I4, "run_seq %d has an effect".formatted(HonestGate.MAX_CALLS));
  }

  @Test
  void I4_anEffectAfterTheTripBecauseNothingClosedTheCircuit() {
    Seen closed =
        Histories.first(
            gate.records(),
            CircuitEvent.class,
            event -> event.getState() == dev.oncegate.schema.CircuitState.CLOSED);
    assertViolated(
        spoilt(Histories.without(gate.records(), closed)),
        Invariant.I4,
        "run_seq %d has an effect".formatted(HonestGate.MAX_CALLS + 2));
  }

  @Test
  void I4_aTripThatDoesNotComeWithTheCallAfterTheCap() {
    HonestGate other = new HonestGate();
    for (int i = 0; i <= HonestGate.MAX_CALLS; i++) {
      other.send("r", "k" + i, "t");
    }
    assertThat(spoilt(other.records()).holds()).isTrue();
    List<Seen> records =
        Histories.altered(
            other.records(),
            CircuitEvent.class,
            any -> true,
            event -> event.setCount(event.getCount() - 1));
    assertViolated(spoilt(records), Invariant.I4, "counts 12 calls; the log has 13");
  }

  // I5

  @Test
  void I5_aCountOffByOne() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            RunCallCounts.class,
            any -> true,
            counts -> counts.getTotal().setDuplicates(counts.getTotal().getDuplicates() + 1));
    assertViolated(spoilt(records), Invariant.I5, "up to run_seq");
  }

  @Test
  void I5_aWindowThatTellsLessThanTheTotal() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            RunCallCounts.class,
            any -> true,
            counts -> counts.getWindows().get(0).getAdded().setCalls(1));
    assertViolated(spoilt(records), Invariant.I5, "add up to");
  }

  @Test
  void I5_aCallInTheWrongWindow() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> isOf(result, "r", 1),
            result -> result.setEventTime(result.getEventTime().minusSeconds(120)));
    assertViolated(spoilt(records), Invariant.I5, "no window was published");
  }

  @Test
  void I5_countsThatWereNotPublished() {
    Seen counts = Histories.first(gate.records(), RunCallCounts.class, any -> true);
    assertViolated(spoilt(Histories.without(gate.records(), counts)), Invariant.I5, "add up to");
  }

  @Test
  void I5_countsOfCommandsThatWereNeverSent() {
    Seen command =
        Histories.first(
            gate.records(), ActionCommand.class, sent -> sent.getRunId().equals("loop"));
    assertViolated(
        spoilt(Histories.without(gate.records(), command)),
        Invariant.I5,
        "tell 14 calls, but 13 commands of the run were sent");
  }

  @Test
  void I5_countsAheadOfTheLog() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            RunCallCounts.class,
            counts -> counts.getRunId().equals("loop"),
            counts -> counts.setRunSeq(99L));
    assertViolated(spoilt(records), Invariant.I5, "as of run_seq 99");
  }

  // I6

  @Test
  void I6_aStoredResultAlteredByOneByte() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> is(result, Decision.REPLAYED),
            result -> result.getStoredOutcome().setResult("receipu"));
    assertViolated(spoilt(records), Invariant.I6, "differs from the SETTLED result");
  }

  @Test
  void I6_aReplayOfWhatWasNeverSettled() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> is(result, Decision.REPLAYED),
            result -> result.setIdempotencyKey("k"));
    assertViolated(spoilt(records), Invariant.I6, "no final outcome");
  }

  @Test
  void I6_aReplayWithoutItsOutcome() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> is(result, Decision.REPLAYED),
            result -> result.setStoredOutcome(null));
    assertViolated(spoilt(records), Invariant.I6, "carries no stored outcome");
  }

  // I7

  @Test
  void I7_bytesThatCannotBeReadAndHaveNoDeadLetter() {
    Seen letter =
        gate.records().stream()
            .filter(record -> record.at().topic().equals(HonestGate.TOPICS.deadLetters()))
            .findFirst()
            .orElseThrow();
    assertViolated(
        spoilt(Histories.without(gate.records(), letter)),
        Invariant.I7,
        "has neither a decision nor a dead letter");
    assertViolated(
        spoilt(Histories.twice(gate.records(), letter)), Invariant.I7, "has another dead letter");
  }

  @Test
  void I7_aDeadLetterOfWhatIsNotThere() {
    Seen garbage =
        gate.records().stream()
            .filter(record -> record.content() instanceof Seen.Unreadable)
            .findFirst()
            .orElseThrow();
    assertViolated(
        spoilt(Histories.without(gate.records(), garbage)),
        Invariant.I7,
        "a dead letter names command");
  }

  @Test
  void I7_aDeadLetterThatDoesNotSayWhereItLay() {
    List<Seen> records = new ArrayList<>(gate.records());
    records.add(
        new Seen(
            new Place(HonestGate.TOPICS.deadLetters(), 0, 999),
            0,
            new RecordHeaders(),
            null,
            new Seen.Unreadable("?")));
    assertViolated(spoilt(records), Invariant.I7, "does not say where it lay");
  }

  @Test
  void I7_aCommandThatCanBeReadIsADeadLetter() {
    List<Seen> records = new ArrayList<>(gate.records());
    int garbage = indexOfGarbage(records);
    Seen seen = records.get(garbage);
    ActionCommand command = ActionCommand.newBuilder().setRunId("r").setTool("t").build();
    records.set(
        garbage,
        new Seen(
            seen.at(), seen.timestampMs(), seen.headers(), seen.key(), new Seen.Readable(command)));
    assertViolated(
        spoilt(records), Invariant.I7, "can be read and names its run, yet is a dead letter");
  }

  private static int indexOfGarbage(List<Seen> records) {
    for (int i = 0; i < records.size(); i++) {
      if (records.get(i).content() instanceof Seen.Unreadable) {
        return i;
      }
    }
    throw new IllegalStateException("none");
  }

  @Test
  void I7_anOutcomeWithoutItsSettledResult() {
    Seen settled = event(ResultEvent.SETTLED);
    assertViolated(
        spoilt(Histories.without(gate.records(), settled)),
        Invariant.I7,
        "has no SETTLED result, conflict or dead letter");
  }

  @Test
  void I7_anOutcomeSettledTwice() {
    Seen settled =
        Histories.first(
            gate.records(),
            ActionResult.class,
            result ->
                result.getEvent() == ResultEvent.SETTLED
                    && result.getIdempotencyKey().equals("paid"));
    assertViolated(
        spoilt(Histories.twice(gate.records(), settled)), Invariant.I7, "while attempt 1 is FINAL");
  }

  @Test
  void I7_aSettledResultThatNobodyReported() {
    Seen outcome =
        Histories.first(
            gate.records(), ActionOutcome.class, reported -> reported.getAttempt() == 2);
    assertViolated(
        spoilt(Histories.without(gate.records(), outcome)), Invariant.I7, "that nobody reported");
    Seen order =
        Histories.first(
            gate.records(), ControlCommand.class, control -> control.getOutcome() != null);
    assertViolated(
        spoilt(Histories.without(gate.records(), order)), Invariant.I7, "that nobody reported");
  }

  @Test
  void I7_aSettledResultAltered() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> result.getEvent() == ResultEvent.SETTLED,
            result -> result.getStoredOutcome().setResult("receipt."));
    assertViolated(spoilt(records), Invariant.I7, "that nobody reported");
  }

  @Test
  void I7_aContradictionWithoutItsConflict() {
    for (Seen conflict :
        gate.records().stream().filter(seen -> seen.as(ConflictEvent.class) != null).toList()) {
      assertThat(
              spoilt(Histories.without(gate.records(), conflict))
                  .verdicts()
                  .get(Invariant.I7)
                  .violations())
          .as("without %s", conflict)
          .isPositive();
    }
  }

  @Test
  void I7_anOverdueEffectWithoutItsEscalation() {
    Seen escalation =
        Histories.first(gate.records(), dev.oncegate.schema.Escalation.class, any -> true);
    assertViolated(
        spoilt(Histories.without(gate.records(), escalation)), Invariant.I7, "has no escalation");
  }

  @Test
  void I7_aReleaseThatWasNotObeyed() {
    assertViolated(
        spoilt(Histories.without(gate.records(), event(ResultEvent.RELEASED))),
        Invariant.I7,
        "has neither its result nor a dead letter");
  }

  @Test
  void I7_aSettledResultThatNamesAnotherCommand() {
    List<Seen> records =
        Histories.altered(
            gate.records(),
            ActionResult.class,
            result -> result.getEvent() == ResultEvent.SETTLED,
            result -> result.getCommand().setOffset(result.getCommand().getOffset() + 2));
    assertViolated(spoilt(records), Invariant.I7, "but the one let through is");
  }

  @Test
  void I7_aResultThatCannotBeRead() {
    List<Seen> records = new ArrayList<>(gate.records());
    records.add(
        new Seen(
            new Place(HonestGate.TOPICS.results(), 0, 999),
            0,
            new RecordHeaders(),
            null,
            new Seen.Unreadable("?")));
    assertViolated(spoilt(records), Invariant.I7, "ActionResult is expected");
  }

  @Test
  void aRunOfWhichOnlyControlsSpokeBetweenItsLivesIsHonest() {
    HonestGate other = new HonestGate();
    other.stop("r");
    other.forget("r");
    other.send("r", "k", "t");
    other.forget("r");
    other.stop("r");
    other.forget("r");
    other.send("r", "l", "t");
    other.forget("r");
    other.stop("r");
    assertThat(spoilt(other.records()).counterExamples()).isEmpty();
    other.send("r", "m", "t");
    List<Seen> records =
        Histories.altered(
            other.records(),
            ActionResult.class,
            result -> is(result, Decision.CIRCUIT_OPEN),
            result -> {
              result.setDecision(Decision.ACCEPTED);
              result.setEffectAttempt(1);
              result.setValidUntil(result.getDecidedAt().plusSeconds(1));
            });
    assertViolated(
        spoilt(records), Invariant.I4, "run_seq 1 has an effect, but the circuit is FORCED_OPEN");
  }

  // What is not judged

  @Test
  void whereTombstonesNameNoRunTheCircuitsOfForgottenRunsAreNotJudged() {
    HonestGate other = new HonestGate();
    other.stop("r");
    other.forget("r");
    other.send("r", "k", "t");
    other.forget("r");
    List<Seen> nameless =
        other.records().stream()
            .map(
                seen ->
                    new Seen(seen.at(), seen.timestampMs(), seen.headers(), null, seen.content()))
            .toList();
    assertThat(spoilt(nameless).counterExamples()).isEmpty();
  }

  @Test
  void whatWasSentAfterTheCheckBeganIsNotJudged() {
    Spans spans = new Spans();
    Map<String, Long> ends = new HashMap<>();
    gate.records()
        .forEach(
            seen ->
                ends.merge(
                    seen.at().topic() + "/" + seen.at().partition(),
                    seen.at().offset() + 1,
                    Math::max));
    for (String topic : List.of(HonestGate.TOPICS.commands(), HonestGate.TOPICS.outcomes())) {
      for (int partition = 0; partition < 2; partition++) {
        spans.judge(topic, partition, 0, ends.getOrDefault(topic + "/" + partition, 0L));
      }
    }
    gate.send("r", "new", "t");
    gate.send("r", "newer", "t");
    gate.publish("r");
    gate.report("r", "new", 1, OutcomeStatus.SUCCEEDED, "done");
    Seen last =
        Histories.first(
            gate.records(), ActionCommand.class, c -> "newer".equals(c.getIdempotencyKey()));
    Judge judge = Histories.judge(spans);
    Histories.without(gate.records(), last).forEach(judge::see);
    assertThat(judge.complete()).isTrue();
    assertThat(judge.judge(true).counterExamples()).isEmpty();
  }

  @Test
  void countsAndCircuitsThatAreAheadOfTheResultsAreNotJudgedWhileTrafficGoesOn() {
    List<Seen> cut = new ArrayList<>(gate.records());
    cut.removeIf(
        seen ->
            seen.as(ActionResult.class) != null
                && seen.as(ActionResult.class).getRunId().equals("loop")
                && seen.as(ActionResult.class).getRunSeq() > HonestGate.MAX_CALLS);
    assertThat(judgedWhileTrafficGoesOn(cut).counterExamples()).doesNotContainKeys("I4", "I5");
    Report atRest = spoilt(cut);
    assertViolated(
        atRest, Invariant.I5, "but the log ends with %d".formatted(HonestGate.MAX_CALLS));
  }

  private static Report judgedWhileTrafficGoesOn(List<Seen> records) {
    try (Judge judge = Histories.judge(new Spans())) {
      records.forEach(judge::see);
      return judge.judge(false);
    }
  }

  @Test
  void whatWasSentSinceTheCheckBeganHasItsOtherHalfOnlyOnceTrafficRests() {
    Spans spans = new Spans();
    for (int partition = 0; partition < 2; partition++) {
      spans.judge(HonestGate.TOPICS.commands(), partition, 0, 0);
    }
    Seen effect = Histories.first(gate.records(), ActionEffect.class, any -> true);
    for (boolean isQuiet : new boolean[] {false, true}) {
      try (Judge judge = Histories.judge(spans)) {
        Histories.without(gate.records(), effect).forEach(judge::see);
        Report report = judge.judge(isQuiet);
        assertThat(report.verdicts().get(Invariant.I1).violations()).isEqualTo(isQuiet ? 1 : 0);
      }
    }
  }

  @Test
  void aHistoryIsCompleteOnlyOnceAllHaveTheirAnswers() {
    for (Seen missing :
        List.of(
            decision(Decision.REPLAYED),
            Histories.first(gate.records(), ActionEffect.class, any -> true),
            Histories.first(
                gate.records(),
                ActionResult.class,
                result ->
                    result.getEvent() == ResultEvent.SETTLED
                        && result.getIdempotencyKey().equals("paid")))) {
      Judge judge = Histories.judge(new Spans());
      Histories.without(gate.records(), missing).forEach(judge::see);
      assertThat(judge.complete()).as("without %s", missing).isFalse();
      judge.see(missing);
      assertThat(judge.complete()).as("with %s", missing).isTrue();
    }
  }

  @Test
  void onlyTheFirstCounterExamplesAreToldButAllAreCounted() {
    List<Seen> noEffects =
        gate.records().stream().filter(seen -> seen.as(ActionEffect.class) == null).toList();
    Report.Verdict verdict = spoilt(noEffects).verdicts().get(Invariant.I1);
    assertThat(verdict.violations()).isGreaterThan(15);
    assertThat(verdict.counterExamples()).hasSize(5);
  }
}
