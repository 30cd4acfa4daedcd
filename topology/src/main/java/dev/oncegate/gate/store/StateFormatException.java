package dev.oncegate.gate.store;

import org.apache.kafka.common.KafkaException;

/**
 * Stored state cannot be read by this version. Never skipped: the task fails, nothing is decided on
 * state that is not understood.
 */
public final class StateFormatException extends KafkaException {
  StateFormatException(String what, int found, int newest) {
    super(
        "%s was stored in form %d; this version reads forms 1 to %d. Run a version at least as new as the one that wrote it."
            .formatted(what, found, newest));
  }
}
