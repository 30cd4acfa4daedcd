package dev.oncegate.connect.route;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an effect's record headers carry on: to the tool, and to the outcome.
 *
 * @param traceparent W3C Trace Context
 * @param tracestate W3C Trace Context
 * @param correlationId the caller's own; the effect's field where no header says otherwise
 */
public record Carried(
    @Nullable String traceparent, @Nullable String tracestate, @Nullable String correlationId) {
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[\\x21-\\x7e]*)?");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]*");

  /** What nobody set. */
  public static final Carried NOTHING = new Carried(null, null, null);

  /** Whether the trace can be carried on: others would be refused by whoever reads it. */
  boolean hasTrace() {
    return traceparent != null && TRACEPARENT.matcher(traceparent).matches();
  }

  /** Whether a text may stand in a header as it is. */
  static boolean isHeaderSafe(String text) {
    return PRINTABLE.matcher(text).matches();
  }
}
