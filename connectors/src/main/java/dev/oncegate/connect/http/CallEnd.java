package dev.oncegate.connect.http;

import dev.oncegate.schema.CallClass;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one call ended. */
public sealed interface CallEnd {
  /**
   * The tool answered.
   *
   * @param headers those that the tool's configuration selects, by lower-case name
   * @param retryAfter what it asked for; null where it did not
   */
  record Answered(int status, Map<String, String> headers, @Nullable Duration retryAfter, Body body)
      implements CallEnd {}

  /**
   * It did not, or not wholly.
   *
   * @param callClass NO_CONNECTION, NO_TOKEN, RESET or TIMEOUT
   * @param status of an answer that broke off or refused the token; null where there was none
   * @param message for people, without any secret
   */
  record Broken(CallClass callClass, @Nullable Integer status, String message) implements CallEnd {}
}
