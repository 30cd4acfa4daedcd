package dev.oncegate.gate.serde;

import org.apache.kafka.common.KafkaException;

/** The registry refuses a call, for a reason that trying again does not change. */
public final class RegistryException extends KafkaException {
  private final int status;

  RegistryException(int status, String message) {
    super(message);
    this.status = status;
  }

  boolean isNotFound() {
    return status == 404;
  }
}
