package dev.oncegate.ingress;

import dev.oncegate.schema.ActionCommand;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Where commands are written. */
interface Commands {
  /**
   * Writes a command.
   *
   * @param scope the record key
   * @param headers of the record, by name
   * @return where it lies, once that is durable; fails with {@link Refused} where it was not
   *     written, or that is not known; to be cancelled when nobody waits any more
   */
  CompletableFuture<Place> write(String scope, ActionCommand command, Map<String, String> headers);
}
