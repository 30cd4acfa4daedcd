package dev.oncegate.ingress;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code Prefer: wait=N} (RFC 7240): how long the caller likes to wait for an outcome. */
final class WaitPreference {
  private static final Pattern WAIT =
      Pattern.compile(
          "(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,9})(?:\"|\\s|,|;|$)", Pattern.CASE_INSENSITIVE);

  private WaitPreference() {}

  /**
   * The time to wait, at most {@code most}; zero where there is no such preference, or none that
   * can be read: a preference is no demand.
   */
  static Duration read(List<String> values, Duration most) {
    Matcher matcher = WAIT.matcher(String.join(",", values));
    if (!matcher.find()) {
      return Duration.ZERO;
    }
    Duration wished = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
    return wished.compareTo(most) > 0 ? most : wished;
  }
}
