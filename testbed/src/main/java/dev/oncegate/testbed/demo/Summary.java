package dev.oncegate.testbed.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came out of a demo.
 *
 * @param totals as read back from the topics
 * @param executions what the simulated tools executed, by their own books
 * @param executedTwice actions that were executed more than once, by the same books
 * @param verdicts one for each invariant, in their order
 */
public record Summary(
    List<AgentLine> agents,
    Totals totals,
    long executions,
    List<String> executedTwice,
    List<Verdict> verdicts,
    long seed,
    Duration took) {

  /**
   * The verdict on one invariant.
   *
   * @param name I1 to I7
   * @param title the promise in a few words
   */
  public record Verdict(
      String name, String title, long checked, long violations, List<String> counterExamples) {}

  /**
   * Whether every promise was kept: the invariants hold, nothing is left open, and no tool executed
   * anything twice.
   */
  public boolean good() {
    return executedTwice.isEmpty()
        && totals.settled()
        && verdicts.stream().allMatch(verdict -> verdict.violations() == 0);
  }

  /** One JSON object, on one line. */
  public String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("commands", totals.commands());
    json.put("effects", totals.effects());
    json.put("duplicates_prevented", totals.duplicatesPrevented());
    json.put("conflicts", totals.conflicts());
    json.put("circuits_tripped", totals.circuitsTripped());
    json.put("dead_letters", totals.deadLetters());
    json.put("executions", executions);
    json.put("executed_twice", executedTwice.size());
    json.put("undecided", totals.undecided());
    json.put("unsettled", totals.unsettled());
    json.put("decisions", new TreeMap<>(totals.decisions()));
    Map<String, Object> invariants = new LinkedHashMap<>();
    for (Verdict verdict : verdicts) {
      Map<String, Long> figures = new LinkedHashMap<>();
      figures.put("checked", verdict.checked());
      figures.put("violations", verdict.violations());
      invariants.put(verdict.name(), figures);
    }
    json.put("invariants", invariants);
    json.put("seed", seed);
    json.put("took_ms", took.toMillis());
    try {
      return new ObjectMapper().writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and names can be written", e);
    }
  }
}
