package dev.oncegate.testbed.check;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.testbed.check.ActionTrail.State;

/** Judges I6: what is replayed is what the action's last SETTLED result told, in every field. */
final class Replays {
  private final Findings findings;

  Replays(Findings findings) {
    this.findings = findings;
  }

  /** A REPLAYED decision. */
  void judge(ActionTrail trail, ActionResult result, Place at) {
    findings.checked(Invariant.I6, 1);
    StoredOutcome stored = result.getStoredOutcome();
    if (stored == null || !result.getReplayed()) {
      findings.violated(
          Invariant.I6, "REPLAYED at %s carries no stored outcome marked as replayed", at);
    } else if (trail.state != State.FINAL) {
      findings.violated(
          Invariant.I6, "REPLAYED at %s, but no final outcome of its key was told before", at);
    } else if (Ending.of(stored).whole() != trail.stored) {
      findings.violated(
          Invariant.I6, "REPLAYED at %s differs from the SETTLED result of its action", at);
    }
  }
}
