package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.aControl;
import static dev.oncegate.gate.GateDriver.anOutcome;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import java.time.Duration;
import java.time.Instant;

/**
 * What a gate lives through before its state is recorded: of everything that is remembered there is
 * one, each in a run that is named after it. It lasts over midnight, when a new bucket of actions
 * begins, and is told by the second.
 */
final class RecordedStory {
  /** Result and error of what is settled. */
  static final String RESULT = "{\"pnr\": \"X1\"}";

  static final String ERROR_CODE = "SOLD_OUT";

  /** The confirmation token that {@code unconfirmed} got. */
  static final String TOKEN = "token-1";

  private static final Duration UNTIL_MORNING = Duration.ofHours(13);
  private static final Duration PAST_DEADLINE = Duration.ofSeconds(61);
  private static final Duration A_LITTLE_LATER = Duration.ofSeconds(1);

  /** When the recording is made; the story begins at {@link GateDriver#START}. */
  static final Instant END = START.plus(UNTIL_MORNING).plus(PAST_DEADLINE).plus(A_LITTLE_LATER);

  private RecordedStory() {}

  /** Tells it to a gate that was just opened. */
  static void tell(GateDriver gate) {
    gate.succeed(gate.send(action("yesterday", "k")).effect(), RESULT);
    gate.wait(UNTIL_MORNING);

    gate.send(action("overdue", "k"));
    gate.send(action("released", "k"));
    gate.wait(PAST_DEADLINE);
    gate.order(
        aControl(ControlType.RELEASE).setRunId("released").setIdempotencyKey("k").setAttempt(1));

    gate.succeed(gate.send(action("succeeded", "k")).effect(), RESULT);
    ActionEffect failed = gate.send(action("failed", "k")).effect();
    gate.report(anOutcome(failed, OutcomeStatus.FAILED).setErrorCode(ERROR_CODE));
    ActionEffect transientlyFailed = gate.send(action("transient", "k")).effect();
    gate.report(anOutcome(transientlyFailed, OutcomeStatus.FAILED_TRANSIENT));
    gate.send(action("pending", "k"));
    gate.send(destructive());
    for (int call = 1; call <= 4; call++) {
      gate.send(action("looping", "k" + call));
    }
    for (int call = 1; call <= 6; call++) {
      gate.send(action("tripped", "k" + call));
    }
    gate.send(action("forced", "k"));
    gate.order(aControl(ControlType.FORCE_OPEN).setRunId("forced"));
    gate.wait(A_LITTLE_LATER);
    // Its counts are not published yet.
    gate.send(action("counted", "k"));
    gate.send(action("counted", "k"));
  }

  /** A WRITE. */
  static ActionCommand.Builder action(String run, String key) {
    return aCommand().setRunId(run).setIdempotencyKey(key);
  }

  /** The action that waits for its confirmation. */
  static ActionCommand.Builder destructive() {
    return action("unconfirmed", "k").setSideEffectClass(SideEffectClass.DESTRUCTIVE);
  }
}
