package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.store.Codec;
import dev.oncegate.testbed.check.store.In;
import dev.oncegate.testbed.check.store.Out;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the topics say of a run_id where they tell no scope: runs of several scopes may share it.
 * Some 200 bytes of the heap, on disk 10.
 */
final class RunName {
  private static final long[] NONE = {};

  /** Commands that name it. */
  long commands;

  /** Whether a control renewed the budgets of a run of this name. */
  boolean wasReset;

  /** Offsets of the circuits' tombstones: here a run of this name was forgotten. */
  long[] tombstones = NONE;

  /** Runs of this name that have results, counts or circuits. */
  int runs;

  /** Calls of all of them as published, once they were judged. */
  long calls;

  /** Whether those can be compared with the commands. */
  boolean comparable = true;

  /** Where the last of those counts lie. */
  @Nullable Place last;

  void forgotten(long offset) {
    tombstones = Arrays.copyOf(tombstones, tombstones.length + 1);
    tombstones[tombstones.length - 1] = offset;
  }

  /**
   * Adds the calls of one of the runs.
   *
   * @param more null: they cannot be compared
   */
  void add(@Nullable Long more, @Nullable Place at) {
    comparable &= more != null;
    calls += more == null ? 0 : more;
    last = at == null ? last : at;
  }

  /** How it lies on disk. */
  static final class OnDisk implements Codec<RunName> {
    private final String counts;

    /** The topic of the counts. */
    OnDisk(String counts) {
      this.counts = counts;
    }

    @Override
    public void write(RunName name, Out out) {
      Place last = name.last;
      out.putNumber(name.commands);
      out.putByte((name.wasReset ? 1 : 0) + (name.comparable ? 2 : 0) + (last == null ? 0 : 4));
      out.putNumber(name.tombstones.length);
      for (long offset : name.tombstones) {
        out.putNumber(offset);
      }
      out.putNumber(name.runs);
      out.putNumber(name.calls);
      if (last != null) {
        out.putNumber(last.partition());
        out.putNumber(last.offset());
      }
    }

    @Override
    public RunName read(In in) {
      RunName name = new RunName();
      name.commands = in.takeNumber();
      int flags = in.takeByte();
      name.wasReset = (flags & 1) != 0;
      name.comparable = (flags & 2) != 0;
      name.tombstones = new long[in.takeInt()];
      for (int i = 0; i < name.tombstones.length; i++) {
        name.tombstones[i] = in.takeNumber();
      }
      name.runs = in.takeInt();
      name.calls = in.takeNumber();
      name.last = (flags & 4) == 0 ? null : new Place(counts, in.takeInt(), in.takeNumber());
      return name;
    }

    @Override
    public int heapBytes(RunName name) {
      return 96 + 8 * name.tombstones.length;
    }
  }
}
