package dev.oncegate.testbed.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends at a rate, whatever the gate answers. Where brokers stall it falls behind, and catches up
 * by no more than what five seconds bring; what lies further back is left out and counted.
 */
final class Agents implements Runnable, AutoCloseable {
  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int CATCH_UP_S = 5;

  private final Generator generator;
  private final Wire wire;
  private final Outgoing outgoing;
  private final Pulse pulse;
  private final int perSecond;
  private final AtomicLongArray byConduct = new AtomicLongArray(Conduct.values().length);
  private final LongAdder leftOut = new LongAdder();
  private volatile boolean closed;

  Agents(Generator generator, Wire wire, Outgoing outgoing, Pulse pulse, int perSecond) {
    this.generator = generator;
    this.wire = wire;
    this.outgoing = outgoing;
    this.pulse = pulse;
    this.perSecond = perSecond;
  }

  @Override
  public void run() {
    long beganNs = System.nanoTime();
    long done = 0;
    while (!closed && !Thread.currentThread().isInterrupted()) {
      double seconds = (System.nanoTime() - beganNs) / 1e9;
      long behind = (long) (seconds * perSecond) - done;
      long tooMany = behind - (long) CATCH_UP_S * perSecond;
      if (tooMany > 0) {
        leftOut.add(tooMany);
        done += tooMany;
      }
      if (behind > 0 && outgoing.hasRoom()) {
        send(generator.next());
        done++;
      } else {
        LockSupport.parkNanos(PAUSE_NS);
      }
    }
  }

  private void send(Delivery delivery) {
    byConduct.incrementAndGet(delivery.conduct().ordinal());
    outgoing.send(
        wire.record(delivery, System.currentTimeMillis()),
        at -> {
          if (delivery.isCommand()) {
            pulse.acknowledged(at.partition(), at.offset());
          }
        });
  }

  /** Deliveries so far, acknowledged or not. */
  Map<Conduct, Long> byConduct() {
    Map<Conduct, Long> counts = new EnumMap<>(Conduct.class);
    for (Conduct conduct : Conduct.values()) {
      counts.put(conduct, byConduct.get(conduct.ordinal()));
    }
    return counts;
  }

  /** Deliveries that were due and not made. */
  long leftOut() {
    return leftOut.sum();
  }

  @Override
  public void close() {
    closed = true;
  }
}
