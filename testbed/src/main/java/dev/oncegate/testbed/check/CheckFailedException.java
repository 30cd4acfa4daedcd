package dev.oncegate.testbed.check;

/**
 * The topics cannot be judged: they are missing, or the cluster or the registry does not answer.
 */
public final class CheckFailedException extends RuntimeException {
  CheckFailedException(String message) {
    super(message);
  }

  CheckFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
