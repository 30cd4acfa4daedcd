package dev.oncegate.ops.telemetry;

import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.gate.DeadLetter;
import dev.oncegate.gate.Observer;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ConflictKind;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Several observers, told in their order. */
final class Audience implements Observer {
  private final Observer[] all;

  private Audience(List<Observer> observers) {
    this.all = observers.toArray(Observer[]::new);
  }

  /** One observer that tells all of them. */
  static Observer of(List<Observer> observers) {
    return observers.size() == 1 ? observers.get(0) : new Audience(observers);
  }

  @Override
  public void begins(Coordinates at) {
    for (Observer each : all) {
      each.begins(at);
    }
  }

  @Override
  public void concerns(String runId, @Nullable String correlationId) {
    for (Observer each : all) {
      each.concerns(runId, correlationId);
    }
  }

  @Override
  public void ends() {
    for (Observer each : all) {
      each.ends();
    }
  }

  @Override
  public Headers carried(Headers carried, Coordinates at) {
    Headers made = carried;
    for (Observer each : all) {
      made = each.carried(made, at);
    }
    return made;
  }

  @Override
  public void decided(
      ActionCommand command, @Nullable Intent intent, ActionResult result, Headers carried) {
    for (Observer each : all) {
      each.decided(command, intent, result, carried);
    }
  }

  @Override
  public void settled(Outcome.Status status) {
    for (Observer each : all) {
      each.settled(status);
    }
  }

  @Override
  public void released() {
    for (Observer each : all) {
      each.released();
    }
  }

  @Override
  public void overdue() {
    for (Observer each : all) {
      each.overdue();
    }
  }

  @Override
  public void conflict(ConflictKind kind) {
    for (Observer each : all) {
      each.conflict(kind);
    }
  }

  @Override
  public void deadLetter(DeadLetter.Cause cause) {
    for (Observer each : all) {
      each.deadLetter(cause);
    }
  }

  @Override
  public void rerouted(Coordinates from) {
    for (Observer each : all) {
      each.rerouted(from);
    }
  }

  @Override
  public void circuitChanged(Circuit.State to, Circuit.Cause cause) {
    for (Observer each : all) {
      each.circuitChanged(to, cause);
    }
  }

  @Override
  public void stoppedRuns(long change) {
    for (Observer each : all) {
      each.stoppedRuns(change);
    }
  }
}
