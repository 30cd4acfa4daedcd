package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.StoredOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Results of run {@code run} with sensible values in all that a test does not say. */
public final class AResult {
  private final ActionResult result = new ActionResult();

  private AResult(ResultEvent event) {
    result.setScope("run");
    result.setRunId("run");
    result.setRunSeq(1L);
    result.setEvent(event);
    result.setReason("TEST");
    result.setMessage("a test");
    result.setIdempotencyKey("key");
    result.setTool("pay");
    result.setCommand(new RecordCoordinates("agent.commands", 0, 0L));
    result.setEventTime(Instant.EPOCH);
    result.setDecidedAt(Instant.EPOCH);
  }

  public static AResult decided(Decision decision) {
    AResult decided = new AResult(ResultEvent.DECIDED);
    decided.result.setDecision(decision);
    return decided;
  }

  public static AResult replayed(String key, String text) {
    AResult replayed = decided(Decision.REPLAYED).withKey(key);
    replayed.result.setReplayed(true);
    replayed.result.setStoredOutcome(stored(OutcomeStatus.SUCCEEDED, 1, text));
    return replayed;
  }

  public static AResult settled(
      String key, int attempt, OutcomeStatus status, @Nullable String text) {
    AResult settled = new AResult(ResultEvent.SETTLED).withKey(key).effect(attempt);
    settled.result.setStoredOutcome(stored(status, attempt, text));
    return settled;
  }

  private static StoredOutcome stored(OutcomeStatus status, int attempt, @Nullable String text) {
    return StoredOutcome.newBuilder().setStatus(status).setAttempt(attempt).setResult(text).build();
  }

  public AResult in(String run) {
    result.setScope(run);
    result.setRunId(run);
    return this;
  }

  public AResult at(int partition, long offset) {
    result.setCommand(new RecordCoordinates("agent.commands", partition, offset));
    return this;
  }

  public AResult withKey(String key) {
    result.setIdempotencyKey(key);
    return this;
  }

  public AResult effect(int attempt) {
    result.setEffectAttempt(attempt);
    return this;
  }

  public AResult withToken(String token) {
    result.setConfirmationToken(token);
    return this;
  }

  public ActionResult build() {
    return result;
  }
}
