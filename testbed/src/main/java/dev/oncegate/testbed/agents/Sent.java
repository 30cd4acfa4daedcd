package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.StoredOutcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** A command on its way: its decision, and the outcome of what it let through. */
public final class Sent {
  private final CompletableFuture<ActionResult> decided;
  private final Function<Attempt, CompletableFuture<ActionResult>> settlements;
  private final Duration patience;

  /**
   * A command that was sent.
   *
   * @param decided completed with the DECIDED result of this command
   * @param settlements gives what is completed with the SETTLED result of an attempt
   * @param patience how long an answer is waited for
   */
  public Sent(
      CompletableFuture<ActionResult> decided,
      Function<Attempt, CompletableFuture<ActionResult>> settlements,
      Duration patience) {
    this.decided = decided;
    this.settlements = settlements;
    this.patience = patience;
  }

  /**
   * The gate's whole answer.
   *
   * @throws NoAnswerException where none comes
   */
  public ActionResult result() throws InterruptedException {
    return await(decided, "decision");
  }

  /**
   * The gate's decision.
   *
   * @throws NoAnswerException where none comes
   */
  public Decision decision() throws InterruptedException {
    return result().getDecision();
  }

  /**
   * How the action ended: replayed, or as the effect of this command settles; its status is UNKNOWN
   * where the decision let nothing through and replays nothing.
   *
   * @throws NoAnswerException where an effect was let through and no outcome comes
   */
  public StoredOutcome outcome() throws InterruptedException {
    ActionResult result = result();
    if (result.getStoredOutcome() != null) {
      return result.getStoredOutcome();
    }
    if (result.getEffectAttempt() == null) {
      return StoredOutcome.newBuilder().setStatus(OutcomeStatus.UNKNOWN).setAttempt(0).build();
    }
    Attempt attempt =
        new Attempt(result.getScope(), result.getIdempotencyKey(), result.getEffectAttempt());
    return await(settlements.apply(attempt), "outcome of " + attempt).getStoredOutcome();
  }

  private <T> T await(CompletableFuture<T> answer, String what) throws InterruptedException {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new NoAnswerException("no %s within %d s".formatted(what, patience.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new NoAnswerException("no %s: the command was not sent".formatted(what), e);
    }
  }
}
