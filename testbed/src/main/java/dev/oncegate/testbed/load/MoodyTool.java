package dev.oncegate.testbed.load;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.testbed.agents.Answer;
import dev.oncegate.testbed.agents.Tool;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * A tool that misbehaves. Seed and attempt alone decide how, so that a redelivered effect gets the
 * same answer, and that an operator can find out later what happened.
 *
 * <p>An answer that comes too late comes at most 20 s after its effect, for an executor's commits
 * wait for it.
 */
final class MoodyTool implements Tool {
  /** Over the default of gate.result.max.bytes. */
  private static final int TOO_LONG = 40_000;

  private static final Duration LATEST = Duration.ofSeconds(20);

  private final long seed;

  MoodyTool(long seed) {
    this.seed = seed;
  }

  /** What a tool does with an attempt. */
  enum Mood {
    ANSWERS(620),
    FAILS_FOR_NOW(120),
    FAILS(60),
    ANSWERS_TWICE(50),
    CONTRADICTS_ITSELF(40),
    IS_LATE(50),
    RESPONSE_IS_LOST(20),
    REQUEST_IS_LOST(10),
    SAYS_TOO_MUCH(10),
    SAYS_NOTHING_OF_USE(10),
    SAYS_MUCH(10);

    private final int weight;

    Mood(int weight) {
      this.weight = weight;
    }
  }

  private static final int WEIGHTS = weights();

  private static int weights() {
    int sum = 0;
    for (Mood mood : Mood.values()) {
      sum += mood.weight;
    }
    return sum;
  }

  @Override
  public Answer answer(ActionEffect effect) {
    RandomGenerator random =
        Chance.of(seed, effect.getScope(), effect.getIdempotencyKey(), effect.getAttempt());
    Mood mood = mood(random);
    Answer done = Answer.succeeds(words(effect)).after(Duration.ofMillis(random.nextInt(60)));
    return switch (mood) {
      case ANSWERS -> done;
      case FAILS_FOR_NOW ->
          Answer.failsForNow("UNREACHABLE", "The tool does not answer.")
              .after(Duration.ofMillis(random.nextInt(60)));
      case FAILS -> Answer.fails("REFUSED", "The tool refuses this.");
      case ANSWERS_TWICE -> done.twice();
      case CONTRADICTS_ITSELF ->
          done.then(
              Answer.fails("CHANGED_ITS_MIND", "No, it did not.")
                  .after(Duration.ofMillis(random.nextInt(2_000))));
      case IS_LATE -> done.after(late(effect, random));
      case RESPONSE_IS_LOST -> done.responseLost();
      case REQUEST_IS_LOST -> Answer.requestLost();
      case SAYS_TOO_MUCH -> Answer.succeeds("much ".repeat(TOO_LONG / 5));
      case SAYS_NOTHING_OF_USE ->
          new Answer(OutcomeStatus.UNKNOWN, true, null, null, null, Duration.ofMillis(5), 1, null);
      case SAYS_MUCH -> Answer.succeeds("long ".repeat(random.nextInt(6_000)));
    };
  }

  /** Whether an attempt acts on the world. */
  boolean executes(String scope, String key, int attempt) {
    return switch (mood(Chance.of(seed, scope, key, attempt))) {
      case FAILS_FOR_NOW, REQUEST_IS_LOST, FAILS -> false;
      default -> true;
    };
  }

  /** A poll tells something new each time, all others say the same of the same arguments. */
  private static String words(ActionEffect effect) {
    return effect.getTool().equals("poll")
        ? "seen by " + effect.getIdempotencyKey()
        : "done with " + effect.getArgsHash();
  }

  private static Duration late(ActionEffect effect, RandomGenerator random) {
    Duration deadline = Duration.between(effect.getDecidedAt(), effect.getDeadlineAt());
    Duration late = deadline.plusMillis(100 + random.nextInt(3_000));
    return late.compareTo(LATEST) < 0 ? late : LATEST;
  }

  private static Mood mood(RandomGenerator random) {
    // The first draw: executes() and answer() must agree.
    int left = random.nextInt(WEIGHTS);
    for (Mood mood : Mood.values()) {
      left -= mood.weight;
      if (left < 0) {
        return mood;
      }
    }
    throw new IllegalStateException("no mood left");
  }
}
