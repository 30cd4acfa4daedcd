package dev.oncegate.gate;

import dev.oncegate.core.guard.Call;
import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.guard.CircuitChange;
import dev.oncegate.core.guard.Trip;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.schema.CallEvidence;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tells a change of a run's circuit. */
final class CircuitEvents {
  private CircuitEvents() {}

  /**
   * What caused a change.
   *
   * @param at the command, outcome or control; null: the clock
   * @param controlId the control that ordered it; null where none did
   */
  record Trigger(@Nullable Coordinates at, @Nullable String controlId) {
    static Trigger by(Coordinates at) {
      return new Trigger(at, null);
    }

    static final Trigger CLOCK = new Trigger(null, null);
  }

  static CircuitEvent of(RunId run, CircuitChange change, Trigger trigger, long nowMs) {
    Circuit circuit = change.circuit();
    Trip trip = change.trip();
    Call.Identity identity = change.call() == null ? null : change.call().identity();
    return CircuitEvent.newBuilder()
        .setRunId(run.runId())
        .setScope(run.scope())
        .setState(CircuitState.valueOf(circuit.state().name()))
        .setCause(CircuitCause.valueOf(change.cause().name()))
        .setMessage(message(change))
        .setLimit(trip == null ? null : trip.limit())
        .setCount(trip == null ? null : trip.count())
        .setTool(identity == null ? null : identity.tool())
        .setArgsHash(identity == null ? null : identity.argsHash())
        .setLastCalls(
            change.lastCalls().stream()
                .map(
                    call ->
                        new CallEvidence(
                            call.tool(),
                            call.argsHash().toHex(),
                            Instant.ofEpochMilli(call.atMs()),
                            call.runSeq()))
                .toList())
        .setGuardEnabled(circuit.enabled())
        .setAfterRunSeq(circuit.sinceSeq())
        .setTrigger(trigger.at() == null ? null : Results.coordinates(trigger.at()))
        .setControlId(trigger.controlId())
        .setChangedAt(Instant.ofEpochMilli(nowMs))
        .build();
  }

  private static String message(CircuitChange change) {
    Trip trip = change.trip();
    return switch (change.cause()) {
      case TOTAL_CALLS ->
          "The run made %d calls; %d are allowed.".formatted(count(trip), limit(trip));
      case CALL_RATE ->
          "The run made %d calls in the window; %d are allowed."
              .formatted(count(trip), limit(trip));
      case REPETITION ->
          "The run made the same call %d times with no change of state between; %d are allowed."
              .formatted(count(trip), limit(trip));
      case REPEATED_FAILURE ->
          "The run made the same call again after it had failed %d times.".formatted(limit(trip));
      case CONFLICTS ->
          "The run used keys for other payloads %d times; %d are allowed."
              .formatted(count(trip), limit(trip));
      case RETRIES ->
          "The run retried %d times; %d are allowed.".formatted(count(trip), limit(trip));
      case TRIAL_FAILED -> "A trial call did not succeed.";
      case TRIALS_PASSED -> "All trial calls succeeded.";
      case COOLED_DOWN -> "The cool-down is over; a few trial calls may pass.";
      case FORCED -> "A control stopped the run.";
      case ABORTED -> "A control ended the run for good.";
      case RESET -> "A control closed the circuit and renewed all budgets.";
      case DISABLED -> "A control switched the guard off for the run.";
    };
  }

  private static long limit(@Nullable Trip trip) {
    return trip == null ? 0 : trip.limit();
  }

  private static long count(@Nullable Trip trip) {
    return trip == null ? 0 : trip.count();
  }
}
