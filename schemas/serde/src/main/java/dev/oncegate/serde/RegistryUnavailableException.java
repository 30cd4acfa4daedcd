package dev.oncegate.serde;

import org.apache.kafka.common.errors.RetriableException;

/**
 * The registry does not answer: the same call may succeed later. Never a reason to call bytes
 * unreadable.
 */
public final class RegistryUnavailableException extends RetriableException {
  RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  RegistryUnavailableException(String message) {
    super(message);
  }
}
