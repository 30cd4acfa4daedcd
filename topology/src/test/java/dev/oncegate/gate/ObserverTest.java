package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TOPICS;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.aControl;
import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who observes a gate is told what it does, once, and in the order in which it does it. */
class ObserverTest {
  private static final Duration PAST_DEADLINE = Duration.ofMillis(GateDriver.DEADLINE_MS + 1);

  private final Notes notes = new Notes();
  private GateDriver gate = GateDriver.with().observer(notes).open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void aCommandIsToldFromItsBeginToItsEnd() {
    gate.send(aCommand().setCorrelationId("c-1"));

    assertThat(notes.taken())
        .containsExactly(
            "begins agent.commands-0@0",
            "concerns run c-1",
            "decided ACCEPTED k with args",
            "ends");
  }

  @Test
  void aCommandThatIsNotAdmittedIsDecidedToo() {
    gate.send(aCommand().setArgs("[]"));

    assertThat(notes.taken()).contains("decided INVALID k not admitted");
  }

  @Test
  void anotherPayloadIsAConflictAndADecision() {
    gate.send(aCommand());
    notes.taken();

    gate.send(aCommand().setArgs("{}"));

    assertThat(notes.taken())
        .containsSubsequence("conflict PAYLOAD", "decided CONFLICT k with args");
  }

  @Test
  void anOutcomeIsToldOnceAndItsContradictionIsAConflict() {
    ActionEffect effect = gate.send(aCommand()).effect();
    notes.taken();

    gate.succeed(effect, "1");
    gate.succeed(effect, "1");
    gate.succeed(effect, "2");

    assertThat(notes.taken())
        .filteredOn(note -> !note.startsWith("begins") && !note.startsWith("concerns"))
        .containsExactly("settled SUCCEEDED", "ends", "ends", "conflict OUTCOME", "ends");
  }

  @Test
  void theLastTransientFailureIsToldAsTheFailureItBecomes() {
    for (int attempt = 1; attempt <= 3; attempt++) {
      ActionEffect effect = gate.send(aCommand()).effect();
      gate.report(anOutcome(effect, OutcomeStatus.FAILED_TRANSIENT));
    }

    assertThat(notes.taken())
        .filteredOn(note -> note.startsWith("settled"))
        .containsExactly("settled FAILED_TRANSIENT", "settled FAILED_TRANSIENT", "settled FAILED");
  }

  @Test
  void anOverdueEffectIsToldOnceAndItsReleaseToo() {
    gate.send(aCommand());
    notes.taken();

    gate.wait(PAST_DEADLINE);
    gate.wait(PAST_DEADLINE);
    gate.order(aControl(ControlType.RELEASE).setIdempotencyKey("k").setAttempt(1));

    assertThat(notes.taken())
        .containsExactly(
            "overdue", "begins agent.controls-0@0", "concerns run null", "released", "ends");
  }

  @Test
  void aDeadLetterIsToldWithItsCause() {
    gate.send(aCommand().setRunId(""));

    assertThat(notes.taken())
        .containsExactly(
            "begins agent.commands-0@0", "concerns  null", "dead letter NO_RUN_ID", "ends");
  }

  @Test
  void aRecordThatLiesWrongIsToldOnceAndNotDecidedHere() {
    gate.close();
    gate = GateDriver.with().partitions(1_000).observer(notes).open();
    notes.taken();

    gate.send(aCommand());

    assertThat(notes.taken())
        .as("the driver carries it to its only partition, where it is decided")
        .containsExactly(
            "begins agent.commands-0@0",
            "concerns run null",
            "rerouted agent.commands-0@0",
            "ends",
            "begins agent.commands-0@0",
            "concerns run null",
            "decided ACCEPTED k with args",
            "ends");
  }

  @Test
  void aStopAndItsEndAreToldWithTheNumberOfStoppedRuns() {
    gate.wait(Duration.ZERO);

    gate.order(aControl(ControlType.FORCE_OPEN));
    gate.order(aControl(ControlType.ABORT));
    gate.order(aControl(ControlType.FORCE_OPEN).setRunId("another"));
    gate.order(aControl(ControlType.RESET).setRunId("another"));

    assertThat(notes.taken())
        .filteredOn(note -> note.startsWith("circuit") || note.startsWith("stopped"))
        .containsExactly(
            "circuit FORCED_OPEN FORCED",
            "stopped 1",
            "circuit FORCED_OPEN ABORTED",
            "circuit FORCED_OPEN FORCED",
            "stopped 1",
            "circuit CLOSED RESET",
            "stopped -1");
  }

  @Test
  void whatTheObserverMakesOfTheHeadersGoesOnToEffectAndResult() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("traceparent", "as it came".getBytes(StandardCharsets.UTF_8));
    notes.traceparent = "its own";

    gate.pipe(TOPICS.commands(), Wire.write(aCommand().build()), START, headers);

    assertThat(gate.headersOn(TOPICS.effects()).get(0)).containsEntry("traceparent", "its own");
    assertThat(gate.headersOn(TOPICS.results()).get(0)).containsEntry("traceparent", "its own");
  }

  @Test
  void aRecordThatFailsDoesNotEndSoThatItsFailureIsToldWithIt() {
    gate.close();
    gate =
        GateDriver.with()
            .observer(notes)
            .deserializer(
                (topic, bytes) -> {
                  throw new IllegalStateException("a bug");
                })
            .open();
    notes.taken();

    assertThatThrownBy(() -> gate.send(aCommand())).hasRootCauseMessage("a bug");

    assertThat(notes.taken()).containsExactly("begins agent.commands-0@0");
    gate.close();
    assertThat(notes.taken()).containsExactly("ends");
    gate = GateDriver.open();
  }

  /** Writes down what it is told. */
  private static final class Notes implements Observer {
    private final List<String> notes = new ArrayList<>();
    private @Nullable String traceparent;

    List<String> taken() {
      List<String> taken = List.copyOf(notes);
      notes.clear();
      return taken;
    }

    private static String text(Coordinates at) {
      return "%s-%d@%d".formatted(at.topic(), at.partition(), at.offset());
    }

    @Override
    public void begins(Coordinates at) {
      notes.add("begins " + text(at));
    }

    @Override
    public void concerns(String runId, @Nullable String correlationId) {
      notes.add("concerns %s %s".formatted(runId, correlationId));
    }

    @Override
    public void ends() {
      notes.add("ends");
    }

    @Override
    public Headers carried(Headers carried, Coordinates at) {
      if (traceparent != null) {
        carried.remove("traceparent");
        carried.add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
      }
      return carried;
    }

    @Override
    public void decided(
        ActionCommand command, @Nullable Intent intent, ActionResult result, Headers carried) {
      notes.add(
          "decided %s %s %s"
              .formatted(
                  result.getDecision(),
                  result.getIdempotencyKey(),
                  intent == null ? "not admitted" : "with args"));
    }

    @Override
    public void settled(Outcome.Status status) {
      notes.add("settled " + status);
    }

    @Override
    public void released() {
      notes.add("released");
    }

    @Override
    public void overdue() {
      notes.add("overdue");
    }

    @Override
    public void conflict(ConflictKind kind) {
      notes.add("conflict " + kind);
    }

    @Override
    public void deadLetter(DeadLetter.Cause cause) {
      notes.add("dead letter " + cause);
    }

    @Override
    public void rerouted(Coordinates from) {
      notes.add("rerouted " + text(from));
    }

    @Override
    public void circuitChanged(Circuit.State to, Circuit.Cause cause) {
      notes.add("circuit %s %s".formatted(to, cause));
    }

    @Override
    public void stoppedRuns(long change) {
      notes.add("stopped " + change);
    }
  }
}
