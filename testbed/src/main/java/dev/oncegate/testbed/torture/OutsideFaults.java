package dev.oncegate.testbed.torture;

import dev.oncegate.testbed.stack.Broker;
import java.time.Duration;
import java.util.Random;

/** Faults of what the gate's instances depend on: brokers, connections, registry. */
final class OutsideFaults {
  /** Longer than the session of a broker, so that others lead what it led. */
  private static final Duration BROKER_AWAY = Duration.ofSeconds(8);

  private static final Duration CUT = Rig.SESSION.plusSeconds(2);
  private static final Duration SLOW = Duration.ofSeconds(8);
  private static final Duration LONGER = Duration.ofMillis(150);
  private static final Duration REGISTRY_AWAY = Duration.ofSeconds(8);

  private final Rig rig;

  OutsideFaults(Rig rig) {
    this.rig = rig;
  }

  void killBroker(Blow blow, Random random) throws InterruptedException {
    killAndRestart(blow, random.nextInt(rig.brokers().size()));
  }

  void killLeader(Blow blow) throws InterruptedException {
    killAndRestart(blow, rig.brokers().leader());
  }

  private void killAndRestart(Blow blow, int number) throws InterruptedException {
    blow.hits(nameOf(number), "");
    rig.brokers().broker(number).kill();
    blow.awaitTakeOver();
    rig.brokers().restart(number);
    rig.awaitWholeBrokers();
    blow.isPutRight();
  }

  void freezeBroker(Blow blow, Random random) throws InterruptedException {
    int number = random.nextInt(rig.brokers().size());
    Broker victim = rig.brokers().broker(number);
    blow.hits(nameOf(number), "");
    victim.freeze();
    try {
      blow.awaitAge(BROKER_AWAY);
    } finally {
      victim.thaw();
    }
    rig.awaitWholeBrokers();
    blow.isPutRight();
  }

  private static String nameOf(int number) {
    return "broker-" + (number + 1);
  }

  /** Now by a reset of its connections, now by silence. */
  void cutConnections(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    boolean reset = random.nextBoolean();
    blow.hits(victim.name(), reset ? "reset" : "silent");
    if (reset) {
      victim.cutOff();
    } else {
      victim.stall();
    }
    blow.awaitTakeOver();
    blow.awaitAge(CUT);
    victim.reconnect();
    blow.isPutRight();
  }

  void delayConnections(Blow blow, Random random) throws InterruptedException {
    Member victim = rig.anyAtWork(random);
    blow.hits(victim.name(), LONGER.toMillis() + " ms in each direction");
    victim.slowDown(LONGER);
    blow.awaitAge(SLOW);
    victim.reconnect();
    blow.isPutRight();
  }

  /**
   * Meanwhile an instance is restarted: it waits until the registry is there. The others go on, but
   * only until a record comes that names a schema they have never seen: whether it can be read
   * nobody knows then, so its partition has to wait too.
   */
  void stopRegistry(Blow blow, Random random) throws InterruptedException {
    Member restarted = rig.anyAtWork(random);
    blow.hits("registry", restarted.name() + " is restarted meanwhile");
    rig.registry().kill();
    restarted.stop();
    restarted.begin();
    blow.awaitAge(REGISTRY_AWAY);
    rig.restartRegistry();
    restarted.awaitRunning();
    blow.isPutRight();
  }
}
