package dev.oncegate.cli;

/** The run failed, for a reason that its message tells in full. */
public final class FailedException extends RuntimeException {
  public FailedException(String message) {
    super(message);
  }
}
