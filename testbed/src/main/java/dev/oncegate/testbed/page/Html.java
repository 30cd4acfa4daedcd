package dev.oncegate.testbed.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;

/** Text of a page, well formed as XML; what it is given is escaped. */
public final class Html {
  private final StringBuilder text = new StringBuilder(64_000);

  private Html() {}

  /** A page that needs nothing else, up to where its content begins. */
  public static Html page(String title) {
    return new Html()
        .add("<!DOCTYPE html>")
        .add("<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
        .add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
        .add("<title>%s</title>", title)
        .add("<style>")
        .add(css())
        .add("</style></head><body><main>");
  }

  private static String css() {
    try (InputStream in =
        Objects.requireNonNull(Html.class.getResourceAsStream("page.css"), "page.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read page.css", e);
    }
  }

  /** What is left to write after the content. */
  public Html end() {
    return add("</main></body></html>");
  }

  /** A figure with its name, as one of several in a row. */
  public Html tile(String style, String figure, String name) {
    return add("<div class=\"tile %s\"><b>%s</b><span>%s</span></div>", style, figure, name);
  }

  /** Markup with texts in it; {@code %s} is escaped, figures are formatted as everywhere. */
  public Html add(String markup, Object... values) {
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
  public static String escaped(String plain) {
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
  public static String clock(long ms) {
    long seconds = Math.round(ms / 1_000.0);
    return seconds < 3_600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }

  /** Such as 85 ms, 1.2 s or 3 min 20 s. */
  public static String span(long ms) {
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
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A constant's name in words: broker killed. */
  public static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** 1, 2 or 5 times a power of ten, not less than a value: how far lines of a grid lie apart. */
  public static double niceStep(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= value) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
