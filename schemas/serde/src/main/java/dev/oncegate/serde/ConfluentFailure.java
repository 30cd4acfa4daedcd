package dev.oncegate.serde;

import java.io.EOFException;
import java.io.IOException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Tells the failures of Confluent's classes apart: they throw one exception,
 * SerializationException, for bytes that can never be read and for a registry that cannot be
 * reached, and differ in its cause alone.
 */
final class ConfluentFailure {
  private static final String REST =
      "io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException";

  private ConfluentFailure() {}

  static RuntimeException reading(Throwable e) {
    if (e instanceof RecordNotReadableException known) {
      return known;
    }
    RuntimeException ofRegistry = ofRegistry(e);
    if (ofRegistry instanceof RegistryException refused && refused.isAboutTheSchema()) {
      return new RecordNotReadableException("The registry has no such schema: " + said(e), e);
    }
    return ofRegistry != null
        ? ofRegistry
        : new RecordNotReadableException("The bytes are no record: " + said(e), e);
  }

  static RuntimeException writing(RuntimeException e) {
    RuntimeException ofRegistry = ofRegistry(e);
    return ofRegistry != null ? ofRegistry : e;
  }

  /** Null where it is not the registry's. */
  private static @Nullable RuntimeException ofRegistry(Throwable e) {
    Throwable cause = e.getCause();
    if (e instanceof RetriableException) {
      return new RegistryUnavailableException(said(e), e);
    }
    if (cause != null && cause.getClass().getName().equals(REST)) {
      int code = number(cause, "getErrorCode");
      int status = number(cause, "getStatus");
      if (code / 100 == 404) {
        return RegistryException.noSuchSchema(said(e));
      }
      return status == 408 || status == 429 || status / 100 == 5
          ? new RegistryUnavailableException(said(e), e)
          : RegistryException.refused(said(e));
    }
    // The end of the bytes in the middle of a record is an EOFException; any other failed reading
    // is of the network.
    if (cause instanceof IOException && !(cause instanceof EOFException)) {
      return new RegistryUnavailableException(said(e), e);
    }
    boolean otherThanBytes = e instanceof ApiException && !(e instanceof SerializationException);
    return otherThanBytes ? RegistryException.refused(said(e)) : null;
  }

  private static int number(Throwable cause, String getter) {
    try {
      return (int) cause.getClass().getMethod(getter).invoke(cause);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this kafka-avro-serializer is not supported: no " + getter, e);
    }
  }

  private static String said(Throwable e) {
    return e.getCause() == null
        ? String.valueOf(e)
        : "%s: %s".formatted(e, e.getCause().getMessage());
  }
}
