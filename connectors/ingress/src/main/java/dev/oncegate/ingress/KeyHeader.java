package dev.oncegate.ingress;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Idempotency-Key}: a string of structured fields (RFC 8941), as the IETF draft has
 * it, such as {@code "8e03978e"} with the quotes. The same without quotes is taken as the same key,
 * for that is what most clients send.
 */
final class KeyHeader {
  static final String NAME = "Idempotency-Key";

  private static final Pattern QUOTED =
      Pattern.compile("\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*)\"(?:;.*)?");
  private static final Pattern ESCAPED = Pattern.compile("\\\\([\"\\\\])");
  private static final Pattern BARE = Pattern.compile("[!#-+\\--:<-~]+");

  private KeyHeader() {}

  /**
   * The key.
   *
   * @param values of all headers of that name
   * @return null where there is none
   * @throws Refused where it is no such string, or there are several
   */
  static @Nullable String read(List<String> values) {
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() > 1) {
      throw wrong("is there %d times; one is expected".formatted(values.size()));
    }
    String value = values.get(0).strip();
    Matcher quoted = QUOTED.matcher(value);
    if (quoted.matches()) {
      return ESCAPED.matcher(quoted.group(1)).replaceAll("$1");
    }
    if (BARE.matcher(value).matches()) {
      return value;
    }
    throw wrong(
        "is %s; a string such as \"8e03978e-40d5\" is expected; a key with other characters goes into the body as idempotency_key"
            .formatted(value));
  }

  private static Refused wrong(String what) {
    return new Refused(ProblemType.INVALID_REQUEST, NAME + " " + what, NAME);
  }
}
