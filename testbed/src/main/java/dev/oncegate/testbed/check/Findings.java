package dev.oncegate.testbed.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects what was looked at and what was wrong. Only the first violations are kept in words. */
final class Findings {
  private static final int MOST_EXAMPLES = 5;

  private static final class Tally {
    long checked;
    long violations;
    final List<String> examples = new ArrayList<>(MOST_EXAMPLES);
  }

  private final Map<Invariant, Tally> tallies = new EnumMap<>(Invariant.class);
  private final List<String> notes = new ArrayList<>();

  Findings() {
    for (Invariant invariant : Invariant.values()) {
      tallies.put(invariant, new Tally());
    }
  }

  void checked(Invariant invariant, long things) {
    of(invariant).checked += things;
  }

  void violated(Invariant invariant, String words, Object... arguments) {
    Tally tally = of(invariant);
    tally.violations++;
    if (tally.examples.size() < MOST_EXAMPLES) {
      tally.examples.add(words.formatted(arguments));
    }
  }

  void note(String words) {
    notes.add(words);
  }

  Report report() {
    Map<Invariant, Report.Verdict> verdicts = new EnumMap<>(Invariant.class);
    tallies.forEach(
        (invariant, tally) ->
            verdicts.put(
                invariant,
                new Report.Verdict(tally.checked, tally.violations, List.copyOf(tally.examples))));
    return new Report(verdicts, List.copyOf(notes));
  }

  private Tally of(Invariant invariant) {
    Tally tally = tallies.get(invariant);
    if (tally == null) {
      throw new IllegalStateException("no tally of " + invariant);
    }
    return tally;
  }
}
