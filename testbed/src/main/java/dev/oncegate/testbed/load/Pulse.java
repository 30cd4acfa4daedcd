package dev.oncegate.testbed.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * What is measured: commands acknowledged, decisions read, and the time between, second by second.
 *
 * <p>Keeps the commands that have no decision yet, by where they lie, some 100 bytes each; one that
 * gets none is given up after ten minutes. A second takes 64 bytes. Safe for use by several
 * threads.
 */
final class Pulse {
  private static final long GIVE_UP_NS = TimeUnit.MINUTES.toNanos(10);
  private static final int LOOK_EVERY = 10;
  private static final int OFFSET_BITS = 48;
  private static final int DIGITS = 3;

  private final LongSupplier clockNs;
  private final long beganNs;

  /** When a command was acknowledged, or, below zero, when its decision came before that. */
  private final Map<Long, Long> waiting = new ConcurrentHashMap<>();

  private final Recorder latenciesMs = new Recorder(DIGITS);
  private final AtomicLong sentNow = new AtomicLong();
  private final AtomicLong decidedNow = new AtomicLong();
  private final LongAdder sent = new LongAdder();
  private final LongAdder decided = new LongAdder();
  private final LongAdder givenUp = new LongAdder();
  private final List<Second> seconds = new ArrayList<>();
  private long secondBeganMs;
  private int ticks;

  /**
   * A pulse that begins now.
   *
   * @param clockNs as {@link System#nanoTime}
   */
  Pulse(LongSupplier clockNs) {
    this.clockNs = clockNs;
    this.beganNs = clockNs.getAsLong();
  }

  /** A command lies on its topic. */
  void acknowledged(int partition, long offset) {
    sentNow.incrementAndGet();
    sent.increment();
    long nowNs = elapsedNs();
    waiting.compute(
        place(partition, offset),
        (place, before) -> {
          if (before == null) {
            return nowNs;
          }
          count(0);
          return null;
        });
  }

  /**
   * A decision on a command, or its dead letter, was read. It counts once the command is known to
   * be one of this load: others may send too.
   */
  void decided(int partition, long offset) {
    long nowNs = elapsedNs();
    waiting.compute(
        place(partition, offset),
        (place, sentNs) -> {
          if (sentNs == null || sentNs < 0) {
            return -nowNs;
          }
          count(TimeUnit.NANOSECONDS.toMillis(Math.max(0, nowNs - sentNs)));
          return null;
        });
  }

  private void count(long latencyMs) {
    decidedNow.incrementAndGet();
    decided.increment();
    latenciesMs.recordValue(latencyMs);
  }

  private static long place(int partition, long offset) {
    return ((long) partition << OFFSET_BITS) | offset;
  }

  private long elapsedNs() {
    return clockNs.getAsLong() - beganNs + 1;
  }

  /** Ends a second and begins the next. To be called once a second. */
  synchronized void tick() {
    Histogram latencies = latenciesMs.getIntervalHistogram();
    boolean isEmpty = latencies.getTotalCount() == 0;
    seconds.add(
        new Second(
            secondBeganMs,
            sentNow.getAndSet(0),
            decidedNow.getAndSet(0),
            isEmpty ? 0 : latencies.getValueAtPercentile(50),
            isEmpty ? 0 : latencies.getValueAtPercentile(99),
            latencies.getMaxValue()));
    secondBeganMs = TimeUnit.NANOSECONDS.toMillis(elapsedNs());
    if (++ticks % LOOK_EVERY == 0) {
      giveUpOld();
    }
  }

  private void giveUpOld() {
    long tooOldNs = elapsedNs() - GIVE_UP_NS;
    waiting
        .values()
        .removeIf(
            since -> {
              boolean isOld = Math.abs(since) < tooOldNs;
              if (isOld && since > 0) {
                givenUp.increment();
              }
              return isOld;
            });
  }

  /** Milliseconds since it began. */
  long elapsedMs() {
    return TimeUnit.NANOSECONDS.toMillis(elapsedNs());
  }

  /** Commands acknowledged so far. */
  long sent() {
    return sent.sum();
  }

  /** Commands of this load whose decision or dead letter was read so far. */
  long decided() {
    return decided.sum();
  }

  /** Commands that got no decision within ten minutes. */
  long givenUp() {
    return givenUp.sum();
  }

  /** Commands that are acknowledged and wait for their decision. */
  long waiting() {
    return waiting.values().stream().filter(since -> since > 0).count();
  }

  /** All seconds that have ended. */
  synchronized List<Second> seconds() {
    return List.copyOf(seconds);
  }
}
