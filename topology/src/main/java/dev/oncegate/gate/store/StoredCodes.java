package dev.oncegate.gate.store;

import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.Outcome;

/** The codes under which enums are stored. A code, once given, never changes its meaning. */
final class StoredCodes {
  private StoredCodes() {}

  static int of(ActionEntry.Status status) {
    return switch (status) {
      case UNCONFIRMED -> 1;
      case PENDING -> 2;
      case OVERDUE -> 3;
      case RELEASED -> 4;
      case TRANSIENT -> 5;
      case SUCCEEDED -> 6;
      case FAILED -> 7;
    };
  }

  static ActionEntry.Status status(int code) {
    return switch (code) {
      case 1 -> ActionEntry.Status.UNCONFIRMED;
      case 2 -> ActionEntry.Status.PENDING;
      case 3 -> ActionEntry.Status.OVERDUE;
      case 4 -> ActionEntry.Status.RELEASED;
      case 5 -> ActionEntry.Status.TRANSIENT;
      case 6 -> ActionEntry.Status.SUCCEEDED;
      case 7 -> ActionEntry.Status.FAILED;
      default -> throw new StateFormatException("An action's status", code, 7);
    };
  }

  static int of(SideEffectClass sideEffectClass) {
    return switch (sideEffectClass) {
      case READ -> 1;
      case WRITE -> 2;
      case DESTRUCTIVE -> 3;
    };
  }

  static SideEffectClass sideEffectClass(int code) {
    return switch (code) {
      case 1 -> SideEffectClass.READ;
      case 2 -> SideEffectClass.WRITE;
      case 3 -> SideEffectClass.DESTRUCTIVE;
      default -> throw new StateFormatException("A side-effect class", code, 3);
    };
  }

  static int of(Outcome.Status status) {
    return switch (status) {
      case SUCCEEDED -> 1;
      case FAILED -> 2;
      case FAILED_TRANSIENT -> 3;
    };
  }

  static Outcome.Status outcomeStatus(int code) {
    return switch (code) {
      case 1 -> Outcome.Status.SUCCEEDED;
      case 2 -> Outcome.Status.FAILED;
      case 3 -> Outcome.Status.FAILED_TRANSIENT;
      default -> throw new StateFormatException("An outcome's status", code, 3);
    };
  }

  static int of(Circuit.State state) {
    return switch (state) {
      case CLOSED -> 1;
      case OPEN -> 2;
      case HALF_OPEN -> 3;
      case FORCED_OPEN -> 4;
    };
  }

  static Circuit.State circuitState(int code) {
    return switch (code) {
      case 1 -> Circuit.State.CLOSED;
      case 2 -> Circuit.State.OPEN;
      case 3 -> Circuit.State.HALF_OPEN;
      case 4 -> Circuit.State.FORCED_OPEN;
      default -> throw new StateFormatException("A circuit's state", code, 4);
    };
  }
}
