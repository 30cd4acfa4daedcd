package dev.oncegate.testbed.demo;

import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.Executions;
import dev.oncegate.testbed.agents.Toolbox;
import dev.oncegate.testbed.connect.Connectors;
import dev.oncegate.testbed.connect.Workplace;
import dev.oncegate.testbed.stack.Stack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A Connect worker with the tool executor, which calls the tools of a cast by HTTP; what they do is
 * a row each in PostgreSQL.
 */
final class HttpCrew implements Crew {
  /** The name of a tool that refuses whatever it is asked. */
  static final String WARM_UP = "warm-up";

  /** The tools need to know what they are called for, so it is in the body, not only the args. */
  private static final String BODY =
      """
      {"scope":{{scope}},"run_id":{{run_id}},"idempotency_key":{{idempotency_key}},\
      "attempt":{{attempt}},"args_hash":{{args_hash}},"tool":{{tool}},"args":{{args}}}""";

  private final Workplace workplace;
  private final CastTools tools;

  private HttpCrew(Workplace workplace, CastTools tools) {
    this.workplace = workplace;
    this.tools = tools;
  }

  /**
   * Starts all of it and waits until effects are executed.
   *
   * @param executions is told what the tools execute
   */
  static HttpCrew start(Stack stack, Path directory, List<Agent> cast, Executions executions) {
    CompletableFuture<Void> never = new CompletableFuture<>();
    Workplace workplace = new Workplace(stack, directory, 0, 0, null, never);
    CastTools tools = null;
    try {
      tools = CastTools.start(workplace.database(), new Toolbox(cast), executions);
      workplace.rest().put(Connectors.EXECUTOR, executor(stack, tools, cast));
      workplace.keepRunning(List.of(Connectors.EXECUTOR), never);
      return new HttpCrew(workplace, tools);
    } catch (RuntimeException | Error e) {
      workplace.close();
      if (tools != null) {
        tools.close();
      }
      throw e;
    }
  }

  /**
   * Each effect is called once: what is answered is then up to the gate, as with the tools in the
   * agents' own process.
   */
  private static Map<String, String> executor(Stack stack, CastTools tools, List<Agent> cast) {
    Map<String, String> config = new TreeMap<>();
    List<String> names = new ArrayList<>(List.of(WARM_UP));
    cast.forEach(agent -> names.addAll(agent.tools().keySet()));
    int number = 0;
    for (String name : names) {
      String prefix = "tool.t%d.".formatted(number++);
      config.put(prefix + "name", name);
      config.put(prefix + "url", tools.url());
      config.put(prefix + "body", BODY);
      config.put(prefix + "idempotent", "true");
      config.put(prefix + "concurrency", "64");
      config.put(prefix + "timeout.ms", "10000");
      config.put(prefix + "retry.max.calls", "1");
    }
    Map<String, String> all =
        new TreeMap<>(Connectors.executor(stack.bootstrapServers(), tools.url()));
    all.keySet().removeIf(key -> key.startsWith("tool."));
    all.putAll(config);
    all.put(
        "tools",
        String.join(
            ",",
            config.keySet().stream()
                .filter(key -> key.endsWith(".name"))
                .map(key -> key.split("\\.")[1])
                .toList()));
    all.put("unknown.tool", "fail");
    // Some deadlines are a second away.
    all.put("deadline.margin.ms", "0");
    return all;
  }

  @Override
  public long count() {
    return tools.count();
  }

  @Override
  public List<Executions.Action> executedTwice() {
    return tools.executedTwice();
  }

  @Override
  public void close() {
    workplace.close();
    tools.close();
  }
}
