package dev.oncegate.testbed.stack;

/** A start was given up because somebody asked for it: no failure. */
public final class StoppedException extends RuntimeException {
  public StoppedException(String message) {
    super(message);
  }
}
