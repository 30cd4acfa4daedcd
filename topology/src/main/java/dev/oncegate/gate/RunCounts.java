package dev.oncegate.gate;

import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.WindowCounts;
import java.time.Instant;

/** Tells the counts of a run. */
final class RunCounts {
  private RunCounts() {}

  static RunCallCounts of(RunId id, RunState run, long windowMs, boolean isFinal, long nowMs) {
    return RunCallCounts.newBuilder()
        .setRunId(id.runId())
        .setScope(id.scope())
        .setTotal(counts(run.total()))
        .setWindows(
            run.unpublished().stream()
                .map(
                    window ->
                        new WindowCounts(
                            Instant.ofEpochMilli(window.startMs()),
                            Instant.ofEpochMilli(window.startMs() + windowMs),
                            counts(window.added())))
                .toList())
        .setCircuit(CircuitState.valueOf(run.circuit().state().name()))
        .setFinal$(isFinal)
        .setRunSeq(run.seq())
        .setLastCallAt(Instant.ofEpochMilli(run.lastCallMs()))
        .setPublishedAt(Instant.ofEpochMilli(nowMs))
        .build();
  }

  private static CallCounts counts(Tally tally) {
    return new CallCounts(
        tally.calls(),
        tally.effects(),
        tally.duplicates(),
        tally.conflicts(),
        tally.rejections(),
        tally.confirmations(),
        tally.transientFailures());
  }
}
