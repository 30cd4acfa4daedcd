package dev.oncegate.core;

import dev.oncegate.core.guard.Call;
import dev.oncegate.core.guard.CircuitChange;
import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.guard.RunGuard.Execution;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.core.intake.ACommand;
import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.Admission;
import dev.oncegate.core.intake.Command;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intake;
import dev.oncegate.core.intake.IntakeLimits;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.core.ledger.Decision;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.core.ledger.Settlement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run through intake, guard and ledger, as the gate puts them together, with maps in the place
 * of its stores.
 */
final class CoreRun {
  /** What the run's log tells of one command. */
  record Told(long seq, ActionId id, String decision, int effectAttempt, String outcome) {}

  private static final long COUNTS_WINDOW_MS = 60_000;

  private final Intake intake =
      new Intake(
          Scope.RUN, new IntakeLimits(65_536, 300_000, 86_400_000, 60_000, Map.of(), 3_600_000));
  private final RunGuard guard;
  private final ActionLedger ledger = new ActionLedger(900_000, tool -> 3);
  private final Map<ActionId, ActionEntry> actions = new HashMap<>();
  private long offset;

  RunState run = RunState.NEW;
  long nowMs = 1_000_000;
  final List<Told> log = new ArrayList<>();
  final List<CircuitChange> changes = new ArrayList<>();

  CoreRun(GuardLimits limits) {
    guard = new RunGuard(limits, Map.of());
  }

  Told send(ACommand sent) {
    Command command = sent.build();
    Coordinates at = new Coordinates("agent.commands", 0, offset++);
    Intent intent = ((Admission.Admitted) intake.admit(command, at, nowMs, nowMs)).intent();
    ActionEntry entry = noticed(intent.id());
    long seq = run.seq() + 1;
    Decision decision = ledger.decide(entry, intent, at, seq, nowMs, "token-" + seq);
    RunGuard.Verdict verdict = guard.judge(run, callOf(decision, intent, seq), nowMs);
    changes.addAll(verdict.changes());
    ActionEntry effect = verdict.passes() ? decision.effect() : null;
    if (effect != null) {
      actions.put(intent.id(), effect);
    } else if (verdict.passes() && decision instanceof Decision.ConfirmationRequired asked) {
      actions.put(intent.id(), asked.after());
    }
    Tally.Item item = effect == null ? Tally.Item.DUPLICATE : Tally.Item.EFFECT;
    run = verdict.run().withNextSeq(nowMs).counted(item, nowMs, COUNTS_WINDOW_MS);
    String outcome =
        decision instanceof Decision.Replayed replayed ? replayed.outcome().toString() : "";
    String name = verdict.passes() ? decision.getClass().getSimpleName() : "CircuitOpen";
    Told told = new Told(seq, intent.id(), name, effect == null ? 0 : effect.attempt(), outcome);
    log.add(told);
    return told;
  }

  /** An executor answers the last effect of an action; what is stored then, or an empty text. */
  String answer(ActionId id, Outcome.Status status, String result) {
    ActionEntry entry = Objects.requireNonNull(actions.get(id));
    Outcome outcome = new Outcome(status, entry.attempt(), result, null, null, null, null, null);
    if (!(ledger.settle(entry, outcome) instanceof Settlement.Settled settled)) {
      return "";
    }
    actions.put(id, settled.after());
    learn(
        settled.after(),
        Ending.valueOf(settled.stored().status().name()),
        1 + (result.hashCode() & 0xffff));
    return settled.stored().toString();
  }

  void reset() {
    RunGuard.Verdict verdict = guard.reset(run, nowMs);
    changes.addAll(verdict.changes());
    run = verdict.run();
  }

  private @Nullable ActionEntry noticed(ActionId id) {
    ActionEntry entry = actions.get(id);
    if (entry == null || !entry.isPastDeadline(nowMs)) {
      return entry;
    }
    ActionEntry overdue = ledger.overdue(entry);
    actions.put(id, overdue);
    learn(overdue, Ending.OVERDUE, 0);
    return overdue;
  }

  private void learn(ActionEntry entry, Ending ending, long resultHash) {
    run = run.withNextSeq(nowMs);
    RunGuard.Verdict verdict =
        guard.learn(
            run,
            new Execution(
                entry.fingerprint(),
                entry.sideEffectClass(),
                ending,
                entry.effectSeq(),
                resultHash,
                null),
            nowMs);
    changes.addAll(verdict.changes());
    run = verdict.run();
  }

  private Call callOf(Decision decision, Intent intent, long seq) {
    boolean fresh =
        decision instanceof Decision.Accepted || decision instanceof Decision.ConfirmationRequired;
    Call.Kind kind =
        !fresh && intent.keyOrigin() == Intent.KeyOrigin.SENT
            ? Call.Kind.DECLARED_RETRY
            : Call.Kind.CALL;
    boolean failure =
        decision instanceof Decision.Replayed replayed
            && replayed.outcome().status() == Outcome.Status.FAILED;
    return new Call(
        new Call.Identity(intent.tool(), intent.argsHash(), intent.fingerprint()),
        decision instanceof Decision.Conflicting ? Call.Kind.CONFLICT : kind,
        decision.effect() != null,
        failure,
        nowMs,
        seq);
  }
}
