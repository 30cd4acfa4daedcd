package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionEffect;

/** A simulated tool: deterministic, the same effect always gets the same answer. */
@FunctionalInterface
public interface Tool {
  /** What the tool does with an effect. Called once for each delivery of it. */
  Answer answer(ActionEffect effect);
}
