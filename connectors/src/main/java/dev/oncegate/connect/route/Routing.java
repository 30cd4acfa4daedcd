package dev.oncegate.connect.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which tool is called how, by the name that effects use.
 *
 * @param tools by name
 */
public record Routing(Map<String, Tool> tools) {
  /** How a tool is called; null where none of that name is configured. */
  public @Nullable Tool find(String name) {
    return tools.get(name);
  }

  /** How many calls of a tool there may be at a time. */
  public int concurrency(String name) {
    Tool tool = tools.get(name);
    if (tool == null) {
      throw new IllegalArgumentException("no tool " + name);
    }
    return tool.concurrency();
  }
}
