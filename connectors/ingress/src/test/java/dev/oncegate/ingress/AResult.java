package dev.oncegate.ingress;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.StoredOutcome;
import java.time.Instant;

/** Results of the action (run, key). */
final class AResult {
  static final String RUN = "run";
  static final String KEY = "key";

  private AResult() {}

  static ActionResult decided(Decision decision) {
    return decided(decision, 0);
  }

  /** A decision on the command at an offset of partition 0. */
  static ActionResult decided(Decision decision, long offset) {
    ActionResult result = event(ResultEvent.DECIDED, offset);
    result.setDecision(decision);
    if (decision == Decision.ACCEPTED || decision == Decision.RETRIED) {
      result.setEffectAttempt(1);
    }
    return result;
  }

  static ActionResult replayed(OutcomeStatus status) {
    ActionResult result = decided(Decision.REPLAYED);
    result.setReplayed(true);
    result.setStoredOutcome(outcome(status));
    return result;
  }

  /** The outcome of attempt 1. */
  static ActionResult settled(OutcomeStatus status) {
    ActionResult result = event(ResultEvent.SETTLED, 0);
    result.setEffectAttempt(1);
    result.setStoredOutcome(outcome(status));
    return result;
  }

  static StoredOutcome outcome(OutcomeStatus status) {
    return StoredOutcome.newBuilder()
        .setStatus(status)
        .setAttempt(1)
        .setResult("{\"receipt\": \"R-1\"}")
        .build();
  }

  static ActionResult event(ResultEvent event, long offset) {
    return ActionResult.newBuilder()
        .setScope(RUN)
        .setRunId(RUN)
        .setRunSeq(1)
        .setEvent(event)
        .setReason("REASON")
        .setMessage("why")
        .setIdempotencyKey(KEY)
        .setTool("tool")
        .setCommand(new RecordCoordinates("agent.commands", 0, offset))
        .setEventTime(Instant.EPOCH)
        .setDecidedAt(Instant.EPOCH)
        .build();
  }
}
