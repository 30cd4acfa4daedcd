package dev.oncegate.testbed.torture;

import java.util.Locale;

/** Text of a page, well formed as XML; what it is given is escaped. */
final class Html {
  private final StringBuilder text = new StringBuilder(64_000);

  /** Markup with texts in it; {@code %s} is escaped, figures are formatted as everywhere. */
  Html add(String markup, Object... values) {
    Object[] safe = values.clone();
    for (int i = 0; i < safe.length; i++) {
      safe[i] = safe[i] instanceof Number ? safe[i] : escaped(String.valueOf(safe[i]));
    }
    text.append(values.length == 0 ? markup : String.format(Locale.ROOT, markup, safe))
        .append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** What XML does not allow at all becomes a question mark. */
  static String escaped(String plain) {
    StringBuilder safe = new StringBuilder(plain.length() + 16);
    plain
        .codePoints()
        .forEach(
            character -> {
              switch (character) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isAllowed(character) ? character : '?');
              }
            });
    return safe.toString();
  }

  private static boolean isAllowed(int character) {
    boolean isControl = character < ' ' && character != '\t' && character != '\n';
    boolean isLoneSurrogate =
        character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
    return !isControl && !isLoneSurrogate && character != 0xfffe && character != 0xffff;
  }

  /** Such as 4:05 or 1:04:05. */
  static String clock(long ms) {
    long seconds = Math.round(ms / 1_000.0);
    return seconds < 3_600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }

  /** Such as 85 ms, 1.2 s or 3 min 20 s. */
  static String span(long ms) {
    if (ms < 1_000) {
      return ms + " ms";
    }
    if (ms < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", ms / 1_000.0);
    }
    long seconds = Math.round(ms / 1_000.0);
    return seconds < 3_600
        ? "%d min %d s".formatted(seconds / 60, seconds % 60)
        : "%d h %d min".formatted(seconds / 3_600, seconds / 60 % 60);
  }

  /** Such as 1,234,567. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A constant's name in words: broker killed. */
  static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
