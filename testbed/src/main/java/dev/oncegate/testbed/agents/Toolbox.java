package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionEffect;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All tools of all agents, by name. */
public final class Toolbox implements Tool {
  private final Map<String, Tool> byName = new HashMap<>();

  /**
   * The tools of some agents.
   *
   * @throws IllegalArgumentException where two of them call different tools by the same name
   */
  public Toolbox(List<Agent> agents) {
    for (Agent agent : agents) {
      agent
          .tools()
          .forEach(
              (name, tool) -> {
                if (byName.putIfAbsent(name, tool) != null) {
                  throw new IllegalArgumentException("two tools are called " + name);
                }
              });
    }
  }

  @Override
  public Answer answer(ActionEffect effect) {
    Tool tool = byName.get(effect.getTool());
    return tool == null
        ? Answer.fails("NO_SUCH_TOOL", "There is no tool called %s.".formatted(effect.getTool()))
        : tool.answer(effect);
  }
}
