package dev.oncegate.testbed.promise;

import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.Tool;
import dev.oncegate.testbed.agents.World;
import java.util.Map;

/** An agent with more rounds than usual; only for agents whose run_id is made of the round. */
record Tireless(Agent agent, int rounds) implements Agent {
  @Override
  public String name() {
    return agent.name();
  }

  @Override
  public String does() {
    return agent.does();
  }

  @Override
  public Map<String, Tool> tools() {
    return agent.tools();
  }

  @Override
  public int abreast() {
    return agent.abreast();
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    return agent.play(round, world);
  }
}
