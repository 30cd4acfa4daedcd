package dev.oncegate.connect.policy;

import dev.oncegate.schema.CallClass;

/** Which class an answer of a tool belongs to, and what the class says of the world. */
public final class Classes {
  private static final int REQUEST_TIMEOUT = 408;
  private static final int CONFLICT = 409;
  private static final int TOO_EARLY = 425;
  private static final int TOO_MANY_REQUESTS = 429;

  private Classes() {}

  /**
   * The class of an answer.
   *
   * @param status of the answer, 200 to 599
   * @param before how things stood when the call was made: 409 means something else where an
   *     earlier call with the same key may still be running
   */
  public static CallClass of(int status, Situation before) {
    if (status >= 200 && status < 300) {
      return CallClass.SUCCESS;
    }
    if (status == REQUEST_TIMEOUT || status >= 500) {
      return CallClass.SERVER_ERROR;
    }
    if (status == TOO_EARLY || status == TOO_MANY_REQUESTS) {
      return CallClass.THROTTLED;
    }
    return status == CONFLICT && before.mayHaveHappened()
        ? CallClass.IN_PROGRESS
        : CallClass.REFUSED;
  }

  /** Whether the tool may have acted although it did not say so. */
  static boolean leavesDoubt(CallClass call) {
    return switch (call) {
      case SERVER_ERROR, RESET, TIMEOUT, UNKNOWN -> true;
      case SUCCESS, REFUSED, THROTTLED, IN_PROGRESS, NO_CONNECTION, NO_TOKEN, NOT_CALLED -> false;
    };
  }
}
