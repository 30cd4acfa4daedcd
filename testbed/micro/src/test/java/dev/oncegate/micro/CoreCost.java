package dev.oncegate.micro;

import dev.oncegate.config.GateKeys;
import dev.oncegate.core.guard.Call;
import dev.oncegate.core.guard.RunGuard;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.core.ledger.ActionLedger;
import dev.oncegate.core.ledger.Decision;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.core.ledger.Settlement;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Judges a call of a run in the middle of its life, decides on an action, settles it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoreCost {
  private static final int EARLIER_CALLS = 50;

  private final RunGuard guard =
      new RunGuard(Samples.CONFIG.guardLimits(), Samples.CONFIG.guardLimitsByTool());
  private final ActionLedger ledger =
      new ActionLedger(
          Samples.CONFIG.getLong(GateKeys.CONFIRMATION_TTL_MS), Samples.CONFIG::attemptsMax);
  private final Intent intent = Samples.intent("key-1");
  private final ActionEntry pending = Objects.requireNonNull(decide(null).effect());
  private final Outcome outcome =
      new Outcome(
          Outcome.Status.SUCCEEDED,
          1,
          "{\"reference\":\"1\"}",
          null,
          null,
          null,
          null,
          Samples.NOW_MS);
  private RunState run = RunState.NEW;
  private Call call = call(0);

  /** Leaves the run as it is after many different calls. */
  public CoreCost() {
    for (int i = 1; i <= EARLIER_CALLS; i++) {
      run = guard.judge(run.withNextSeq(Samples.NOW_MS), call(i), Samples.NOW_MS).run();
    }
    call = call(EARLIER_CALLS + 1);
  }

  private Call call(int number) {
    return new Call(
        new Call.Identity(intent.tool(), intent.argsHash(), intent.fingerprint() + number),
        Call.Kind.CALL,
        true,
        false,
        Samples.NOW_MS,
        number);
  }

  private Decision decide(@Nullable ActionEntry entry) {
    return ledger.decide(entry, intent, Samples.AT, 1, Samples.NOW_MS, "token");
  }

  @Benchmark
  public RunGuard.Verdict guard() {
    return guard.judge(run, call, Samples.NOW_MS);
  }

  @Benchmark
  public Decision ledgerNew() {
    return decide(null);
  }

  @Benchmark
  public Decision ledgerDuplicate() {
    return decide(pending);
  }

  @Benchmark
  public Settlement ledgerSettle() {
    return ledger.settle(pending, outcome);
  }
}
