package dev.oncegate.core.intake;

/** A text is no JSON object in the sense of I-JSON (RFC 7493); the message says where and why. */
public final class JsonRefusedException extends Exception {
  JsonRefusedException(String why, int position) {
    // No stack trace: it is an answer, given by the thousand to a misbehaving agent.
    super("%s (at character %d).".formatted(why, position), null, false, false);
  }
}
