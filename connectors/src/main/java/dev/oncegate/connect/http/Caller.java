package dev.oncegate.connect.http;

import dev.oncegate.connect.route.ToolRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Calls one tool. */
public interface Caller {
  /**
   * Makes one call and no more.
   *
   * @param actionId see {@link dev.oncegate.connect.route.IdempotencyKey}
   * @param attempt the effect's
   * @param sendWithin the time left to begin to send; an access token that comes later is too late
   * @param timeout from now to the last byte of the answer
   * @return how it ended; never fails
   */
  CompletableFuture<CallEnd> call(
      ToolRequest request, String actionId, int attempt, Duration sendWithin, Duration timeout);
}
