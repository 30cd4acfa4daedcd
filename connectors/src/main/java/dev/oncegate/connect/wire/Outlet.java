package dev.oncegate.connect.wire;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Where outcomes and executions go. */
public interface Outlet extends AutoCloseable {
  /**
   * Sends a record; those with the same key arrive in the order of the calls.
   *
   * @param headers text by name
   * @return done when the record is durable; fails where it never will be
   */
  CompletableFuture<Void> send(String topic, String key, byte[] value, Map<String, String> headers);

  @Override
  void close();
}
