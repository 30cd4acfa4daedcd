package dev.oncegate.testbed.demo;

import dev.oncegate.testbed.agents.Agent;

/**
 * What the topics say of one agent.
 *
 * @param prevented its commands that were answered without an effect because their action is known
 * @param stopped its runs whose circuit has opened
 */
public record AgentLine(
    String name,
    String does,
    long sent,
    long effects,
    long prevented,
    long conflicts,
    long runs,
    long stopped) {

  /** An agent of whom nothing was heard yet. */
  static AgentLine before(Agent agent) {
    return new AgentLine(agent.name(), agent.does(), 0, 0, 0, 0, 0, 0);
  }
}
