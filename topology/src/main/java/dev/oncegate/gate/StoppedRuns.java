package dev.oncegate.gate;

import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.RunStore;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts the runs of a partition whose circuit stops them, for the observer alone.
 *
 * <p>What an earlier instance left is counted in small steps, a piece at each tick, for a partition
 * may have millions of runs. A run that changes meanwhile is counted by its change where the steps
 * have passed it, and by them where they have not.
 */
final class StoppedRuns {
  /** Runs looked at for each millisecond between two ticks: about a hundredth of a core. */
  private static final int RUNS_PER_MS = 10;

  private final RunStore runs;
  private final Observer observer;
  private final int mostPerTick;
  private byte @Nullable [] passed;
  private boolean complete;
  private long count;

  StoppedRuns(RunStore runs, Observer observer, long tickMs) {
    this.runs = runs;
    this.observer = observer;
    this.mostPerTick = Math.toIntExact(tickMs * RUNS_PER_MS);
  }

  /** Looks at some more of the runs that were there. */
  void onTick() {
    if (complete) {
      return;
    }
    RunStore.Piece piece = runs.piece(passed, mostPerTick);
    add(piece.stopped());
    passed = piece.last();
    complete = passed == null;
  }

  /** A run is stored with another circuit than before. */
  void changed(RunId run, boolean stoppedBefore, boolean stopped) {
    if (stoppedBefore != stopped && isPassed(run)) {
      add(stopped ? 1 : -1);
    }
  }

  private boolean isPassed(RunId run) {
    return complete || (passed != null && Arrays.compareUnsigned(run.toBytes(), passed) <= 0);
  }

  private void add(long change) {
    if (change != 0) {
      count += change;
      observer.stoppedRuns(change);
    }
  }

  /** The partition goes elsewhere. */
  void close() {
    add(-count);
  }
}
