package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.SideEffectClass;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What all agents have in common. */
final class Habits {
  private Habits() {}

  /**
   * A command of an agent's round.
   *
   * @param key null: the gate derives one
   */
  static ActionCommand.Builder command(
      Agent agent, int round, String tool, String args, @Nullable String key) {
    String runId = agent.runId(round);
    return ActionCommand.newBuilder()
        .setRunId(runId)
        .setAgentId(agent.name())
        .setTool(tool)
        .setArgs(args)
        .setIdempotencyKey(key)
        .setSideEffectClass(SideEffectClass.WRITE)
        .setCorrelationId(key == null ? runId : runId + "/" + key);
  }

  /** Waits for the decisions on several commands. */
  static List<Decision> decisions(List<Sent> sent) throws InterruptedException {
    List<Decision> decisions = new ArrayList<>(sent.size());
    for (Sent one : sent) {
      decisions.add(one.decision());
    }
    return decisions;
  }

  /** Such as "1 ACCEPTED, 49 IN_PROGRESS", in the order of the enum. */
  static String counted(List<Decision> decisions) {
    Map<Decision, Integer> counts = new EnumMap<>(Decision.class);
    decisions.forEach(decision -> counts.merge(decision, 1, Integer::sum));
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
