package dev.oncegate.testbed.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the judge found.
 *
 * @param verdicts one for each invariant, in their order
 * @param notes what limits the judgement, such as a topic whose beginning was deleted; usually none
 */
public record Report(Map<Invariant, Verdict> verdicts, List<String> notes) {

  /**
   * The judgement on one invariant.
   *
   * @param checked things looked at: I1 effects, I2 and I7 records that must have an answer, I3 and
   *     I4 decisions that let an effect through, I5 published counts and runs compared with the
   *     commands, I6 replays
   * @param violations all that were found
   * @param counterExamples the first of them, in words
   */
  public record Verdict(long checked, long violations, List<String> counterExamples) {}

  /** Whether no invariant is violated. */
  public boolean holds() {
    return verdicts.values().stream().allMatch(verdict -> verdict.violations == 0);
  }

  /** The figures as they are printed in JSON: {@code {"I1":{"checked":n,"violations":n},…}}. */
  public Map<String, Map<String, Long>> figures() {
    Map<String, Map<String, Long>> figures = new LinkedHashMap<>();
    verdicts.forEach(
        (invariant, verdict) -> {
          Map<String, Long> figure = new LinkedHashMap<>();
          figure.put("checked", verdict.checked);
          figure.put("violations", verdict.violations);
          figures.put(invariant.name(), figure);
        });
    return figures;
  }

  /** The counter-examples of the invariants that have any, under their names. */
  public Map<String, List<String>> counterExamples() {
    Map<String, List<String>> examples = new LinkedHashMap<>();
    verdicts.forEach(
        (invariant, verdict) -> {
          if (!verdict.counterExamples.isEmpty()) {
            examples.put(invariant.name(), verdict.counterExamples);
          }
        });
    return examples;
  }
}
