package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.DEDUP_WINDOW;
import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.SideEffectClass;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I3: a forgotten key cannot fire twice, whatever clocks and timestamps do. */
class MemoryOverTimeTest {
  /** The buckets of the memory begin at midnight UTC. */
  private static final Instant MIDNIGHT = Instant.parse("2026-11-25T00:00:00Z");

  private static final GuardLimits OFF =
      new GuardLimits(-1, -1, 10_000, -1, -1, -1, -1, 0, 3, 64, 10);

  @TempDir Path folder;
  private final TestClock clock = new TestClock(START);
  private GateDriver gate = GateDriver.with().clock(clock).limits(OFF).open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void aDuplicateIsKnownInTheLastMillisecondOfTheWindowAndANewActionAfterIt() {
    Instant validUntil = gate.send(read()).result().getValidUntil();
    assertThat(validUntil).isEqualTo(START.plus(DEDUP_WINDOW));
    clock.move(DEDUP_WINDOW);

    assertThat(decisionOf(gate.send(aCommand().setIdempotencyKey("other"))))
        .isEqualTo(Decision.ACCEPTED);
    assertThat(decisionOf(gate.send(read(), validUntil))).isEqualTo(Decision.INDETERMINATE);
    clock.move(DEDUP_WINDOW);
    assertThat(decisionOf(gate.send(read(), validUntil.minusMillis(1))))
        .isEqualTo(Decision.EXPIRED);
  }

  @Test
  void aKeyIsFreeAgainOnlyForACommandOfALaterTimeThanItsValidity() {
    ActionResult first = gate.send(aCommand()).result();
    clock.move(DEDUP_WINDOW.plusMillis(1));

    assertThat(decisionOf(gate.send(aCommand(), first.getValidUntil())))
        .isEqualTo(Decision.INDETERMINATE);
    assertThat(decisionOf(gate.send(aCommand(), first.getValidUntil().plusMillis(1))))
        .isEqualTo(Decision.ACCEPTED);
    assertThat(decisionOf(gate.send(aCommand(), first.getValidUntil())))
        .isEqualTo(Decision.IN_PROGRESS);
  }

  @Test
  void twoCopiesOnBothSidesOfABucketsEdgeAreOneAction() {
    clock.move(Duration.between(START, MIDNIGHT).minusMillis(1));
    assertThat(decisionOf(gate.send(aCommand()))).isEqualTo(Decision.ACCEPTED);
    clock.move(Duration.ofMillis(1));

    assertThat(decisionOf(gate.send(aCommand()))).isEqualTo(Decision.IN_PROGRESS);
    assertThat(decisionOf(gate.send(aCommand(), MIDNIGHT.minusMillis(2))))
        .isEqualTo(Decision.IN_PROGRESS);
  }

  @Test
  void aCommandThatComesLateIsComparedWithWhatCameBefore() {
    gate.send(aCommand());

    assertThat(decisionOf(gate.send(aCommand(), START.minus(DEDUP_WINDOW))))
        .isEqualTo(Decision.IN_PROGRESS);
    assertThat(decisionOf(gate.send(aCommand(), START.minus(DEDUP_WINDOW).minusMillis(1))))
        .isEqualTo(Decision.EXPIRED);
    assertThat(decisionOf(gate.send(aCommand(), Instant.EPOCH))).isEqualTo(Decision.EXPIRED);
  }

  @Test
  void aTimestampTenYearsAheadMovesNothingAndEmptiesNoStore() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.succeed(effect, "done");

    Told ahead =
        gate.send(aCommand().setIdempotencyKey("ahead"), START.plus(Duration.ofDays(3_650)));

    assertThat(ahead.result().getEventTime()).isEqualTo(START);
    assertThat(ahead.result().getDecision()).isEqualTo(Decision.ACCEPTED);
    assertThat(decisionOf(gate.send(aCommand()))).isEqualTo(Decision.REPLAYED);
    assertThat(decisionOf(gate.send(aCommand().setIdempotencyKey("new"))))
        .isEqualTo(Decision.ACCEPTED);
    assertThat(gate.send(aCommand().setIdempotencyKey("new")).result().getDecidedAt())
        .isEqualTo(START);
  }

  @Test
  void anIssuedAtAheadOfTheAllowedSkewIsInvalid() {
    assertThat(gate.send(aCommand().setIssuedAt(START.plusMillis(300_001))).result().getField())
        .isEqualTo("issued_at");
    assertThat(decisionOf(gate.send(aCommand().setIssuedAt(START.plusMillis(300_000)))))
        .isEqualTo(Decision.ACCEPTED);
  }

  @Test
  void aClockThatGoesBackForgetsNothingAndNeverGoesBehindThePartition() {
    clock.move(Duration.between(START, MIDNIGHT).plusHours(1));
    gate.send(aCommand());
    clock.move(Duration.ofHours(-5));

    ActionResult duplicate = gate.send(aCommand()).result();

    assertThat(duplicate.getDecision()).isEqualTo(Decision.IN_PROGRESS);
    assertThat(duplicate.getDecidedAt()).isAfterOrEqualTo(MIDNIGHT);
  }

  @Test
  void anInstanceWhoseClockIsDaysBehindItsPredecessorsStillWritesWhereTheStoreKeeps() {
    clock.move(Duration.ofDays(9));
    // The record's own time is prompt: the partition's time stays, only the state has seen the
    // clock.
    gate.send(aCommand(), START.plus(Duration.ofDays(9)).minus(DEDUP_WINDOW));
    restart(Duration.ofDays(-8).minusHours(12));

    Told first = gate.send(aCommand().setIdempotencyKey("b"));
    Told second = gate.send(aCommand().setIdempotencyKey("b"));

    assertThat(List.of(decisionOf(first), decisionOf(second)))
        .as("never accepted twice, and never forgotten without a word")
        .isIn(
            List.of(Decision.EXPIRED, Decision.EXPIRED),
            List.of(Decision.ACCEPTED, Decision.IN_PROGRESS));
    assertThat(decisionOf(gate.send(aCommand()))).isNotEqualTo(Decision.ACCEPTED);
  }

  @Test
  void aRetryInALaterBucketIsSettledThereAndReplayedFromThere() {
    clock.move(Duration.between(START, MIDNIGHT).minusMinutes(10));
    ActionEffect first = gate.send(aCommand().setDeadlineMs(3_600_000L)).effect();
    gate.report(GateDriver.anOutcome(first, OutcomeStatus.FAILED_TRANSIENT));
    clock.move(Duration.ofMinutes(20));
    ActionEffect second = gate.send(aCommand()).effect();
    gate.succeed(second, "at last");
    clock.move(DEDUP_WINDOW.minusMinutes(5));

    Told duplicate = gate.send(aCommand());

    assertThat(second.getAttempt()).isEqualTo(2);
    assertThat(duplicate.effects()).isEmpty();
    assertThat(duplicate.result().getDecision()).isEqualTo(Decision.REPLAYED);
    assertThat(duplicate.result().getStoredOutcome().getResult()).isEqualTo("at last");
  }

  @Test
  void anOutcomeThatIsReportedInTheNextBucketSettlesTheActionWhereItLies() {
    clock.move(Duration.between(START, MIDNIGHT).minusMinutes(10));
    ActionEffect effect = gate.send(aCommand()).effect();
    clock.move(DEDUP_WINDOW);
    gate.send(aCommand().setIdempotencyKey("other"));

    gate.succeed(effect, "late");

    assertThat(decisionOf(gate.send(aCommand()))).isEqualTo(Decision.REPLAYED);
  }

  @Test
  void anOutcomeWithATimestampInSecondsSettlesAllTheSame() {
    ActionEffect effect = gate.send(aCommand()).effect();
    byte[] outcome =
        Wire.write(GateDriver.anOutcome(effect, OutcomeStatus.SUCCEEDED).setResult("done").build());

    gate.pipe(
        GateDriver.TOPICS.outcomes(),
        outcome,
        Instant.ofEpochMilli(START.getEpochSecond()),
        new RecordHeaders());

    assertThat(decisionOf(gate.send(aCommand()))).isEqualTo(Decision.REPLAYED);
  }

  @Test
  void anOutcomeThatWaitedThroughALongOutageStillSettles() {
    ActionEffect effect = gate.send(aCommand()).effect();
    byte[] outcome =
        Wire.write(GateDriver.anOutcome(effect, OutcomeStatus.SUCCEEDED).setResult("done").build());
    Instant reported = clock.instant();
    restart(DEDUP_WINDOW.multipliedBy(5));

    Told told = gate.pipe(GateDriver.TOPICS.outcomes(), outcome, reported, new RecordHeaders());

    assertThat(told.deadLetters()).isEmpty();
    assertThat(told.results()).extracting(ActionResult::getEvent).endsWith(ResultEvent.SETTLED);
  }

  private void restart(Duration clockMove) {
    Path state = folder.resolve("state");
    gate.stopAndKeepState(state);
    clock.move(clockMove);
    gate = GateDriver.with().clock(clock).limits(OFF).stateDir(state).open();
  }

  private static ActionCommand.Builder read() {
    return aCommand().setSideEffectClass(SideEffectClass.READ);
  }

  private static Decision decisionOf(Told told) {
    return told.results().get(told.results().size() - 1).getDecision();
  }
}
