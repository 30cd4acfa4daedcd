package dev.oncegate.serde;

import org.apache.kafka.common.KafkaException;

/** The registry refuses a call, for a reason that trying again does not change. */
public final class RegistryException extends KafkaException {
  private final boolean aboutTheSchema;

  private RegistryException(String message, boolean aboutTheSchema) {
    super(message);
    this.aboutTheSchema = aboutTheSchema;
  }

  /** Refused as a whole: credentials, a wrong path, an incompatible schema. */
  static RegistryException refused(String message) {
    return new RegistryException(message, false);
  }

  /**
   * Answered, by a registry that does its work: there is no such schema, or it is none that Avro
   * can read.
   */
  static RegistryException noSuchSchema(String message) {
    return new RegistryException(message, true);
  }

  /**
   * Whether the registry works and only has no such schema. A 404 of something between us and it is
   * not that.
   */
  public boolean isAboutTheSchema() {
    return aboutTheSchema;
  }
}
