package dev.oncegate.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The bytes are no record of a known schema, and never will be: reading them again does not help.
 */
public final class RecordNotReadableException extends SerializationException {
  /** For any deserializer that the gate is given. */
  public RecordNotReadableException(String message) {
    super(message);
  }

  RecordNotReadableException(String message, Throwable cause) {
    super(message, cause);
  }
}
