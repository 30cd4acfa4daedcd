package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TICK;
import static dev.oncegate.gate.GateDriver.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.EscalationKind;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.SideEffectClass;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens at an effect's deadline when no outcome has come. */
class DeadlinesTest {
  private static final Duration DEADLINE = Duration.ofMillis(GateDriver.DEADLINE_MS);

  @TempDir Path folder;
  private final TestClock clock = new TestClock(START);
  private int restarts;
  private GateDriver gate = GateDriver.with().clock(clock).open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void overdueIsToldExactlyOnceAndAHumanIsCalled() {
    gate.send(aCommand().setCorrelationId("c-1"));

    Told atDeadline = gate.wait(DEADLINE);
    Told after = gate.wait(Duration.ofMillis(1));
    Told later = withoutCounts(gate.wait(Duration.ofMinutes(10)));

    assertThat(atDeadline.results()).isEmpty();
    assertThat(withoutCounts(after))
        .isEqualTo(
            Told.only(
                ActionResult.newBuilder()
                    .setScope("run")
                    .setRunId("run")
                    .setRunSeq(2)
                    .setEvent(ResultEvent.OVERDUE)
                    .setReason("DEADLINE_PASSED")
                    .setMessage(
                        "Attempt 1 has no outcome by its deadline: it may or may not have happened.")
                    .setIdempotencyKey("k")
                    .setTool("book")
                    .setEffectAttempt(1)
                    .setCommand(new RecordCoordinates("agent.commands", 0, 0L))
                    .setFirstSeenAt(START)
                    .setValidUntil(START.plus(GateDriver.DEDUP_WINDOW))
                    .setEventTime(START.plus(DEADLINE))
                    .setDecidedAt(START.plus(DEADLINE).plusMillis(1))
                    .build(),
                new Escalation(
                    EscalationKind.OVERDUE,
                    "run",
                    "run",
                    "k",
                    1,
                    "book",
                    SideEffectClass.WRITE,
                    "No outcome by the deadline: find out whether it happened, then send a control: SETTLE with what "
                        + "happened, or RELEASE to try once more.",
                    START.plus(DEADLINE),
                    new RecordCoordinates("agent.commands", 0, 0L),
                    START.plus(DEADLINE).plusMillis(1))));
    assertThat(later).isEqualTo(Told.NOTHING);
  }

  @Test
  void aDuplicateThatComesBeforeTheTimerNoticesTheDeadlineAndTheTimerThenSaysNothing() {
    gate.send(aCommand());
    gate.moveClockOnly(DEADLINE.plusMillis(1));

    Told duplicate = gate.send(aCommand());
    Told tick = withoutCounts(gate.wait(TICK));

    assertThat(duplicate.results())
        .extracting(ActionResult::getEvent)
        .containsExactly(ResultEvent.OVERDUE, ResultEvent.DECIDED);
    assertThat(duplicate.results()).extracting(ActionResult::getRunSeq).containsExactly(2L, 3L);
    assertThat(duplicate.results().get(1).getDecision()).isEqualTo(Decision.INDETERMINATE);
    assertThat(duplicate.escalations()).hasSize(1);
    assertThat(duplicate.effects()).isEmpty();
    assertThat(tick).isEqualTo(Told.NOTHING);
  }

  @Test
  void anOutcomeInTimeTakesTheDeadlineOff() {
    ActionEffect effect = gate.send(aCommand()).effect();
    gate.succeed(effect, "done");

    assertThat(withoutCounts(gate.wait(Duration.ofHours(2)))).isEqualTo(Told.NOTHING);
  }

  @Test
  void aReadThatIsAskedAgainHasADeadlineOfItsOwn() {
    gate.send(aCommand().setSideEffectClass(SideEffectClass.READ));
    gate.wait(DEADLINE.plusMillis(1));
    ActionEffect second = gate.send(aCommand().setSideEffectClass(SideEffectClass.READ)).effect();

    Told inTime = withoutCounts(gate.wait(DEADLINE));
    Told late = gate.wait(Duration.ofMillis(1));

    assertThat(second.getAttempt()).isEqualTo(2);
    assertThat(inTime).isEqualTo(Told.NOTHING);
    assertThat(late.result().getEffectAttempt()).isEqualTo(2);
    assertThat(late.escalations()).extracting(Escalation::getAttempt).containsExactly(2);
  }

  @Test
  void aDeadlineIsKeptByTheStateSoThatItSurvivesARestart() {
    gate.send(aCommand());
    gate.send(aCommand().setIdempotencyKey("r").setSideEffectClass(SideEffectClass.READ));
    restart();

    clock.move(DEADLINE.plusMillis(1));
    Told overdue = gate.wait(Duration.ZERO);
    restart();
    Told again = withoutCounts(gate.wait(Duration.ofMinutes(1)));
    Told write = gate.send(aCommand());
    Told read =
        gate.send(aCommand().setIdempotencyKey("r").setSideEffectClass(SideEffectClass.READ));

    assertThat(overdue.results())
        .extracting(ActionResult::getEvent)
        .containsExactly(ResultEvent.OVERDUE, ResultEvent.OVERDUE);
    assertThat(overdue.results()).extracting(ActionResult::getRunSeq).containsExactly(3L, 4L);
    assertThat(overdue.escalations()).hasSize(2);
    assertThat(again).isEqualTo(Told.NOTHING);
    assertThat(write.result().getDecision()).isEqualTo(Decision.INDETERMINATE);
    assertThat(write.result().getRunSeq()).isEqualTo(5);
    assertThat(write.effects()).isEmpty();
    assertThat(read.result().getDecision()).isEqualTo(Decision.INDETERMINATE);
    assertThat(read.effect().getAttempt()).isEqualTo(2);
  }

  @Test
  void anOutageOfDaysLosesNoDeadline() {
    gate.send(aCommand());
    restart();
    clock.move(Duration.ofDays(10));

    Told told = gate.wait(Duration.ZERO);

    assertThat(told.escalations()).hasSize(1);
    assertThat(told.results())
        .extracting(ActionResult::getEvent)
        .containsExactly(ResultEvent.OVERDUE);
  }

  @Test
  void anOutageOfDaysLosesNoDeadlineThoughCommandsComeBeforeTheTimer() {
    gate.send(aCommand());
    restart();
    clock.move(Duration.ofDays(10));

    List<Escalation> escalations = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      escalations.addAll(gate.send(aCommand().setIdempotencyKey("new-" + i)).escalations());
    }
    escalations.addAll(gate.wait(Duration.ZERO).escalations());

    assertThat(escalations).extracting(Escalation::getIdempotencyKey).containsExactly("k");
  }

  @Test
  void aClockThatJumpsByDaysLosesNoDeadlineThoughACommandComesBeforeTheTimer() {
    gate.send(aCommand());
    gate.moveClockOnly(Duration.ofDays(10));

    Told told = gate.send(aCommand().setIdempotencyKey("new"));

    assertThat(told.escalations()).extracting(Escalation::getIdempotencyKey).containsExactly("k");
  }

  /** After two windows its entry lies further back than a prompt command looks. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aDeadlineOfAForgottenActionIsToldBeforeItsKeyBeginsAnew(int windows) {
    gate.send(aCommand());
    gate.moveClockOnly(GateDriver.DEDUP_WINDOW.multipliedBy(windows).plusMillis(1));

    Told told = gate.send(aCommand().setRunId("run"));

    assertThat(told.escalations()).extracting(Escalation::getIdempotencyKey).containsExactly("k");
    assertThat(told.results())
        .extracting(result -> result.getEvent() + " " + result.getDecision())
        .containsExactly("OVERDUE null", "DECIDED ACCEPTED");
    assertThat(gate.wait(Duration.ZERO).escalations()).isEmpty();
  }

  @Test
  void anOutageThatTheMemoryOutlastsIsLeftToTheTimersSoThatNoCommandBearsAllOfIt() {
    gate.send(aCommand());
    restart();
    clock.move(GateDriver.DEDUP_WINDOW);

    Told command = gate.send(aCommand().setIdempotencyKey("new"));
    Told timers = gate.wait(Duration.ZERO);

    assertThat(command.escalations()).isEmpty();
    assertThat(timers.escalations()).extracting(Escalation::getIdempotencyKey).containsExactly("k");
  }

  private void restart() {
    Path state = folder.resolve("state-" + ++restarts);
    gate.stopAndKeepState(state);
    gate = GateDriver.with().clock(clock).stateDir(state).open();
  }

  private static Told withoutCounts(Told told) {
    return new Told(
        told.effects(),
        told.results(),
        told.conflicts(),
        List.of(),
        told.circuits(),
        told.forgottenRuns(),
        told.escalations(),
        told.deadLetters(),
        told.reroutes());
  }
}
