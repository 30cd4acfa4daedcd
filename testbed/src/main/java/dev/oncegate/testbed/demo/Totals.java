package dev.oncegate.testbed.demo;

import dev.oncegate.schema.Decision;
import java.util.Map;

/**
 * What the topics say, all agents together.
 *
 * @param commands records on the commands topic
 * @param effects records on the effects topic
 * @param duplicatesPrevented commands that were answered without an effect because their action is
 *     known
 * @param conflicts records on the conflicts topic
 * @param circuitsTripped circuit events that opened a circuit
 * @param deadLetters records on the dead letters topic
 * @param decisions decided commands, by decision
 * @param undecided commands with neither decision nor dead letter so far
 * @param unsettled effects with neither outcome nor release so far
 * @param uncounted runs whose published counts are behind their decisions so far
 */
public record Totals(
    long commands,
    long effects,
    long duplicatesPrevented,
    long conflicts,
    long circuitsTripped,
    long deadLetters,
    Map<Decision, Long> decisions,
    long undecided,
    long unsettled,
    long uncounted) {

  /** Before anything was read. */
  static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, Map.of(), 0, 0, 0);

  public Totals {
    decisions = Map.copyOf(decisions);
  }

  /** Whether nothing is on its way any more. */
  boolean settled() {
    return undecided == 0 && unsettled == 0 && uncounted == 0;
  }
}
