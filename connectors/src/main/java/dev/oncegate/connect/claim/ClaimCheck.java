package dev.oncegate.connect.claim;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Configurable;

/**
 * Keeps answers that do not fit into an outcome. The class is named by {@code claim.check.class},
 * has a public constructor without parameters, and is configured with all settings that begin with
 * {@code claim.check.}, under their whole names. Thread safe.
 */
public interface ClaimCheck extends Configurable, AutoCloseable {
  /**
   * Begins to keep an answer. May block, as may the deposit: it is called on a thread for that.
   *
   * @param actionId 64 hexadecimal digits, the same for all attempts of the action
   * @param attempt from 1
   * @throws IOException where it cannot be kept; the outcome then says so
   */
  Deposit open(String actionId, int attempt) throws IOException;

  @Override
  default void close() {}

  /** An answer on its way; used by one thread at a time. */
  interface Deposit {
    /** Takes the next bytes, all that remain in the buffer. */
    void write(ByteBuffer bytes) throws IOException;

    /**
     * Makes the answer durable.
     *
     * <p>The same bytes for the same action and attempt must give the same URI: an effect that is
     * executed again after a crash would else report another outcome than the first time.
     *
     * @return where it can be read, at most 2048 characters
     */
    URI complete() throws IOException;

    /** Forgets what was written; the answer did not come to its end. */
    void abort();
  }
}
