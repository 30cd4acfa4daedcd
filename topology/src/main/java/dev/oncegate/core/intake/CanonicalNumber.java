package dev.oncegate.core.intake;

import java.io.IOException;
import org.erdtman.jcs.NumberToJSON;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in the form of RFC 8785, which is ECMAScript's: the shortest digits that give the same
 * double.
 *
 * <p>A number whose decimal value is another after the way through a double is refused: two agents
 * that mean different amounts would otherwise share a hash. Digits and exponents are compared as
 * text, so a literal of a million digits costs no more than reading it.
 */
final class CanonicalNumber {
  private static final int MAX_EXACT_DIGITS = 15;
  private static final int MAX_DOUBLE_DIGITS = 17;

  private CanonicalNumber() {}

  static boolean mayContain(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }

  /**
   * Appends the canonical form of the literal; returns what is wrong with it, null where nothing
   * is.
   */
  static @Nullable String append(String text, int start, int end, StringBuilder out) {
    int digits = text.charAt(start) == '-' ? start + 1 : start;
    if (isShortInteger(text, digits, end)) {
      boolean zero = text.charAt(digits) == '0';
      out.append(text, zero ? digits : start, end);
      return null;
    }
    if (!isJsonNumber(text, digits, end)) {
      return "a JSON value is expected, not "
          + InvalidFieldException.shown(text.substring(start, end));
    }
    Decimal decimal = Decimal.of(text, digits, end);
    if (decimal == null || decimal.digits.length() > MAX_DOUBLE_DIGITS) {
      return changed(text, start, end);
    }
    double value = Double.parseDouble(text.substring(start, end));
    if (Double.isInfinite(value)) {
      return changed(text, start, end);
    }
    String canonical = format(value);
    int canonicalDigits = canonical.charAt(0) == '-' ? 1 : 0;
    if (!decimal.equals(Decimal.of(canonical, canonicalDigits, canonical.length()))) {
      return changed(text, start, end);
    }
    out.append(canonical);
    return null;
  }

  /** A finite double as ECMAScript writes it. */
  static String format(double value) {
    try {
      return NumberToJSON.serializeNumber(value);
    } catch (IOException e) {
      throw new IllegalArgumentException("not finite: " + value, e);
    }
  }

  private static String changed(String text, int start, int end) {
    return "the number %s would change as an IEEE-754 double; send it as text"
        .formatted(InvalidFieldException.shown(text.substring(start, Math.min(end, start + 200))));
  }

  private static boolean isShortInteger(String text, int digits, int end) {
    int length = end - digits;
    if (length < 1 || length > MAX_EXACT_DIGITS || (length > 1 && text.charAt(digits) == '0')) {
      return false;
    }
    for (int i = digits; i < end; i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** The grammar of RFC 8259, after the sign. */
  private static boolean isJsonNumber(String text, int start, int end) {
    int i = skipDigits(text, start, end);
    if (i == start || (text.charAt(start) == '0' && i > start + 1)) {
      return false;
    }
    if (i < end && text.charAt(i) == '.') {
      int fraction = i + 1;
      i = skipDigits(text, fraction, end);
      if (i == fraction) {
        return false;
      }
    }
    if (i < end && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
      int exponent = i + 1;
      if (exponent < end && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) {
        exponent++;
      }
      i = skipDigits(text, exponent, end);
      if (i == exponent) {
        return false;
      }
    }
    return i == end;
  }

  private static int skipDigits(String text, int start, int end) {
    int i = start;
    while (i < end && isDigit(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /**
   * The absolute value of a literal: {@code 0.digits × 10^exponent}, without zeros at either end;
   * zero has no digits.
   */
  private record Decimal(String digits, long exponent) {

    /** Of a well-formed literal without its sign; null where the exponent is beyond any double. */
    static @Nullable Decimal of(String text, int start, int end) {
      StringBuilder digits = new StringBuilder(24);
      long exponent = 0;
      boolean inFraction = false;
      int i = start;
      for (; i < end && text.charAt(i) != 'e' && text.charAt(i) != 'E'; i++) {
        char c = text.charAt(i);
        if (c == '.') {
          inFraction = true;
          continue;
        }
        if (!inFraction && (digits.length() > 0 || c != '0')) {
          exponent++;
        }
        if (inFraction && digits.length() == 0 && c == '0') {
          exponent--;
        }
        if (digits.length() > 0 || c != '0') {
          digits.append(c);
        }
      }
      int length = digits.length();
      while (length > 0 && digits.charAt(length - 1) == '0') {
        length--;
      }
      digits.setLength(length);
      if (length == 0) {
        return new Decimal("", 0);
      }
      if (i < end) {
        if (end - i > 18) {
          return null;
        }
        exponent += Long.parseLong(text, i + 1, end, 10);
      }
      return new Decimal(digits.toString(), exponent);
    }
  }
}
