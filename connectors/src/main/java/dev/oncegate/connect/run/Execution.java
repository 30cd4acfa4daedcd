package dev.oncegate.connect.run;

import dev.oncegate.connect.flow.Lanes;
import dev.oncegate.connect.policy.Situation;
import dev.oncegate.connect.route.Carried;
import dev.oncegate.connect.route.IdempotencyKey;
import dev.oncegate.schema.ActionEffect;
import java.util.concurrent.CompletableFuture;

/** One effect in the hands of the executor. Changed by the engine's thread alone. */
public final class Execution implements Lanes.Queued {
  private final Assignment assignment;
  private final long offset;
  private final ActionEffect effect;
  private final Carried carried;
  private final String actionId;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private Situation situation;
  private CompletableFuture<Void> published = CompletableFuture.completedFuture(null);

  /** How much memory an effect takes beside its arguments, roughly. */
  private static final int OVERHEAD_BYTES = 2_048;

  /**
   * @param idempotent whether its tool honours the key
   */
  public Execution(
      Assignment assignment,
      long offset,
      ActionEffect effect,
      Carried carried,
      boolean idempotent) {
    this.assignment = assignment;
    this.offset = offset;
    this.effect = effect;
    this.carried = carried;
    this.actionId = IdempotencyKey.of(effect.getScope(), effect.getIdempotencyKey());
    this.situation =
        Situation.first(effect.getSideEffectClass(), idempotent, assignment.isInherited(offset));
  }

  /** The run within its partition: rare as it is, another partition may have one of that name. */
  @Override
  public String run() {
    return assignment.partition() + "/" + effect.getRunId();
  }

  @Override
  public String tool() {
    return effect.getTool();
  }

  Assignment assignment() {
    return assignment;
  }

  long offset() {
    return offset;
  }

  ActionEffect effect() {
    return effect;
  }

  Carried carried() {
    return carried;
  }

  String actionId() {
    return actionId;
  }

  Situation situation() {
    return situation;
  }

  void situation(Situation now) {
    situation = now;
  }

  /**
   * Takes note of more that is on its way to Kafka.
   *
   * @return done when all of it is durable
   */
  CompletableFuture<Void> publishing(CompletableFuture<Void> more) {
    published = CompletableFuture.allOf(published, more);
    return published;
  }

  /** Roughly what it takes of memory, in bytes. */
  long bytes() {
    return OVERHEAD_BYTES + 2L * effect.getArgs().length();
  }

  /** Done when nothing of it is left in memory. */
  CompletableFuture<Void> done() {
    return done;
  }

  /** Not the arguments: they are nobody's business in a log. */
  @Override
  public String toString() {
    return "%s-%d@%d".formatted(assignment.topic(), assignment.partition(), offset);
  }
}
