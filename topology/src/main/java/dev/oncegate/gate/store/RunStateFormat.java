package dev.oncegate.gate.store;

import dev.oncegate.core.guard.CallRate;
import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.guard.RecentCall;
import dev.oncegate.core.guard.Repeats;
import dev.oncegate.core.guard.RunState;
import dev.oncegate.core.guard.Tally;
import dev.oncegate.core.intake.Digest256;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The binary form of a {@link RunState}. The first byte is the form's number; a new form appends
 * fields, and every older one stays readable.
 */
public final class RunStateFormat {
  private static final int NEWEST = 1;
  private static final int USUAL_BYTES = 2_048;
  private static final long HAS_FAILURES = 2;
  private static final long HAS_RESULT = 1;

  private RunStateFormat() {}

  /** The bytes of a run, in the newest form. */
  public static byte[] toBytes(RunState run) {
    BinaryWriter out = new BinaryWriter(USUAL_BYTES).writeByte(NEWEST).writeLong(run.seq());
    write(out, run.circuit());
    RunState.Budget budget = run.budget();
    out.writeLong(budget.calls()).writeLong(budget.conflicts()).writeLong(budget.retries());
    out.writeLong(run.rate().newestStartMs()).writeLong(run.rate().counts().length);
    for (int count : run.rate().counts()) {
      out.writeLong(count);
    }
    write(out, run.repeats());
    write(out, run.total());
    out.writeLong(run.unpublished().size());
    for (RunState.WindowTally window : run.unpublished()) {
      write(out.writeLong(window.startMs()), window.added());
    }
    out.writeLong(run.lastCalls().size());
    for (RecentCall call : run.lastCalls()) {
      out.writeText(call.tool())
          .writeFixedLong(call.argsHash().first())
          .writeFixedLong(call.argsHash().second())
          .writeFixedLong(call.argsHash().third())
          .writeFixedLong(call.argsHash().fourth())
          .writeLong(call.atMs())
          .writeLong(call.runSeq());
    }
    return out.writeLong(run.lastCallMs())
        .writeLong(run.lastSeenMs())
        .writeBoolean(run.countsDue())
        .writeBoolean(run.retentionDue())
        .writeBoolean(run.circuitPublished())
        .toBytes();
  }

  /**
   * The run of bytes of any form.
   *
   * @throws StateFormatException where the form is newer than this version knows
   */
  public static RunState fromBytes(byte[] bytes) {
    BinaryReader in = readerOf(bytes);
    long seq = in.readLong();
    Circuit circuit = readCircuit(in);
    RunState.Budget budget = new RunState.Budget(in.readLong(), in.readLong(), in.readLong());
    CallRate rate = readRate(in);
    Repeats repeats = readRepeats(in);
    Tally total = readTally(in);
    List<RunState.WindowTally> unpublished =
        readList(in, r -> new RunState.WindowTally(r.readLong(), readTally(r)));
    List<RecentCall> lastCalls =
        readList(in, r -> new RecentCall(r.readText(), readDigest(r), r.readLong(), r.readLong()));
    return new RunState(
        seq,
        circuit,
        budget,
        rate,
        repeats,
        total,
        unpublished,
        lastCalls,
        in.readLong(),
        in.readLong(),
        in.readBoolean(),
        in.readBoolean(),
        in.readBoolean());
  }

  /** The circuit alone, without the cost of the rest. */
  static Circuit circuitOf(byte[] bytes) {
    BinaryReader in = readerOf(bytes);
    in.readLong();
    return readCircuit(in);
  }

  private static BinaryReader readerOf(byte[] bytes) {
    BinaryReader in = new BinaryReader(bytes);
    int form = in.readByte();
    if (form < 1 || form > NEWEST) {
      throw new StateFormatException("A run", form, NEWEST);
    }
    return in;
  }

  /** Most have been seen once and have neither failed nor answered yet: what is 0 is left out. */
  private static void write(BinaryWriter out, Repeats repeats) {
    out.writeLong(repeats.size());
    for (int i = 0; i < repeats.size(); i++) {
      int failures = repeats.failuresAt(i);
      long lastResult = repeats.lastResultAt(i);
      long left = (failures == 0 ? 0 : HAS_FAILURES) | (lastResult == 0 ? 0 : HAS_RESULT);
      out.writeFixedLong(repeats.fingerprintAt(i)).writeLong((long) repeats.countAt(i) << 2 | left);
      if (failures != 0) {
        out.writeLong(failures);
      }
      if (lastResult != 0) {
        out.writeFixedLong(lastResult);
      }
    }
  }

  private static Repeats readRepeats(BinaryReader in) {
    return Repeats.of(
        readList(
            in,
            r -> {
              long fingerprint = r.readFixedLong();
              long tag = r.readLong();
              int failures = (tag & HAS_FAILURES) == 0 ? 0 : r.readInt();
              long lastResult = (tag & HAS_RESULT) == 0 ? 0 : r.readFixedLong();
              return new Repeats.Repeat(fingerprint, (int) (tag >> 2), failures, lastResult);
            }));
  }

  private static Digest256 readDigest(BinaryReader in) {
    return new Digest256(
        in.readFixedLong(), in.readFixedLong(), in.readFixedLong(), in.readFixedLong());
  }

  private static void write(BinaryWriter out, Circuit circuit) {
    out.writeByte(StoredCodes.of(circuit.state()))
        .writeLong(circuit.sinceMs())
        .writeLong(circuit.sinceSeq())
        .writeLong(circuit.trialsLeft())
        .writeLong(circuit.trialsPassed())
        .writeBoolean(circuit.enabled())
        .writeBoolean(circuit.aborted());
  }

  private static Circuit readCircuit(BinaryReader in) {
    return new Circuit(
        StoredCodes.circuitState(in.readByte()),
        in.readLong(),
        in.readLong(),
        in.readInt(),
        in.readInt(),
        in.readBoolean(),
        in.readBoolean());
  }

  private static CallRate readRate(BinaryReader in) {
    long newestStartMs = in.readLong();
    int[] counts = new int[in.readInt()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in.readInt();
    }
    return new CallRate(newestStartMs, counts);
  }

  private static void write(BinaryWriter out, Tally tally) {
    out.writeLong(tally.calls())
        .writeLong(tally.effects())
        .writeLong(tally.duplicates())
        .writeLong(tally.conflicts())
        .writeLong(tally.rejections())
        .writeLong(tally.confirmations())
        .writeLong(tally.transientFailures());
  }

  private static Tally readTally(BinaryReader in) {
    return new Tally(
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong());
  }

  private static <T> List<T> readList(BinaryReader in, Function<BinaryReader, T> element) {
    int size = in.readInt();
    List<T> list = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      list.add(element.apply(in));
    }
    return list;
  }
}
