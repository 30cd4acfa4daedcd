package dev.oncegate.gate;

import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ConflictKind;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Is told what the gate does, where and when it does it: in the thread that handles the record,
 * with its transaction still open. What is told may yet be aborted and done again, and is then told
 * again; the topics alone say what happened.
 *
 * <p>Called for every record, by several threads: it must be thread safe, fast, and never throw.
 * Nothing it does may change a decision.
 */
public interface Observer {
  /** Hears nothing. */
  Observer NONE = new Observer() {};

  /** This thread begins to handle a record, which lies, as its author wrote it, there. */
  default void begins(Coordinates at) {}

  /**
   * Whom the record is about, once it could be read.
   *
   * @param runId as it was sent: it may be blank, or long
   */
  default void concerns(String runId, @Nullable String correlationId) {}

  /**
   * The record that was begun last in this thread is handled. Not told of one that failed: what is
   * said of the failure is still about it.
   */
  default void ends() {}

  /**
   * The headers that go on from a command to its effect and result.
   *
   * @param carried those it came with, to be changed and given back
   */
  default Headers carried(Headers carried, Coordinates at) {
    return carried;
  }

  /**
   * A command was decided, and its result written.
   *
   * @param intent null: the command was not admitted
   * @param carried as {@link #carried} gave them
   */
  default void decided(
      ActionCommand command, @Nullable Intent intent, ActionResult result, Headers carried) {}

  /** An attempt ended, as its executor or a control told first. */
  default void settled(Outcome.Status status) {}

  /** A control gave an attempt up. */
  default void released() {}

  /** An attempt has no outcome by its deadline. */
  default void overdue() {}

  /** A payload or an outcome contradicts what is known. */
  default void conflict(ConflictKind kind) {}

  /** A record could not be acted on. */
  default void deadLetter(DeadLetter.Cause cause) {}

  /** A record is carried to the partition of its scope. */
  default void rerouted(Coordinates from) {}

  /** The circuit of a run changed. */
  default void circuitChanged(Circuit.State to, Circuit.Cause cause) {}

  /**
   * The number of runs that are stopped, in the partitions of this instance, changed by so many.
   */
  default void stoppedRuns(long change) {}
}
