package dev.oncegate.testbed.torture;

import java.util.Random;

/** Every kind of fault, ready to be thrown. */
final class Arsenal {
  private final InstanceFaults instances;
  private final OutsideFaults outside;

  Arsenal(Rig rig, Probes probes) {
    this.instances = new InstanceFaults(rig, probes);
    this.outside = new OutsideFaults(rig);
  }

  /**
   * Throws one; returns when what was broken has been put right.
   *
   * @param chance what it hits, and how
   */
  void strike(FaultKind kind, Blow blow, Random chance) throws InterruptedException {
    switch (kind) {
      case INSTANCE_KILLED -> instances.kill(blow, chance);
      case INSTANCE_FROZEN -> instances.freeze(blow, chance);
      case INSTANCES_ROLLED -> instances.roll(blow);
      case SCALED_OUT_AND_IN -> instances.scaleOutAndIn(blow);
      case STATE_LOST -> instances.loseState(blow, chance);
      case STATE_CORRUPTED -> instances.corruptState(blow, chance);
      case BROKER_KILLED -> outside.killBroker(blow, chance);
      case BROKER_FROZEN -> outside.freezeBroker(blow, chance);
      case CONTROLLER_LOST -> outside.killLeader(blow);
      case CONNECTIONS_CUT -> outside.cutConnections(blow, chance);
      case CONNECTIONS_DELAYED -> outside.delayConnections(blow, chance);
      case REGISTRY_DOWN -> outside.stopRegistry(blow, chance);
      case CLOCK_JUMPED -> instances.shiftClock(blow, chance);
      case DISK_FULL -> instances.fillDisk(blow, chance);
    }
  }
}
