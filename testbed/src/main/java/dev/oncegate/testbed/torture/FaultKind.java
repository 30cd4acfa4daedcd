package dev.oncegate.testbed.torture;

/** The faults there are. */
public enum FaultKind {
  INSTANCE_KILLED("an instance is killed (SIGKILL) and started again"),
  INSTANCE_FROZEN("an instance stands still (SIGSTOP) for longer than its session, then goes on"),
  INSTANCES_ROLLED("all instances are restarted in order, one after the other"),
  SCALED_OUT_AND_IN("one more instance joins and leaves again"),
  STATE_LOST("an instance is killed and its state directory is gone"),
  STATE_CORRUPTED("an instance is killed and a file of its RocksDB is overwritten"),
  BROKER_KILLED("a broker is killed and started again"),
  BROKER_FROZEN("a broker stands still, then goes on"),
  CONTROLLER_LOST("the broker that leads the metadata quorum is killed and started again"),
  CONNECTIONS_CUT("an instance is cut off from all brokers"),
  CONNECTIONS_DELAYED("all between an instance and the brokers takes longer"),
  REGISTRY_DOWN("the schema registry is killed and started again"),
  CLOCK_JUMPED("the clock of an instance jumps and comes back"),
  DISK_FULL("the state directory of an instance has no room left");

  private final String words;

  FaultKind(String words) {
    this.words = words;
  }

  /** What happens, in words. */
  public String words() {
    return words;
  }
}
