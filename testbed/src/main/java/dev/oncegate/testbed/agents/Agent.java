package dev.oncegate.testbed.agents;

import java.util.Map;

/**
 * An agent with one habit. It acts in rounds, each an execution (a run) of its own, so that a run
 * whose circuit opened does not end the show.
 *
 * <p>Agents keep no state between rounds and draw all chance from {@link World#random}: the same
 * seed gives the same commands.
 */
public interface Agent {
  /** Short, in lower case, without blanks; also its agent_id. */
  String name();

  /** What it does, in a few words. */
  String does();

  /** The tools it calls, by name. */
  Map<String, Tool> tools();

  /** How many rounds it has. */
  int rounds();

  /** How many rounds it plays at the same time. */
  default int abreast() {
    return 1;
  }

  /** The run_id of a round. */
  default String runId(int round) {
    return name() + "-" + round;
  }

  /**
   * Plays a round.
   *
   * @param round from 1
   * @return what happened, in words; empty where it is not worth telling
   * @throws InterruptedException where the show is over
   */
  String play(int round, World world) throws InterruptedException;
}
