package dev.oncegate.connect.policy;

import dev.oncegate.schema.CallClass;
import dev.oncegate.schema.SideEffectClass;

/**
 * How an effect stands.
 *
 * @param sideEffectClass what a call does to the world
 * @param idempotent whether the tool is declared to act once for each Idempotency-Key, and to
 *     answer a repeated call as it answered the first
 * @param calls how many calls were made, from 0
 * @param mayHaveHappened whether one of them, or one by an executor before this one, may have made
 *     the tool act without telling so
 */
public record Situation(
    SideEffectClass sideEffectClass, boolean idempotent, int calls, boolean mayHaveHappened) {

  /** Before the first call of this executor. */
  public static Situation first(
      SideEffectClass sideEffectClass, boolean idempotent, boolean mayHaveHappened) {
    return new Situation(sideEffectClass, idempotent, 0, mayHaveHappened);
  }

  /** After one more call that went so. */
  public Situation after(CallClass call) {
    return new Situation(
        sideEffectClass, idempotent, calls + 1, mayHaveHappened || Classes.leavesDoubt(call));
  }

  /** Whether it matters that nobody knows: a READ leaves nothing behind. */
  public boolean isInDoubt() {
    return mayHaveHappened && sideEffectClass != SideEffectClass.READ;
  }

  /**
   * Whether the tool may be called once more: a READ freely, a WRITE because it carries the key, a
   * DESTRUCTIVE action only where the tool is known to honour it.
   */
  boolean mayBeRepeated() {
    return switch (sideEffectClass) {
      case READ, WRITE -> true;
      case DESTRUCTIVE -> idempotent;
    };
  }
}
