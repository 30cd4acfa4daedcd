package dev.oncegate.testbed.agents;

import java.util.List;

/** Everybody. */
public final class Cast {
  private Cast() {}

  /** One agent of each kind, the honest one first. */
  public static List<Agent> everybody() {
    return List.of(
        new HonestAgent(AirlineRuns.load().values()),
        new RetryStorm(),
        new Hammer(),
        new Impatient(),
        new Persistent(),
        new LostResponse(),
        new KeyReuser(),
        new Looper(),
        new Destructive(),
        new WrongPartition(),
        new Unreadable());
  }
}
