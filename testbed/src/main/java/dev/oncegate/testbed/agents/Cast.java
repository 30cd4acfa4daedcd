package dev.oncegate.testbed.agents;

import java.util.List;

/** Everybody. */
public final class Cast {
  private Cast() {}

  /** One agent of each kind, the honest one first. */
  public static List<Agent> everybody() {
    return with(new LostResponse());
  }

  /** The same before the tool executor of Kafka Connect, which hangs up at the deadline. */
  public static List<Agent> everybodyOverHttp() {
    return with(LostResponse.neverLate());
  }

  private static List<Agent> with(LostResponse lostResponse) {
    return List.of(
        new HonestAgent(AirlineRuns.load().values()),
        new RetryStorm(),
        new Hammer(),
        new Impatient(),
        new Persistent(),
        lostResponse,
        new KeyReuser(),
        new Looper(),
        new Destructive(),
        new WrongPartition(),
        new Unreadable());
  }
}
