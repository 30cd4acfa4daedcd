package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.stack.GateInstance;
import dev.oncegate.testbed.stack.Proxy;
import dev.oncegate.testbed.stack.StackException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance of the tortured gate: its process, its way to the brokers and its clock. What ends
 * without having been told to is started again by the {@link Supervisor}.
 */
final class Member {
  private static final Duration START = Duration.ofSeconds(90);
  private static final long PAUSE_MS = 200;

  private final GateInstance gate;
  private final List<Proxy> way;
  private final ShiftedClock clock;
  private volatile boolean watched = true;
  private volatile List<String> within = List.of();

  private Member(GateInstance gate, List<Proxy> way, ShiftedClock clock) {
    this.gate = gate;
    this.way = way;
    this.clock = clock;
  }

  /**
   * Starts one; it works after {@link #awaitRunning}.
   *
   * @param way the proxies between it and the brokers
   */
  static Member start(String name, Path directory, Map<String, String> settings, List<Proxy> way) {
    Path home = directory.resolve(name);
    Path clockFile = directory.resolve(name + ".clock");
    ShiftedClock clock = ShiftedClock.of(clockFile);
    GateInstance.Main main =
        new GateInstance.Main(
            TorturedGate.class.getName(),
            config -> List.of(config.toString(), clockFile.toString()));
    return new Member(new GateInstance(name, home, settings, main), way, clock);
  }

  String name() {
    return gate.name();
  }

  GateInstance gate() {
    return gate;
  }

  Path state() {
    return gate.state();
  }

  /** Resets its connections to the brokers, and each new one. */
  void cutOff() {
    way.forEach(Proxy::cut);
  }

  /** Lets nothing through between it and the brokers; the connections stay. */
  void stall() {
    way.forEach(Proxy::stall);
  }

  /** Lets all between it and the brokers take longer, in each direction. */
  void slowDown(Duration by) {
    way.forEach(proxy -> proxy.delay(by));
  }

  /** Its connections are as they should be. */
  void reconnect() {
    way.forEach(Proxy::restore);
  }

  void shiftClock(Duration by) {
    clock.shift(by);
  }

  /** Ends it by SIGKILL; it stays down until {@link #begin}. */
  synchronized void kill() {
    watched = false;
    gate.kill();
  }

  /** Ends it by SIGTERM; it stays down until {@link #begin}. */
  synchronized void stop() {
    watched = false;
    gate.close();
  }

  /** Starts it again; it works after {@link #awaitRunning}. */
  synchronized void begin() {
    gate.begin(within);
    watched = true;
  }

  /** From its next start on it runs within another command; none: as usual. */
  void within(List<String> command) {
    within = command;
  }

  /**
   * Starts it again if it ended without having been told to.
   *
   * @return what was the matter; null where it need not be started
   */
  synchronized @Nullable String beginIfEnded() {
    if (!watched || gate.isAlive()) {
      return null;
    }
    String end = gate.ended().join();
    gate.begin(within);
    return end;
  }

  /**
   * Waits until it works; where it ends by itself meanwhile, until it works after it was started
   * again.
   *
   * @throws StackException where that takes too long
   */
  void awaitRunning() throws InterruptedException {
    long untilNs = System.nanoTime() + START.toNanos();
    while (true) {
      try {
        gate.awaitRunning();
        return;
      } catch (StackException e) {
        if (System.nanoTime() - untilNs >= 0) {
          throw e;
        }
        Thread.sleep(PAUSE_MS);
      }
    }
  }
}
