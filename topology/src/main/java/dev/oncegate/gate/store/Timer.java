package dev.oncegate.gate.store;

import dev.oncegate.core.intake.ActionId;

/** Something to do at a time, in epoch milliseconds. */
public sealed interface Timer {
  /** When it is due. */
  long dueMs();

  /** The outcome of an attempt must be there. */
  record Deadline(long dueMs, ActionId action) implements Timer {}

  /** The counts of a run are to be published. */
  record Counts(long dueMs, RunId run) implements Timer {}

  /** A run is forgotten, unless it was heard of since. */
  record Retention(long dueMs, RunId run) implements Timer {}
}
