package dev.oncegate.core.guard;

import dev.oncegate.core.guard.RunGuard.Ending;
import dev.oncegate.core.guard.RunGuard.Execution;
import dev.oncegate.core.guard.RunGuard.Verdict;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run under a guard, as a test drives it: calls are named by numbers. */
final class ARun {
  final RunGuard guard;
  RunState state = RunState.NEW;
  long nowMs = 1_000_000;
  long seq;
  private final Map<Long, Long> effectSeqs = new HashMap<>();

  ARun(GuardLimits limits) {
    this(new RunGuard(limits, Map.of()));
  }

  ARun(RunGuard guard) {
    this.guard = guard;
  }

  Verdict call(long what) {
    return callAt(what, nowMs);
  }

  Verdict callAt(long what, long eventTimeMs) {
    return judge(new Call(identity(what), Call.Kind.CALL, true, false, eventTimeMs, seq + 1), what);
  }

  Verdict retry(long what) {
    return judge(
        new Call(identity(what), Call.Kind.DECLARED_RETRY, false, false, nowMs, seq + 1), what);
  }

  Verdict conflict(long what) {
    return judge(new Call(identity(what), Call.Kind.CONFLICT, false, false, nowMs, seq + 1), what);
  }

  Verdict duplicate(long what) {
    return judge(new Call(identity(what), Call.Kind.CALL, false, false, nowMs, seq + 1), what);
  }

  Verdict failingDuplicate(long what) {
    return judge(new Call(identity(what), Call.Kind.CALL, false, true, nowMs, seq + 1), what);
  }

  Verdict refused() {
    return judge(new Call(null, Call.Kind.REFUSED, false, false, nowMs, seq + 1), -1);
  }

  Verdict ends(
      long what,
      SideEffectClass sideEffectClass,
      Ending ending,
      long resultHash,
      @Nullable Boolean stateChanged) {
    long effectSeq = effectSeqs.getOrDefault(what, 0L);
    return apply(
        guard.learn(
            state,
            new Execution(what, sideEffectClass, ending, effectSeq, resultHash, stateChanged),
            nowMs));
  }

  /** Loops until the circuit is open. */
  void open() {
    long calls = 0;
    while (call(9_999).passes()) {
      if (calls++ > 1_000) {
        throw new AssertionError("the circuit does not open");
      }
    }
  }

  Verdict apply(Verdict verdict) {
    state = verdict.run();
    return verdict;
  }

  private Verdict judge(Call call, long what) {
    Verdict verdict = apply(guard.judge(state, call, nowMs));
    seq++;
    state = state.withNextSeq(nowMs).counted(Tally.Item.EFFECT, call.eventTimeMs(), 60_000);
    if (verdict.passes() && call.wantsEffect()) {
      effectSeqs.put(what, seq);
    }
    return verdict;
  }

  private static Call.Identity identity(long what) {
    return new Call.Identity("tool-" + what, "00".repeat(32), what);
  }
}
