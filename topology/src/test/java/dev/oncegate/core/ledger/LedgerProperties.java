package dev.oncegate.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.core.ledger.LedgerModel.Ended;
import dev.oncegate.core.ledger.LedgerModel.Event;
import dev.oncegate.core.ledger.LedgerModel.LetThrough;
import dev.oncegate.core.ledger.LedgerModel.WasReleased;
import dev.oncegate.core.ledger.LedgerModel.WentOverdue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * The ledger against a model that keeps the whole history of an action and reads it anew for every
 * question.
 */
class LedgerProperties {
  private static final int MAX_ATTEMPTS = 3;
  private static final long DEADLINE_MS = 60_000;
  private static final long TOKEN_TTL_MS = 40_000;

  /**
   * One step of a history: what happens, with which of a few payloads, attempts and answers, how
   * much later.
   */
  record Step(Kind kind, int payload, Which attempt, int variant, long laterMs) {}

  enum Kind {
    COMMAND,
    OUTCOME,
    RELEASE,
    SETTLE,
    CLOCK
  }

  /** An attempt, seen from the last one let through. */
  enum Which {
    NONE,
    FIRST,
    BEFORE_LAST,
    LAST,
    NEXT
  }

  /** A history as it went, with the answers of the ledger. */
  private static final class Play {
    final AnAction action;
    final LedgerModel model;
    final List<String> answers = new ArrayList<>();
    final List<String> expected = new ArrayList<>();
    private final List<String> tokens = new ArrayList<>();
    private long nowMs = 1_000_000;

    Play(SideEffectClass sideEffectClass) {
      action = new AnAction(new ActionLedger(TOKEN_TTL_MS, tool -> MAX_ATTEMPTS), sideEffectClass);
      model = new LedgerModel(sideEffectClass, MAX_ATTEMPTS, DEADLINE_MS, TOKEN_TTL_MS);
    }

    Play all(List<Step> history) {
      history.forEach(this::one);
      return this;
    }

    private void one(Step step) {
      nowMs += step.laterMs;
      switch (step.kind) {
        case COMMAND -> {
          noticeOverdue();
          command(step);
        }
        case OUTCOME -> told(action.outcome(outcomeOf(step)), model.outcome(outcomeOf(step)));
        case RELEASE -> {
          noticeOverdue();
          told(action.release(attemptOf(step)), model.release(attemptOf(step)));
        }
        case SETTLE -> {
          noticeOverdue();
          told(action.settleByControl(finalOf(step)), model.settleByControl(finalOf(step)));
        }
        case CLOCK -> noticeOverdue();
      }
    }

    private int attemptOf(Step step) {
      int last = action.effects.size();
      return switch (step.attempt) {
        case NONE -> 0;
        case FIRST -> 1;
        case BEFORE_LAST -> last - 1;
        case LAST -> last;
        case NEXT -> last + 1;
      };
    }

    private Outcome outcomeOf(Step step) {
      Outcome.Status status = Outcome.Status.values()[step.variant % 3];
      String error = status == Outcome.Status.SUCCEEDED ? null : "E" + step.payload;
      return new Outcome(
          status, attemptOf(step), "result-" + step.payload, null, null, error, null, null);
    }

    private Outcome finalOf(Step step) {
      Outcome.Status status =
          step.variant % 2 == 0 ? Outcome.Status.SUCCEEDED : Outcome.Status.FAILED;
      return new Outcome(
          status, attemptOf(step), "word-" + step.payload, null, null, null, null, null);
    }

    private void noticeOverdue() {
      action.passTime(nowMs);
      model.passTime(nowMs);
    }

    private void command(Step step) {
      String args = "{\"n\":" + step.payload + "}";
      String token = tokenOf(step.variant);
      boolean commit = step.variant > 0;
      String fresh = "token-" + answers.size();
      String answer = action.command(args, commit, token, nowMs, fresh);
      told(answer, model.command(args, commit, token, nowMs, fresh));
      if (answer.contains(fresh)) {
        tokens.add(fresh);
      }
    }

    /** None, a guess, the oldest or the newest that was given out. */
    private @Nullable String tokenOf(int variant) {
      return switch (variant) {
        case 0, 1 -> null;
        case 2 -> "guess";
        case 3 -> tokens.isEmpty() ? "none" : tokens.get(0);
        default -> tokens.isEmpty() ? "none" : tokens.get(tokens.size() - 1);
      };
    }

    private void told(String answer, String byModel) {
      answers.add(answer);
      expected.add(byModel);
    }

    List<Event> history() {
      return model.history();
    }
  }

  @Property(tries = 5_000, edgeCases = EdgeCasesMode.NONE)
  void answersAsTheModelDoes(
      @ForAll SideEffectClass sideEffectClass, @ForAll("histories") List<Step> history) {
    Play play = new Play(sideEffectClass).all(history);
    assertThat(play.answers).isEqualTo(play.expected);
    play.answers.forEach(answer -> Statistics.collect(answer.replaceAll(" .*", "")));
    Statistics.coverage(
        seen -> {
          for (String answer :
              List.of(
                  "ACCEPTED",
                  "RETRIED",
                  "INDETERMINATE",
                  "IN_PROGRESS",
                  "REPLAYED",
                  "CONFLICT",
                  "CONFIRMATION_REQUIRED",
                  "SETTLED",
                  "RELEASED",
                  "REPEATED",
                  "CONTRADICTING",
                  "UNKNOWN_ACTION",
                  "UNKNOWN_ATTEMPT",
                  "STALE_ATTEMPT",
                  "NOT_APPLICABLE")) {
            seen.check(answer).count(times -> times > 20);
          }
        });
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void I1_attemptsAreLetThroughOnceEachAndAFurtherOneOnlyForItsReason(
      @ForAll SideEffectClass sideEffectClass, @ForAll("histories") List<Step> history) {
    Play play = new Play(sideEffectClass).all(history);
    assertThat(play.action.effects)
        .isEqualTo(IntStream.rangeClosed(1, play.action.effects.size()).boxed().toList());
    List<Event> events = play.history();
    for (int i = 1; i < events.size(); i++) {
      if (events.get(i) instanceof LetThrough next && next.attempt() > 1) {
        Event reason = events.get(i - 1);
        boolean transientFailure =
            reason instanceof Ended ended
                && ended.stored().status() == Outcome.Status.FAILED_TRANSIENT;
        boolean overdueRead =
            reason instanceof WentOverdue && sideEffectClass == SideEffectClass.READ;
        assertThat(transientFailure || overdueRead || reason instanceof WasReleased)
            .as("%s", reason)
            .isTrue();
      }
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void I6_everyReplayIsTheFirstFinalOutcomeByteForByte(
      @ForAll SideEffectClass sideEffectClass, @ForAll("histories") List<Step> history) {
    Play play = new Play(sideEffectClass).all(history);
    assertThat(
            play.answers.stream()
                .filter(answer -> answer.startsWith("REPLAYED "))
                .distinct()
                .toList())
        .hasSizeLessThanOrEqualTo(1);
    String firstFinal = null;
    for (String answer : play.answers) {
      if (firstFinal == null
          && answer.startsWith("SETTLED ")
          && !answer.contains("FAILED_TRANSIENT")) {
        firstFinal = answer.substring("SETTLED ".length());
      } else if (answer.startsWith("REPLAYED ")) {
        assertThat(answer).isEqualTo("REPLAYED " + firstFinal);
      } else if (firstFinal != null) {
        assertThat(answer)
            .as("what follows a final outcome")
            .doesNotContain("SETTLED", "RETRIED", "ACCEPTED", "RELEASED");
      }
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void aDestructiveActionIsLetThroughOnlyByTheNewestTokenInItsTime(
      @ForAll("histories") List<Step> history) {
    Play play = new Play(SideEffectClass.DESTRUCTIVE).all(history);
    List<Event> events = play.history();
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i) instanceof LetThrough first && first.attempt() == 1) {
        assertThat(events.get(i - 1))
            .isInstanceOfSatisfying(
                LedgerModel.Asked.class,
                asked ->
                    assertThat(first.deadlineMs() - DEADLINE_MS)
                        .isLessThanOrEqualTo(asked.expiresAtMs()));
      }
    }
    assertThat(play.answers).isEqualTo(play.expected);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void aDuplicateLeavesTheEntryAsItIs(
      @ForAll SideEffectClass sideEffectClass,
      @ForAll("histories") List<Step> history,
      @ForAll("commands") Step last) {
    Play play = new Play(sideEffectClass).all(history);
    play.noticeOverdue();
    ActionEntry before = play.action.entry;
    play.one(new Step(Kind.COMMAND, last.payload, Which.LAST, last.variant, 0));
    String answer = play.answers.get(play.answers.size() - 1);
    if (answer.matches("(REPLAYED|IN_PROGRESS|CONFLICT|INDETERMINATE 0).*")) {
      assertThat(play.action.entry).isSameAs(before);
    }
  }

  @Provide
  Arbitrary<Step> commands() {
    return steps(Arbitraries.just(Kind.COMMAND));
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(10, Arbitraries.just(Kind.COMMAND)),
            Tuple.of(6, Arbitraries.just(Kind.OUTCOME)),
            Tuple.of(2, Arbitraries.just(Kind.RELEASE)),
            Tuple.of(1, Arbitraries.just(Kind.SETTLE)),
            Tuple.of(2, Arbitraries.just(Kind.CLOCK)));
    return steps(kinds).list().ofMaxSize(40);
  }

  private static Arbitrary<Step> steps(Arbitrary<Kind> kinds) {
    Arbitrary<Integer> payloads =
        Arbitraries.frequencyOf(Tuple.of(6, Arbitraries.just(1)), Tuple.of(1, Arbitraries.just(2)));
    Arbitrary<Which> attempts =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.just(Which.LAST)),
            Tuple.of(3, Arbitraries.of(Which.FIRST, Which.BEFORE_LAST)),
            Tuple.of(1, Arbitraries.of(Which.NONE, Which.NEXT)));
    Arbitrary<Integer> variants = Arbitraries.integers().between(0, 5);
    Arbitrary<Long> later =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.longs().between(0, 2_000)),
            Tuple.of(1, Arbitraries.longs().between(-5_000, 0)),
            Tuple.of(
                2, Arbitraries.of(DEADLINE_MS, DEADLINE_MS + 1, TOKEN_TTL_MS, TOKEN_TTL_MS + 1)));
    return Combinators.combine(kinds, payloads, attempts, variants, later).as(Step::new);
  }
}
