package dev.oncegate.testbed.agents;

/** The gate, or a tool behind it, did not answer in time. */
public final class NoAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoAnswerException(String message, Throwable cause) {
    super(message, cause);
  }
}
