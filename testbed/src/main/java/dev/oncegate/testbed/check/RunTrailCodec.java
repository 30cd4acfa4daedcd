package dev.oncegate.testbed.check;

import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.testbed.check.RunTrail.Item;
import dev.oncegate.testbed.check.RunTrail.Life;
import dev.oncegate.testbed.check.RunTrail.Published;
import dev.oncegate.testbed.check.RunTrail.Turn;
import dev.oncegate.testbed.check.store.Codec;
import dev.oncegate.testbed.check.store.Fingerprint;
import dev.oncegate.testbed.check.store.In;
import dev.oncegate.testbed.check.store.Out;

/** How a {@link RunTrail} lies on disk. */
final class RunTrailCodec implements Codec<RunTrail> {
  private static final Item[] ITEMS = Item.values();
  private static final CircuitState[] STATES = CircuitState.values();
  private static final CircuitCause[] CAUSES = CircuitCause.values();

  private final String results;
  private final String counts;
  private final String circuits;

  /** The topics that the places lie in. */
  RunTrailCodec(String results, String counts, String circuits) {
    this.results = results;
    this.counts = counts;
    this.circuits = circuits;
  }

  @Override
  public void write(RunTrail trail, Out out) {
    out.putBits(trail.runId.high());
    out.putBits(trail.runId.low());
    out.putByte(trail.reachesOut ? 1 : 0);
    out.putNumber(trail.size());
    long lastSeq = 0;
    long lastMs = 0;
    for (int i = 0; i < trail.size(); i++) {
      out.putNumber(trail.seq(i) - lastSeq);
      out.putByte(trail.item(i).ordinal());
      out.putNumber(trail.eventTimeMs(i) - lastMs);
      lastSeq = trail.seq(i);
      lastMs = trail.eventTimeMs(i);
    }
    out.putNumber(trail.lives.size());
    for (Life life : trail.lives) {
      out.putNumber(life.from());
      out.putNumber(life.beganMs());
      put(life.beganAt(), out);
    }
    out.putNumber(trail.published.size());
    for (Published published : trail.published) {
      put(published.at(), out);
      out.putNumber(published.runSeq());
      out.putNumber(published.publishedMs());
      out.putByte(published.isFinal() ? 1 : 0);
      put(published.total(), out);
      put(published.windows(), out);
    }
    out.putNumber(trail.turns.size());
    for (Turn turn : trail.turns) {
      put(turn.at(), out);
      out.putByte(turn.state().ordinal());
      out.putByte(turn.cause().ordinal());
      out.putNumber(turn.afterSeq());
      out.putNumber(turn.tripCount());
    }
  }

  @Override
  public RunTrail read(In in) {
    RunTrail trail = new RunTrail();
    trail.runId = new Fingerprint(in.takeBits(), in.takeBits());
    trail.reachesOut = in.takeByte() != 0;
    long seq = 0;
    long ms = 0;
    for (int rest = in.takeInt(); rest > 0; rest--) {
      seq += in.takeNumber();
      Item item = ITEMS[in.takeByte()];
      ms += in.takeNumber();
      trail.append(seq, item, ms);
    }
    for (int rest = in.takeInt(); rest > 0; rest--) {
      trail.lives.add(new Life(in.takeInt(), in.takeNumber(), place(results, in)));
    }
    for (int rest = in.takeInt(); rest > 0; rest--) {
      trail.published.add(
          new Published(
              place(counts, in),
              in.takeNumber(),
              in.takeNumber(),
              in.takeByte() != 0,
              numbers(in),
              numbers(in)));
    }
    for (int rest = in.takeInt(); rest > 0; rest--) {
      trail.turns.add(
          new Turn(
              place(circuits, in),
              STATES[in.takeByte()],
              CAUSES[in.takeByte()],
              in.takeNumber(),
              in.takeNumber()));
    }
    return trail;
  }

  @Override
  public int heapBytes(RunTrail trail) {
    int windows = 0;
    for (Published published : trail.published) {
      windows += published.windows().length;
    }
    return 240
        + trail.heapBytes()
        + 64 * trail.lives.size()
        + 192 * trail.published.size()
        + 8 * windows
        + 72 * trail.turns.size();
  }

  private static void put(Place at, Out out) {
    out.putNumber(at.partition());
    out.putNumber(at.offset());
  }

  private static Place place(String topic, In in) {
    return new Place(topic, in.takeInt(), in.takeNumber());
  }

  private static void put(long[] values, Out out) {
    out.putNumber(values.length);
    for (long value : values) {
      out.putNumber(value);
    }
  }

  private static long[] numbers(In in) {
    long[] values = new long[in.takeInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.takeNumber();
    }
    return values;
  }
}
