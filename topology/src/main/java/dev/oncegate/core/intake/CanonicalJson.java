package dev.oncegate.core.intake;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The canonical form of a JSON object: RFC 8785 (JSON Canonicalization Scheme), of I-JSON (RFC
 * 7493) only.
 *
 * <p>One pass over the text, no tree: values are written in canonical form as they are read; only
 * an object whose members come out of order is rearranged afterwards. Refused is what two readers
 * could understand differently: duplicate names, lone surrogates, and numbers that an IEEE-754
 * double would change.
 */
public final class CanonicalJson {
  /** Deeper nesting is refused: it would let a hostile text exhaust the stack. */
  static final int MAX_DEPTH = 64;

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final String text;
  private final int maxBytes;
  private final StringBuilder out;
  private int position;
  private int depth;

  private CanonicalJson(String text, int maxBytes) {
    this.text = text;
    this.maxBytes = maxBytes;
    this.out = new StringBuilder(text.length());
  }

  /**
   * The canonical form of a JSON object.
   *
   * @param maxBytes most bytes that the canonical form may have; it can be longer than the text
   * @return its UTF-8 bytes
   * @throws JsonRefusedException where the text is no JSON object, no I-JSON or too long
   */
  public static byte[] of(String text, int maxBytes) throws JsonRefusedException {
    CanonicalJson json = new CanonicalJson(text, maxBytes);
    json.skipSpace();
    if (json.position == text.length() || text.charAt(json.position) != '{') {
      throw json.refused("a JSON object is expected");
    }
    json.object();
    json.skipSpace();
    if (json.position != text.length()) {
      throw json.refused("nothing may follow the object");
    }
    byte[] bytes = json.out.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > maxBytes) {
      throw json.tooLong();
    }
    return bytes;
  }

  private void value() throws JsonRefusedException {
    switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
  }

  /** A member as written: its name, and where name and value stand in {@link #out}. */
  private record Member(String name, int start, int end) {}

  private void object() throws JsonRefusedException {
    enter();
    List<Member> members = new ArrayList<>();
    boolean sorted = true;
    skipSpace();
    if (peek() != '}') {
      do {
        if (!members.isEmpty()) {
          out.append(',');
        }
        Member member = member();
        if (!members.isEmpty()) {
          int order = members.get(members.size() - 1).name.compareTo(member.name);
          sorted &= order < 0;
        }
        members.add(member);
        skipSpace();
      } while (nextIs(','));
    }
    expect('}');
    if (!sorted) {
      sort(members);
    }
    out.append('}');
    depth--;
  }

  private Member member() throws JsonRefusedException {
    skipSpace();
    if (peek() != '"') {
      throw refused("a name in quotes is expected");
    }
    int start = out.length();
    String name = string();
    skipSpace();
    expect(':');
    out.append(':');
    skipSpace();
    value();
    return new Member(name, start, out.length());
  }

  /**
   * Puts members in the order of their names' UTF-16 code units, which is how Java compares
   * strings.
   */
  private void sort(List<Member> members) throws JsonRefusedException {
    int start = members.get(0).start;
    members.sort((a, b) -> a.name.compareTo(b.name));
    StringBuilder ordered = new StringBuilder(out.length() - start);
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (i > 0) {
        if (members.get(i - 1).name.equals(member.name)) {
          throw refused("the name " + InvalidFieldException.shown(member.name) + " is there twice");
        }
        ordered.append(',');
      }
      ordered.append(out, member.start, member.end);
    }
    out.setLength(start);
    out.append(ordered);
  }

  private void array() throws JsonRefusedException {
    enter();
    skipSpace();
    if (peek() != ']') {
      boolean first = true;
      do {
        if (!first) {
          out.append(',');
        }
        first = false;
        skipSpace();
        value();
        skipSpace();
      } while (nextIs(','));
    }
    expect(']');
    out.append(']');
    depth--;
  }

  private void enter() throws JsonRefusedException {
    if (++depth > MAX_DEPTH) {
      throw refused("nesting is deeper than " + MAX_DEPTH);
    }
    out.append(text.charAt(position++));
  }

  /** Reads a string and writes it in canonical form; its value, without escapes. */
  private String string() throws JsonRefusedException {
    int start = ++position;
    int plain = start;
    while (plain < text.length() && isPlain(text.charAt(plain))) {
      plain++;
    }
    if (plain < text.length() && text.charAt(plain) == '"') {
      out.append(text, start - 1, plain + 1);
      position = plain + 1;
      return text.substring(start, plain);
    }
    return escapedString(start, plain);
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c != '"' && c != '\\' && !Character.isSurrogate(c);
  }

  private String escapedString(int start, int plain) throws JsonRefusedException {
    // Not the rest of the text as capacity: a text of many short strings would cost the square of
    // its length.
    StringBuilder value = new StringBuilder(plain - start + 16).append(text, start, plain);
    position = plain;
    while (peek() != '"') {
      char c = text.charAt(position++);
      if (c < ' ') {
        position--;
        throw refused("a control character in a string must be escaped");
      }
      value.append(c == '\\' ? escape() : c);
    }
    position++;
    writeString(value);
    return value.toString();
  }

  private char escape() throws JsonRefusedException {
    char c = peek();
    position++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw refused("an unknown escape \\" + c);
    };
  }

  private char unicode() throws JsonRefusedException {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0 || peek() > 'f') {
        throw refused("four hexadecimal digits are expected");
      }
      code = code * 16 + digit;
      position++;
    }
    return (char) code;
  }

  private void writeString(CharSequence value) throws JsonRefusedException {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        out.append(c).append(value.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        throw refused("a lone surrogate \\u" + Integer.toHexString(c));
      } else {
        writeCharacter(c);
      }
    }
    out.append('"');
  }

  private void writeCharacter(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (c < ' ') {
          out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
        } else {
          out.append(c);
        }
      }
    }
  }

  private void literal(String word) throws JsonRefusedException {
    if (!text.startsWith(word, position)) {
      throw refused("a JSON value is expected");
    }
    out.append(word);
    position += word.length();
  }

  private void number() throws JsonRefusedException {
    int start = position;
    int end = start;
    while (end < text.length() && CanonicalNumber.mayContain(text.charAt(end))) {
      end++;
    }
    if (end == start) {
      throw refused("a JSON value is expected");
    }
    String problem = CanonicalNumber.append(text, start, end, out);
    if (problem != null) {
      throw refused(problem);
    }
    position = end;
    // Only numbers grow (1e20 has 21 digits): here and nowhere else the form can outgrow its bound.
    if (out.length() > maxBytes) {
      throw tooLong();
    }
  }

  private char peek() throws JsonRefusedException {
    if (position >= text.length()) {
      throw refused("the text ends too early");
    }
    return text.charAt(position);
  }

  private boolean nextIs(char c) {
    if (position < text.length() && text.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }

  private void expect(char c) throws JsonRefusedException {
    if (!nextIs(c)) {
      throw refused("'" + c + "' is expected");
    }
  }

  private void skipSpace() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return;
      }
      position++;
    }
  }

  private JsonRefusedException tooLong() {
    return refused("its canonical form has more than %d bytes".formatted(maxBytes));
  }

  private JsonRefusedException refused(String why) {
    return new JsonRefusedException(why, position);
  }
}
