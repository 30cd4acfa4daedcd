package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionEffect;

/**
 * One permission to execute an action.
 *
 * @param number the effect's attempt, from 1
 */
public record Attempt(String scope, String key, int number) {

  /** The attempt an effect permits. */
  public static Attempt of(ActionEffect effect) {
    return new Attempt(effect.getScope(), effect.getIdempotencyKey(), effect.getAttempt());
  }
}
