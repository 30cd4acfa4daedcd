package dev.oncegate.testbed.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a failing script short: leaves out whatever can be left out while it still fails, first
 * halves, at last single steps. Greedy, so the result is short, not shortest.
 */
final class Shrinker {
  /** Most scripts that are tried. */
  private static final int MOST_TRIES = 400;

  private final Predicate<Script> fails;
  private int tries;

  /**
   * @param fails whether a script still shows the failure
   */
  Shrinker(Predicate<Script> fails) {
    this.fails = fails;
  }

  Script shrink(Script failing) {
    Script shortest = failing;
    for (int size = failing.steps().size() / 2; size >= 1; ) {
      Script shorter = withoutSome(shortest, size);
      boolean helped = shorter.steps().size() < shortest.steps().size();
      shortest = shorter;
      size = size == 1 && helped ? 1 : size / 2;
    }
    return shortest;
  }

  /** Leaves out as many runs of {@code size} steps as can be. */
  private Script withoutSome(Script script, int size) {
    Script shortest = script;
    int from = 0;
    while (from < shortest.steps().size() && tries < MOST_TRIES) {
      List<Step> rest = new ArrayList<>(shortest.steps());
      rest.subList(from, Math.min(from + size, rest.size())).clear();
      tries++;
      Script shorter = shortest.with(rest);
      if (fails.test(shorter)) {
        shortest = shorter;
      } else {
        from += size;
      }
    }
    return shortest;
  }
}
