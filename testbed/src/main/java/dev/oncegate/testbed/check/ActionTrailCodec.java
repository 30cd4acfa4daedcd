package dev.oncegate.testbed.check;

import dev.oncegate.testbed.check.ActionTrail.Accused;
import dev.oncegate.testbed.check.ActionTrail.Ordered;
import dev.oncegate.testbed.check.ActionTrail.Reported;
import dev.oncegate.testbed.check.ActionTrail.Settled;
import dev.oncegate.testbed.check.ActionTrail.State;
import dev.oncegate.testbed.check.store.Codec;
import dev.oncegate.testbed.check.store.In;
import dev.oncegate.testbed.check.store.Out;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** How an {@link ActionTrail} lies on disk. */
final class ActionTrailCodec implements Codec<ActionTrail> {
  private static final State[] STATES = State.values();

  @Override
  public void write(ActionTrail trail, Out out) {
    out.putByte(trail.state.ordinal());
    out.putNumber(trail.attempt);
    out.putNumber(trail.highestAttempt);
    out.putNumber(trail.lives);
    out.putNumber(trail.released);
    out.putNumber(trail.validUntilMs);
    out.putNumber(trail.validUntilMs - trail.letThroughMs);
    out.putNumber(trail.commandPartition);
    out.putNumber(trail.commandOffset);
    out.putBits(trail.stored);
    putAll(trail.reported, ActionTrailCodec::put, out);
    putAll(trail.ordered, ActionTrailCodec::put, out);
    putAll(trail.settled, ActionTrailCodec::put, out);
    putAll(trail.accused, ActionTrailCodec::put, out);
  }

  @Override
  public ActionTrail read(In in) {
    ActionTrail trail = new ActionTrail();
    trail.state = STATES[in.takeByte()];
    trail.attempt = in.takeInt();
    trail.highestAttempt = in.takeInt();
    trail.lives = in.takeInt();
    trail.released = in.takeNumber();
    trail.validUntilMs = in.takeNumber();
    trail.letThroughMs = trail.validUntilMs - in.takeNumber();
    trail.commandPartition = in.takeInt();
    trail.commandOffset = in.takeNumber();
    trail.stored = in.takeBits();
    trail.reported = takeAll(ActionTrailCodec::reported, in);
    trail.ordered = takeAll(ActionTrailCodec::ordered, in);
    trail.settled = takeAll(ActionTrailCodec::settled, in);
    trail.accused = takeAll(ActionTrailCodec::accused, in);
    return trail;
  }

  @Override
  public int heapBytes(ActionTrail trail) {
    return 104
        + 136 * trail.reported.size()
        + 104 * trail.ordered.size()
        + 104 * trail.settled.size()
        + 64 * trail.accused.size();
  }

  private static <T> void putAll(List<T> list, BiConsumer<T, Out> one, Out out) {
    out.putNumber(list.size());
    for (T entry : list) {
      one.accept(entry, out);
    }
  }

  private static <T> List<T> takeAll(Function<In, T> one, In in) {
    int size = in.takeInt();
    if (size == 0) {
      return Collections.emptyList();
    }
    List<T> list = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      list.add(one.apply(in));
    }
    return list;
  }

  private static void put(Reported reported, Out out) {
    out.putNumber(reported.partition());
    out.putNumber(reported.offset());
    out.putNumber(reported.timestampMs());
    out.putNumber(reported.attempt());
    out.putByte((reported.isTransient() ? 1 : 0) + (reported.isTraced() ? 2 : 0));
    put(reported.ending(), out);
    if (reported.isTransient()) {
      put(reported.exhausted(), out);
    }
  }

  private static Reported reported(In in) {
    int partition = in.takeInt();
    long offset = in.takeNumber();
    long timestampMs = in.takeNumber();
    int attempt = in.takeInt();
    int flags = in.takeByte();
    boolean isTransient = (flags & 1) != 0;
    Ending.Digest ending = ending(in);
    Ending.Digest exhausted = isTransient ? ending(in) : ending;
    boolean isTraced = (flags & 2) != 0;
    return new Reported(
        partition, offset, timestampMs, attempt, isTransient, ending, exhausted, isTraced);
  }

  private static void put(Ordered ordered, Out out) {
    out.putNumber(ordered.partition());
    out.putNumber(ordered.offset());
    out.putNumber(ordered.timestampMs());
    out.putNumber(ordered.attempt());
    out.putByte((ordered.isRelease() ? 1 : 0) + (ordered.isTraced() ? 2 : 0));
    put(ordered.ending(), out);
  }

  private static Ordered ordered(In in) {
    int partition = in.takeInt();
    long offset = in.takeNumber();
    long timestampMs = in.takeNumber();
    int attempt = in.takeInt();
    int flags = in.takeByte();
    Ending.Digest ending = ending(in);
    return new Ordered(
        partition, offset, timestampMs, attempt, (flags & 1) != 0, ending, (flags & 2) != 0);
  }

  private static void put(Settled settled, Out out) {
    out.putNumber(settled.partition());
    out.putNumber(settled.offset());
    out.putNumber(settled.attempt());
    out.putByte((settled.byControl() ? 1 : 0) + (settled.hasSource() ? 2 : 0));
    put(settled.ending(), out);
    out.putNumber(settled.validUntilMs());
    out.putNumber(settled.validUntilMs() - settled.letThroughMs());
  }

  private static Settled settled(In in) {
    int partition = in.takeInt();
    long offset = in.takeNumber();
    int attempt = in.takeInt();
    int flags = in.takeByte();
    Ending.Digest ending = ending(in);
    long validUntilMs = in.takeNumber();
    long letThroughMs = validUntilMs - in.takeNumber();
    return new Settled(
        partition,
        offset,
        attempt,
        (flags & 1) != 0,
        ending,
        letThroughMs,
        validUntilMs,
        (flags & 2) != 0);
  }

  private static void put(Accused accused, Out out) {
    out.putNumber(accused.partition());
    out.putNumber(accused.offset());
    out.putNumber(accused.byPartition());
    out.putNumber(accused.byOffset());
  }

  private static Accused accused(In in) {
    return new Accused(in.takeInt(), in.takeNumber(), in.takeInt(), in.takeNumber());
  }

  private static void put(Ending.Digest ending, Out out) {
    out.putBits(ending.whole());
    out.putBits(ending.essence());
  }

  private static Ending.Digest ending(In in) {
    return new Ending.Digest(in.takeBits(), in.takeBits());
  }
}
