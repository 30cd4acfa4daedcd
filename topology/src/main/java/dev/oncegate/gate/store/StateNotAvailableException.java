package dev.oncegate.gate.store;

/**
 * The state of a partition cannot be read here at this moment: it lies elsewhere, is being restored
 * or is on its way. Worth asking again.
 */
public final class StateNotAvailableException extends RuntimeException {
  public StateNotAvailableException(String message) {
    super(message, null, false, false);
  }
}
