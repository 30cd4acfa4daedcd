package dev.oncegate.core.intake;

/** The intake's answer. */
public sealed interface Admission {

  /** The command is well-formed and in time. */
  record Admitted(Intent intent) implements Admission {}

  /**
   * The command is wrong and will be so however often it is sent.
   *
   * @param field the field of the command that is wrong
   * @param message names the field, its value and what is allowed
   */
  record Invalid(String field, String message) implements Admission {}

  /** The command comes too late. */
  record Expired(Intent intent, Reason reason, String message) implements Admission {}

  /** Why a command is too late. */
  enum Reason {
    TTL_PASSED,
    OLDER_THAN_WINDOW
  }
}
