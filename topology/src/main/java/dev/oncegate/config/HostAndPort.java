package dev.oncegate.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An address.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 0 to 65535
 */
public record HostAndPort(String host, int port) {
  private static final Pattern TEXT =
      Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)]|([^:/\\[\\]\\s]+)):([0-9]{1,5})");
  private static final int HIGHEST_PORT = 65_535;

  /** The address that a text such as {@code localhost:80} or {@code [::1]:80} names, if it does. */
  public static @Nullable HostAndPort of(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    int port = Integer.parseInt(matcher.group(3));
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return port > HIGHEST_PORT ? null : new HostAndPort(host, port);
  }

  /** As {@link #of} reads it, and as it stands in a URL. */
  @Override
  public String toString() {
    return host.contains(":") ? "[%s]:%d".formatted(host, port) : host + ":" + port;
  }
}
