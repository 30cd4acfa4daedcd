package dev.oncegate.gate.store;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import org.jspecify.annotations.Nullable;

/** The actions of one partition, as they are committed, for any thread to read. */
@FunctionalInterface
public interface ActionView {
  /**
   * What is known of an action; null where nothing is, or no longer.
   *
   * @param nowMs in epoch milliseconds
   * @throws StateNotAvailableException where this instance does not process the partition
   */
  @Nullable ActionEntry find(ActionId id, long nowMs);
}
