package dev.oncegate.connect.route;

import dev.oncegate.connect.policy.RetryPolicy;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a tool is called.
 *
 * @param name as effects name it
 * @param url fills to an absolute URL
 * @param headers by name; secrets are among the constants
 * @param constants headers whose values may be secret: they are never printed
 * @param body null: the canonical arguments, where the method has a body
 * @param idempotencyHeader name of the header that carries the action's id
 * @param quoted whether that is written as a structured-field string, in quotes
 * @param correlationHeader name of the header that carries the correlation id
 * @param timeout of one call, from its beginning to the last byte of the answer
 * @param concurrency most calls at a time, from 1
 * @param idempotent whether the tool acts once for each Idempotency-Key and repeats its answer
 */
public record Tool(
    String name,
    String method,
    Template url,
    Map<String, Template> headers,
    Map<String, String> constants,
    @Nullable Template body,
    String contentType,
    String idempotencyHeader,
    boolean quoted,
    String correlationHeader,
    Duration timeout,
    int concurrency,
    boolean idempotent,
    RetryPolicy retries) {

  /** Whether the canonical arguments are sent where no body is set. */
  boolean sendsArgs() {
    return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
  }

  @Override
  public String toString() {
    return "%s: %s %s".formatted(name, method, url);
  }
}
