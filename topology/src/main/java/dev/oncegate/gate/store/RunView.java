package dev.oncegate.gate.store;

import dev.oncegate.core.guard.RunState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.RangeQuery;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/** The runs of one partition, as they are committed, for any thread to read. */
public final class RunView {
  private final CommittedReads reads;

  public RunView(CommittedReads reads) {
    this.reads = reads;
  }

  /** A run and what is known of it. */
  public record Found(RunId id, RunState run) {}

  /**
   * A part of the runs.
   *
   * @param last the last run looked at; null where all were
   */
  public record Part(List<Found> found, int lookedAt, @Nullable RunId last) {
    public Part {
      found = List.copyOf(found);
    }
  }

  /**
   * What is known of a run; null where nothing is.
   *
   * @throws StateNotAvailableException where this instance does not process the partition
   */
  public @Nullable RunState find(RunId id) {
    byte[] bytes =
        reads.ask(RunStore.NAME, KeyQuery.<byte[], byte[]>withKey(id.toBytes()).skipCache());
    return bytes == null ? null : RunStateFormat.fromBytes(bytes);
  }

  /**
   * The runs that are wanted, in the order of their bytes.
   *
   * @param after begins behind this one; null: with the first
   * @param mostFound ends with so many
   * @param mostLookedAt ends after so many, wanted or not: there is no index, and a look-up must
   *     not keep a thread for as long as it takes to read a large store
   * @throws StateNotAvailableException where this instance does not process the partition
   */
  public Part scan(
      @Nullable RunId after, Predicate<RunState> wanted, int mostFound, int mostLookedAt) {
    List<Found> found = new ArrayList<>();
    int lookedAt = 0;
    try (KeyValueIterator<byte[], byte[]> runs = runsAfter(after)) {
      while (runs.hasNext()) {
        KeyValue<byte[], byte[]> next = runs.next();
        RunId id = RunId.fromBytes(next.key);
        RunState run = RunStateFormat.fromBytes(next.value);
        lookedAt++;
        if (wanted.test(run)) {
          found.add(new Found(id, run));
        }
        if (runs.hasNext() && (found.size() == mostFound || lookedAt == mostLookedAt)) {
          return new Part(found, lookedAt, id);
        }
      }
    }
    return new Part(found, lookedAt, null);
  }

  private KeyValueIterator<byte[], byte[]> runsAfter(@Nullable RunId after) {
    RangeQuery<byte[], byte[]> query =
        after == null
            ? RangeQuery.withNoBounds()
            // The next larger key: bounds are inclusive.
            : RangeQuery.withLowerBound(Arrays.copyOf(after.toBytes(), after.toBytes().length + 1));
    KeyValueIterator<byte[], byte[]> runs = reads.ask(RunStore.NAME, query);
    if (runs == null) {
      throw new StateNotAvailableException("The store of runs gives nothing to read.");
    }
    return runs;
  }
}
