package dev.oncegate.testbed.check;

import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.testbed.check.ActionTrail.Accused;
import dev.oncegate.testbed.check.ActionTrail.Ordered;
import dev.oncegate.testbed.check.ActionTrail.Reported;
import dev.oncegate.testbed.check.ActionTrail.Settled;
import dev.oncegate.testbed.check.ActionTrail.State;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Judges the second half of I7, action by action: what executors reported and controls ordered is
 * told in a result, or is refused; and the converse, a result tells nothing that nobody said, a
 * conflict accuses no outcome that contradicts nothing.
 *
 * <p>The order in which an outcome and the results were written is not to be seen in the topics,
 * for they lie in different ones. Where a key has more than one life, only times can tell which one
 * an outcome belongs to: those of the executor's clock and of the gate's, which may be {@value
 * #CLOCKS_APART_MS} ms apart before anything is called lost.
 */
final class Outcomes {
  private static final long CLOCKS_APART_MS = 600_000;

  private final String outcomesTopic;
  private final String controlsTopic;
  private final String resultsTopic;
  private final String conflictsTopic;
  private final Arrivals arrivals;
  private final Findings findings;
  private long openQuestions;

  Outcomes(Topics topics, Arrivals arrivals, Findings findings) {
    this.outcomesTopic = topics.outcomes();
    this.controlsTopic = topics.controls();
    this.resultsTopic = topics.results();
    this.conflictsTopic = topics.conflicts();
    this.arrivals = arrivals;
    this.findings = findings;
  }

  /** A SETTLED, OVERDUE or RELEASED result. */
  void followed(ActionTrail trail, ActionResult result, Place at) {
    Integer attempt = result.getEffectAttempt();
    if (attempt == null || attempt < 1 || attempt > trail.attempt) {
      findings.violated(
          Invariant.I7,
          "%s at %s is for attempt %s; attempts 1 to %d were let through",
          result.getEvent(),
          at,
          attempt,
          trail.attempt);
      return;
    }
    Place command = Place.of(result.getCommand());
    if (command.partition() != trail.commandPartition || command.offset() != trail.commandOffset) {
      findings.violated(
          Invariant.I7,
          "%s at %s names command %s, but the one let through is at partition %d, offset %d",
          result.getEvent(),
          at,
          command,
          trail.commandPartition,
          trail.commandOffset);
    }
    switch (result.getEvent()) {
      case SETTLED -> settled(trail, result, attempt, at);
      case OVERDUE -> {
        expect(attempt == trail.attempt && trail.state == State.PENDING, trail, result, at);
        trail.state = State.OVERDUE;
      }
      default -> {
        expect(attempt == trail.attempt && trail.state == State.OVERDUE, trail, result, at);
        trail.release(attempt);
      }
    }
    weigh(trail);
  }

  private void settled(ActionTrail trail, ActionResult result, int attempt, Place at) {
    StoredOutcome stored = result.getStoredOutcome();
    if (stored == null || stored.getAttempt() != attempt) {
      findings.violated(
          Invariant.I7, "SETTLED at %s carries no outcome of its attempt %d", at, attempt);
      return;
    }
    Ending ending = Ending.of(stored);
    boolean isLast = attempt == trail.attempt;
    boolean waits = trail.awaitsOutcome();
    boolean isFinal = !ending.isTransient();
    boolean byControl = trail.state == State.TRANSIENT && isLast && isFinal;
    boolean isLate = trail.state == State.TRANSIENT && !isLast && isFinal;
    expect(byControl || isLate || (waits && (isLast || isFinal)), trail, result, at);
    Ending.Digest digest = ending.digest();
    trail.settled =
        ActionTrail.plus(
            trail.settled,
            new Settled(
                at.partition(),
                at.offset(),
                attempt,
                byControl,
                digest,
                trail.letThroughMs,
                trail.validUntilMs,
                false));
    openQuestions++;
    trail.state = ending.isTransient() ? State.TRANSIENT : State.FINAL;
    trail.stored = ending.isTransient() ? 0 : digest.whole();
  }

  private void expect(boolean holds, ActionTrail trail, ActionResult result, Place at) {
    if (!holds) {
      findings.violated(
          Invariant.I7,
          "%s at %s is for attempt %d, while attempt %d is %s",
          result.getEvent(),
          at,
          result.getEffectAttempt(),
          trail.attempt,
          trail.state);
    }
  }

  /** An outcome that can be read. */
  void reported(ActionTrail trail, ActionOutcome outcome, long timestampMs, Place at) {
    Ending ending = Ending.of(outcome);
    Ending.Digest digest = ending.digest();
    trail.reported =
        ActionTrail.plus(
            trail.reported,
            new Reported(
                at.partition(),
                at.offset(),
                timestampMs,
                ending.attempt(),
                ending.isTransient(),
                digest,
                ending.isTransient() ? ending.exhausted().digest() : digest,
                false));
    weigh(trail);
  }

  /**
   * A control that concerns the action, if the scope is the right one.
   *
   * @param ending what to settle it as; null: it is to be released
   */
  void ordered(
      ActionTrail trail, int attempt, @Nullable Ending ending, long timestampMs, Place at) {
    trail.ordered =
        ActionTrail.plus(
            trail.ordered,
            new Ordered(
                at.partition(),
                at.offset(),
                timestampMs,
                attempt,
                ending == null,
                ending == null ? new Ending.Digest(0, 0) : ending.digest(),
                false));
    weigh(trail);
  }

  /** A conflict event that names an outcome. */
  void accused(ActionTrail trail, Place outcome, Place at) {
    trail.accused =
        ActionTrail.plus(
            trail.accused,
            new Accused(outcome.partition(), outcome.offset(), at.partition(), at.offset()));
    openQuestions++;
    weigh(trail);
  }

  /** Answers what can be answered by what is known of the action now. */
  void weigh(ActionTrail trail) {
    trail.settled.replaceAll(
        settled -> {
          boolean found = !settled.hasSource() && hasSource(trail, settled);
          openQuestions -= found ? 1 : 0;
          return found ? settled.sourced() : settled;
        });
    trail.accused.removeIf(
        accused -> {
          boolean isTrue = isContradiction(trail, accused);
          openQuestions -= isTrue ? 1 : 0;
          return isTrue;
        });
    trail.ordered.replaceAll(
        order -> {
          if (order.isTraced() || !wasObeyed(trail, order)) {
            return order;
          }
          arrivals.traced(new Place(controlsTopic, order.partition(), order.offset()));
          return order.traced();
        });
    trail.reported.replaceAll(
        report -> {
          if (report.isTraced() || !leftTrace(trail, report)) {
            return report;
          }
          arrivals.traced(new Place(outcomesTopic, report.partition(), report.offset()));
          return report.traced();
        });
    trail.reported.removeIf(report -> isDone(trail, report));
  }

  /** Whether nothing can be learned from an outcome any more. */
  private boolean isDone(ActionTrail trail, Reported report) {
    if (report.isTraced()) {
      return trail.settled.stream().anyMatch(settled -> tells(settled, report))
          && trail.accused.isEmpty();
    }
    return trail.settled.stream().allMatch(Settled::hasSource)
        && trail.accused.isEmpty()
        && arrivals.isAnswered(new Place(outcomesTopic, report.partition(), report.offset()));
  }

  private static boolean tells(Settled settled, Reported report) {
    return settled.ending().whole() == report.ending().whole()
        || settled.ending().whole() == report.exhausted().whole();
  }

  private static boolean hasSource(ActionTrail trail, Settled settled) {
    long told = settled.ending().whole();
    return trail.ordered.stream()
            .anyMatch(order -> !order.isRelease() && order.ending().whole() == told)
        || (!settled.byControl()
            && (trail.reported.stream().anyMatch(report -> tells(settled, report))
                || trail.settled.stream()
                    .anyMatch(other -> other.hasSource() && other.ending().whole() == told)));
  }

  /**
   * Whether something else was told than what the accused outcome says. One that is not kept any
   * more says what was told once: then it takes two different endings.
   */
  private static boolean isContradiction(ActionTrail trail, Accused accused) {
    LongStream told = trail.settled.stream().mapToLong(settled -> settled.ending().essence());
    return trail.reported.stream()
        .filter(
            report ->
                report.partition() == accused.partition() && report.offset() == accused.offset())
        .findFirst()
        .map(report -> told.anyMatch(essence -> essence != report.ending().essence()))
        .orElseGet(() -> told.distinct().count() > 1);
  }

  private static boolean isSame(Settled settled, Reported report) {
    return settled.ending().essence() == report.ending().essence()
        || settled.ending().essence() == report.exhausted().essence();
  }

  /**
   * Whether an outcome made a difference, or need not: a late transient failure of an attempt that
   * has a successor, and what says again what is stored. The latter only where the action does not
   * wait for this very outcome.
   */
  private static boolean leftTrace(ActionTrail trail, Reported report) {
    if (isAwaited(trail, report.attempt(), report.timestampMs())) {
      return false;
    }
    boolean hasSuccessor = report.attempt() >= 1 && report.attempt() < trail.highestAttempt;
    if (report.isTransient() && hasSuccessor) {
      return true;
    }
    return trail.settled.stream()
        .anyMatch(
            settled ->
                isSame(settled, report)
                    && (!report.isTransient() || settled.attempt() == report.attempt())
                    && (trail.lives <= 1 || mayBeOfTheLifeOf(settled, report)));
  }

  private static boolean mayBeOfTheLifeOf(Settled settled, Reported report) {
    return report.timestampMs() >= settled.letThroughMs() - CLOCKS_APART_MS
        && report.timestampMs() <= settled.validUntilMs() + CLOCKS_APART_MS;
  }

  private static boolean isAwaited(ActionTrail trail, int attempt, long timestampMs) {
    boolean isOfThisLife = trail.lives <= 1 || timestampMs >= trail.letThroughMs + CLOCKS_APART_MS;
    return trail.awaitsOutcome() && attempt == trail.attempt && isOfThisLife;
  }

  private static boolean wasObeyed(ActionTrail trail, Ordered order) {
    boolean isAwaited = isAwaited(trail, order.attempt(), order.timestampMs());
    if (order.isRelease()) {
      return trail.wasReleased(order.attempt()) && !(isAwaited && trail.state == State.OVERDUE);
    }
    return !isAwaited
        && trail.settled.stream()
            .anyMatch(
                settled ->
                    settled.attempt() == order.attempt()
                        && settled.ending().essence() == order.ending().essence());
  }

  /** Whether a result still has no source, or an accusation no reason. */
  boolean hasOpenQuestions() {
    return openQuestions > 0;
  }

  /**
   * Judges what has no source or reason.
   *
   * @param outcomesAllThere false: the beginning of the outcomes was deleted, and with it sources
   */
  void judge(ActionTrail trail, boolean outcomesAllThere) {
    for (Settled settled : trail.settled) {
      if (!settled.hasSource() && (outcomesAllThere || settled.byControl())) {
        findings.violated(
            Invariant.I7,
            "SETTLED at %s tells an outcome that nobody reported",
            new Place(resultsTopic, settled.partition(), settled.offset()));
      }
    }
    for (Accused accused : trail.accused) {
      if (outcomesAllThere && trail.lives <= 1) {
        findings.violated(
            Invariant.I7,
            "the conflict event at %s accuses outcome %s, which contradicts nothing that was told",
            new Place(conflictsTopic, accused.byPartition(), accused.byOffset()),
            new Place(outcomesTopic, accused.partition(), accused.offset()));
      }
    }
  }
}
