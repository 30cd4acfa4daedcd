package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.RecordCoordinates;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings the gate's answers to those who wait for them: a decision by the place of its command, a
 * settlement by its attempt.
 *
 * <p>An answer may come before its sender knows where the command lies, so whoever comes first
 * makes the future. Meant for runs of bounded length: nothing is forgotten.
 */
public final class ResultListener {
  private final Map<Place, CompletableFuture<ActionResult>> decisions = new ConcurrentHashMap<>();
  private final Map<Attempt, CompletableFuture<ActionResult>> settlements =
      new ConcurrentHashMap<>();

  private record Place(int partition, long offset) {}

  /** Takes one record of the results topic. */
  public void accept(ActionResult result) {
    switch (result.getEvent()) {
      case DECIDED -> {
        RecordCoordinates command = result.getCommand();
        decisionOf(command.getPartition(), command.getOffset()).complete(result);
      }
      case SETTLED -> {
        String key = result.getIdempotencyKey();
        Integer attempt = result.getEffectAttempt();
        if (key != null && attempt != null) {
          settlementOf(new Attempt(result.getScope(), key, attempt)).complete(result);
        }
      }
      case OVERDUE, RELEASED, UNKNOWN -> {
        // Nobody waits for these: agents ask again and are told.
      }
    }
  }

  /** The decision on the command at a place of the commands topic. */
  public CompletableFuture<ActionResult> decisionOf(int partition, long offset) {
    return decisions.computeIfAbsent(
        new Place(partition, offset), place -> new CompletableFuture<>());
  }

  /** The first outcome of an attempt. */
  public CompletableFuture<ActionResult> settlementOf(Attempt attempt) {
    return settlements.computeIfAbsent(attempt, key -> new CompletableFuture<>());
  }
}
