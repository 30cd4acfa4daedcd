package dev.oncegate.core.intake;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One of the many ways to write a JSON value: key order, white space, escapes and numbers vary, the
 * meaning not.
 */
final class JsonSpelling {
  private static final String SPACE = " \t\r\n";
  private static final String SHORT_ESCAPES = "\"\\/bfnrt";
  private static final String SHORT_ESCAPED = "\"\\/\b\f\n\r\t";

  private final Random random;
  private final StringBuilder out = new StringBuilder();

  private JsonSpelling(Random random) {
    this.random = random;
  }

  /** Writes maps, lists, strings, doubles and, as they are, other values. */
  static String of(Object value, long seed) {
    JsonSpelling spelling = new JsonSpelling(new Random(seed));
    spelling.write(value);
    return spelling.out.toString();
  }

  private void write(Object value) {
    space();
    if (value instanceof Map<?, ?> members) {
      writeObject(members);
    } else if (value instanceof List<?> elements) {
      out.append('[');
      for (int i = 0; i < elements.size(); i++) {
        comma(i);
        write(elements.get(i));
      }
      out.append(']');
    } else if (value instanceof String text) {
      writeString(text);
    } else if (value instanceof Double number) {
      writeNumber(number);
    } else {
      out.append(value);
    }
    space();
  }

  private void writeObject(Map<?, ?> members) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(members.entrySet());
    Collections.shuffle(entries, random);
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      comma(i);
      space();
      writeString((String) entries.get(i).getKey());
      space();
      out.append(':');
      write(entries.get(i).getValue());
    }
    space();
    out.append('}');
  }

  private void comma(int index) {
    if (index > 0) {
      out.append(',');
    }
  }

  private void writeString(String text) {
    out.append('"');
    for (char c : text.toCharArray()) {
      int shortEscape = SHORT_ESCAPED.indexOf(c);
      boolean mayBeRaw = c >= ' ' && c != '"' && c != '\\';
      int way = random.nextInt(6);
      if (mayBeRaw && way < 4) {
        out.append(c);
      } else if (shortEscape >= 0 && way < 5) {
        out.append('\\').append(SHORT_ESCAPES.charAt(shortEscape));
      } else {
        out.append((random.nextBoolean() ? "\\u%04x" : "\\u%04X").formatted((int) c));
      }
    }
    out.append('"');
  }

  private void writeNumber(double number) {
    String form = CanonicalNumber.format(number);
    BigDecimal exact = new BigDecimal(form);
    switch (random.nextInt(4)) {
      case 0 -> out.append(form);
      case 1 ->
          out.append(exact.unscaledValue())
              .append(random.nextBoolean() ? "e" : "E")
              .append(-exact.scale());
      case 2 -> out.append(Math.abs(exact.scale()) < 40 ? exact.toPlainString() : form);
      default -> out.append(exact.unscaledValue()).append(".00e").append(-exact.scale());
    }
  }

  private void space() {
    while (random.nextInt(3) == 0) {
      out.append(SPACE.charAt(random.nextInt(SPACE.length())));
    }
  }
}
