package dev.oncegate.core.ledger;

import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One action under the ledger, as a test drives it; answers in the words of {@link LedgerModel}.
 */
final class AnAction {
  private final ActionLedger ledger;
  private final SideEffectClass sideEffectClass;
  private long seq;
  @Nullable ActionEntry entry;

  /** The attempts let through, in order. */
  final List<Integer> effects = new ArrayList<>();

  AnAction(ActionLedger ledger, SideEffectClass sideEffectClass) {
    this.ledger = ledger;
    this.sideEffectClass = sideEffectClass;
  }

  void passTime(long nowMs) {
    if (entry != null && entry.isPastDeadline(nowMs)) {
      entry = ledger.overdue(entry);
    }
  }

  String command(
      String args, boolean commit, @Nullable String token, long nowMs, String freshToken) {
    seq++;
    Coordinates at = new Coordinates("agent.commands", 0, seq);
    Decision decision =
        ledger.decide(
            entry, AnIntent.of(sideEffectClass, args, commit, token), at, seq, nowMs, freshToken);
    ActionEntry effect = decision.effect();
    if (effect != null) {
      entry = effect;
      effects.add(effect.attempt());
    } else if (decision instanceof Decision.ConfirmationRequired asked && asked.changed()) {
      entry = asked.after();
    }
    return described(decision);
  }

  String outcome(Outcome outcome) {
    return taken(ledger.settle(entry, outcome));
  }

  String settleByControl(Outcome word) {
    return taken(ledger.settleByControl(entry, word));
  }

  String release(int attempt) {
    return taken(ledger.release(entry, attempt));
  }

  private String taken(Settlement settlement) {
    if (settlement instanceof Settlement.Settled settled) {
      entry = settled.after();
      return "SETTLED " + settled.stored();
    }
    if (settlement instanceof Settlement.Released released) {
      entry = released.after();
      return "RELEASED";
    }
    if (settlement instanceof Settlement.Refused refused) {
      return refused.reason().name();
    }
    return settlement instanceof Settlement.Repeated ? "REPEATED" : "CONTRADICTING";
  }

  private static String described(Decision decision) {
    if (decision instanceof Decision.Accepted accepted) {
      return "ACCEPTED " + accepted.after().attempt();
    }
    if (decision instanceof Decision.Retried retried) {
      return "RETRIED " + retried.after().attempt();
    }
    if (decision instanceof Decision.Indeterminate indeterminate) {
      ActionEntry after = indeterminate.after();
      return "INDETERMINATE " + (after == null ? 0 : after.attempt());
    }
    if (decision instanceof Decision.InProgress waiting) {
      return "IN_PROGRESS " + waiting.retryAfterMs();
    }
    if (decision instanceof Decision.Replayed replayed) {
      return "REPLAYED " + replayed.outcome();
    }
    return decision instanceof Decision.ConfirmationRequired asked
        ? "CONFIRMATION_REQUIRED " + asked.token().value() + " " + asked.refusal()
        : "CONFLICT";
  }
}
