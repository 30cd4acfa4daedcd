package dev.oncegate.gate;

/** Why a record cannot be acted on. */
public record DeadLetter(Cause cause, String message) {

  /** The stable codes of {@link GateHeaders#CAUSE}. */
  public enum Cause {
    /** The bytes are no Avro record of a known schema. */
    UNREADABLE_BYTES,
    /** An Avro record, but of another type than the topic is for. */
    WRONG_TYPE,
    /** A command, outcome or control without a run or scope: nothing can be judged. */
    NO_RUN_ID,
    /** A record of the reroute topic that the gate did not write. */
    FOREIGN_RECORD,
    /**
     * Compressed by its author, the record was small enough for its topic; as it is, it fits on no
     * other.
     */
    TOO_LARGE,
    /** An outcome of an action that is not known, or no longer. */
    UNKNOWN_ACTION,
    /** An outcome or control for an attempt that was never let through. */
    UNKNOWN_ATTEMPT,
    /** An outcome with a field that is wrong. */
    INVALID_OUTCOME,
    /** A control with a field that is wrong. */
    INVALID_CONTROL,
    /** A control for an attempt that is not the last one. */
    STALE_CONTROL,
    /** A control that does not apply to the state the action or run is in. */
    CONTROL_NOT_APPLICABLE
  }

  String code() {
    return cause.name();
  }
}
