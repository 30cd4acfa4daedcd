package dev.oncegate.gate;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import java.util.List;

/**
 * The names of all topics.
 *
 * @param executions the trace of all calls of tools: written by executors, not by the gate, which
 *     starts without it
 * @param reroute the gate's own: carries records to the partition of their scope
 * @param foundation the gate's own: what its state was laid down with
 */
public record Topics(
    String commands,
    String outcomes,
    String controls,
    String effects,
    String results,
    String conflicts,
    String runCounts,
    String circuits,
    String deadLetters,
    String escalations,
    String executions,
    String reroute,
    String foundation) {

  /**
   * The topics of a gate.
   *
   * @param prefix of all public topics, such as {@code agent.}
   * @param applicationId prefix of the gate's own topics, as for all internal topics of a Streams
   *     application
   */
  public static Topics of(String prefix, String applicationId) {
    return new Topics(
        prefix + "commands",
        prefix + "outcomes",
        prefix + "controls",
        prefix + "effects",
        prefix + "results",
        prefix + "conflicts",
        prefix + "run-counts",
        prefix + "circuits",
        prefix + "dead-letters",
        prefix + "escalations",
        prefix + "executions",
        applicationId + "-reroute",
        applicationId + "-foundation");
  }

  /** The topics of a configured gate. */
  public static Topics of(GateConfig config) {
    return of(config.getString(GateKeys.TOPIC_PREFIX), config.applicationId());
  }

  /** What the gate reads; all have the same number of partitions. */
  public List<String> sources() {
    return List.of(commands, outcomes, controls, reroute);
  }

  /** What the gate writes. */
  public List<String> sinks() {
    return List.of(
        effects, results, conflicts, runCounts, circuits, deadLetters, escalations, reroute);
  }
}
