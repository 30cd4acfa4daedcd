package dev.oncegate.testbed.check;

import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.testbed.check.RunTrail.Item;
import dev.oncegate.testbed.check.RunTrail.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges I4, run by run: no effect after the circuit opened, nor for the call that opened it; with
 * a cap of N exactly N calls pass; a half-open circuit lets through no more trials than succeed
 * before it closes, and than other runs were seen to need for that.
 *
 * <p>How many trials are configured the topics do not tell: it is as many as there are in a
 * half-open time that ends with TRIALS_PASSED.
 */
final class Circuits {
  private final Findings findings;
  private final TreeMap<Integer, Trials> undecidedTrials = new TreeMap<>();
  private int trialsToPass = -1;
  private boolean anyMayBeForgotten;

  Circuits(Findings findings) {
    this.findings = findings;
  }

  /** There are tombstones that do not tell of which run they are. */
  void anyMayBeForgotten() {
    anyMayBeForgotten = true;
  }

  /** Half-open times with the same number of trials: how often, and an example. */
  private record Trials(long times, Place at) {}

  /**
   * Judges a run. A tombstone ends the events of a life, so that those between two of them belong
   * to the same one: the next that they fit.
   */
  void judge(RunTrail trail, RunLives lives, RunName name) {
    for (int i = 0; i < trail.size(); i++) {
      findings.checked(Invariant.I4, trail.item(i) == Item.EFFECT ? 1 : 0);
    }
    boolean shared = name.runs > 1 && name.tombstones.length > 0;
    boolean unknown = anyMayBeForgotten && (trail.lives.size() > 1 || lives.mayHaveEmptyOnes());
    if (shared || unknown) {
      // Which events belong to which life, only tombstones tell: these do not say of which run.
      return;
    }
    int life = 0;
    List<List<Turn>> groups = groupsOf(trail.turns, name.tombstones);
    for (int i = 0; i < groups.size(); i++) {
      List<Turn> turns = groups.get(i);
      boolean isLast = i + 1 == groups.size();
      boolean isEnded = !isLast || isBehind(name.tombstones, turns.get(turns.size() - 1));
      int found = lifeOf(turns, life, isEnded, trail, lives);
      if (found == RunLives.NO_RESULTS) {
        continue;
      }
      for (String violation : violations(trail, found, turns, name.wasReset)) {
        findings.violated(Invariant.I4, "%s", violation);
      }
      countTrials(trail, found, turns);
      life = found + 1;
    }
  }

  private static List<List<Turn>> groupsOf(List<Turn> turns, long[] tombstones) {
    List<List<Turn>> groups = new ArrayList<>();
    int next = 0;
    boolean isNew = true;
    for (Turn turn : turns) {
      for (; next < tombstones.length && tombstones[next] < turn.at().offset(); next++) {
        isNew = true;
      }
      if (isNew) {
        groups.add(new ArrayList<>());
        isNew = false;
      }
      groups.get(groups.size() - 1).add(turn);
    }
    return groups;
  }

  private static boolean isBehind(long[] tombstones, Turn turn) {
    return tombstones.length > 0 && tombstones[tombstones.length - 1] > turn.at().offset();
  }

  /**
   * The life that events belong to.
   *
   * @param from the first that is left
   * @param isEnded whether the run was forgotten after the last of the events
   */
  private static int lifeOf(
      List<Turn> turns, int from, boolean isEnded, RunTrail trail, RunLives lives) {
    int last = trail.lives.size() - 1;
    if (last >= 0 && !isEnded && !lives.isForgotten(last)) {
      return last;
    }
    for (int life = from; life <= last; life++) {
      if (lives.isForgotten(life)
          && turns.get(turns.size() - 1).afterSeq() <= trail.lastSeq(life)
          && violations(trail, life, turns, true).isEmpty()) {
        return life;
      }
    }
    boolean withoutResults =
        from > last
            || (lives.mayHaveEmptyOnes() && turns.stream().allMatch(turn -> turn.afterSeq() == 0));
    return withoutResults ? RunLives.NO_RESULTS : from;
  }

  private static List<String> violations(
      RunTrail trail, int life, List<Turn> turns, boolean wasReset) {
    List<String> violations = new ArrayList<>(0);
    Turn last = null;
    int next = 0;
    for (int i = trail.lives.get(life).from(); i < trail.endOf(life); i++) {
      while (next < turns.size() && turns.get(next).afterSeq() < trail.seq(i)) {
        last = turns.get(next++);
      }
      if (trail.item(i) == Item.EFFECT) {
        Turn stops = last != null && last.stops() ? last : trippedBy(turns, next, trail.seq(i));
        if (stops != null) {
          violations.add(
              "run_seq %d has an effect, but the circuit is %s after run_seq %d by %s"
                  .formatted(trail.seq(i), stops.state(), stops.afterSeq(), stops.at()));
        }
      }
    }
    Turn first = turns.get(0);
    if (!wasReset
        && first.cause() == CircuitCause.TOTAL_CALLS
        && first.afterSeq() <= trail.lastSeq(life)) {
      judgeCap(trail, life, first, violations);
    }
    return violations;
  }

  /** The call that trips gets no effect itself. */
  private static @Nullable Turn trippedBy(List<Turn> turns, int from, long seq) {
    for (int i = from; i < turns.size() && turns.get(i).afterSeq() <= seq; i++) {
      if (turns.get(i).tripCount() >= 0 && turns.get(i).afterSeq() == seq) {
        return turns.get(i);
      }
    }
    return null;
  }

  /** With a cap of N exactly N calls pass: the first trip comes with call N + 1. */
  private static void judgeCap(RunTrail trail, int life, Turn trip, List<String> violations) {
    long calls = 0;
    for (int i = trail.lives.get(life).from();
        i < trail.endOf(life) && trail.seq(i) <= trip.afterSeq();
        i++) {
      if (trail.item(i) == Item.CIRCUIT_OPEN && trail.seq(i) < trip.afterSeq()) {
        return;
      }
      calls += trail.item(i).isCall() ? 1 : 0;
    }
    if (calls != trip.tripCount()) {
      violations.add(
          "the circuit event at %s counts %d calls; the log has %d"
              .formatted(trip.at(), trip.tripCount(), calls));
    }
  }

  private void countTrials(RunTrail trail, int life, List<Turn> turns) {
    for (int i = 0; i < turns.size(); i++) {
      Turn opened = turns.get(i);
      if (opened.state() != CircuitState.HALF_OPEN) {
        continue;
      }
      Turn ended = i + 1 < turns.size() ? turns.get(i + 1) : null;
      int effects = count(trail, life, opened, ended, Item.EFFECT);
      if (ended == null || ended.cause() != CircuitCause.TRIALS_PASSED) {
        undecidedTrials.merge(
            effects, new Trials(1, opened.at()), (a, b) -> new Trials(a.times + 1, a.at));
        continue;
      }
      trialsToPass = Math.max(trialsToPass, effects);
      int successes = count(trail, life, opened, ended, Item.SUCCESS);
      if (successes < effects) {
        findings.violated(
            Invariant.I4,
            "the circuit event at %s says that the trials passed; %d were let through since %s, %d succeeded",
            ended.at(),
            effects,
            opened.at(),
            successes);
      }
    }
  }

  private static int count(RunTrail trail, int life, Turn opened, @Nullable Turn ended, Item item) {
    int count = 0;
    for (int i = trail.lives.get(life).from(); i < trail.endOf(life); i++) {
      boolean isBetween =
          trail.seq(i) > opened.afterSeq() && (ended == null || trail.seq(i) <= ended.afterSeq());
      count += isBetween && trail.item(i) == item ? 1 : 0;
    }
    return count;
  }

  /** Judges, once all runs are known, the trials of circuits that did not close by them. */
  void judgeTrials() {
    if (trialsToPass < 0) {
      return;
    }
    for (Map.Entry<Integer, Trials> more :
        undecidedTrials.tailMap(trialsToPass, false).entrySet()) {
      for (long i = 0; i < more.getValue().times; i++) {
        findings.violated(
            Invariant.I4,
            "the circuit that is half open since %s let %d trials through; %d are enough to close one",
            more.getValue().at,
            more.getKey(),
            trialsToPass);
      }
    }
  }
}
