package dev.oncegate.gate;

import dev.oncegate.core.guard.Call;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.Decision;
import dev.oncegate.core.ledger.Outcome;

/** Shows the guard what the ledger would answer. */
final class Calls {
  private Calls() {}

  static Call of(Decision decision, Intent intent, long eventTimeMs, long runSeq) {
    boolean failure =
        decision instanceof Decision.Replayed replayed
            && replayed.outcome().status() == Outcome.Status.FAILED;
    return new Call(
        new Call.Identity(intent.tool(), intent.argsHash(), intent.fingerprint()),
        kindOf(decision, intent),
        decision.effect() != null,
        failure,
        eventTimeMs,
        runSeq);
  }

  private static Call.Kind kindOf(Decision decision, Intent intent) {
    if (decision instanceof Decision.Conflicting) {
      return Call.Kind.CONFLICT;
    }
    return isKnown(decision) && intent.keyOrigin() == Intent.KeyOrigin.SENT
        ? Call.Kind.DECLARED_RETRY
        : Call.Kind.CALL;
  }

  /** A confirmation answers what the gate asked: it repeats nothing. */
  private static boolean isKnown(Decision decision) {
    if (decision instanceof Decision.Accepted accepted) {
      return !accepted.after().first().equals(accepted.after().command());
    }
    return !(decision instanceof Decision.ConfirmationRequired);
  }

  static Tally.Item itemOf(Decision decision) {
    if (decision.effect() != null) {
      return Tally.Item.EFFECT;
    }
    if (decision instanceof Decision.Conflicting) {
      return Tally.Item.CONFLICT;
    }
    return decision instanceof Decision.ConfirmationRequired
        ? Tally.Item.CONFIRMATION
        : Tally.Item.DUPLICATE;
  }
}
