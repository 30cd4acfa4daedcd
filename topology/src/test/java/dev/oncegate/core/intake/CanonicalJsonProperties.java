package dev.oncegate.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.erdtman.jcs.JsonCanonicalizer;

class CanonicalJsonProperties {
  private static final int LIMIT = 1 << 24;

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theFormOfAFormIsItself(@ForAll("objects") Map<String, Object> object, @ForAll long seed)
      throws JsonRefusedException {
    String form = canonical(JsonSpelling.of(object, seed));
    assertThat(canonical(form)).isEqualTo(form);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void twoSpellingsOfOneValueHaveOneForm(
      @ForAll("objects") Map<String, Object> object, @ForAll long seed, @ForAll long otherSeed)
      throws JsonRefusedException {
    assertThat(canonical(JsonSpelling.of(object, seed)))
        .isEqualTo(canonical(JsonSpelling.of(object, otherSeed)));
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theFormIsTheOneOfThePublishedCanonicalizer(
      @ForAll("objects") Map<String, Object> object, @ForAll long seed)
      throws JsonRefusedException, IOException {
    String text = JsonSpelling.of(object, seed);
    assertThat(canonical(text)).isEqualTo(new JsonCanonicalizer(text).getEncodedString());
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void twoValuesThatDifferHaveTwoForms(
      @ForAll("objects") Map<String, Object> one,
      @ForAll("objects") Map<String, Object> other,
      @ForAll long seed)
      throws JsonRefusedException {
    assertThat(
            canonical(JsonSpelling.of(one, seed)).equals(canonical(JsonSpelling.of(other, seed))))
        .isEqualTo(one.equals(other));
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void aTextIsEitherRefusedOrHasAForm(@ForAll("texts") String text) {
    try {
      byte[] form = CanonicalJson.of(text, LIMIT);
      assertThat(new String(form, StandardCharsets.UTF_8)).startsWith("{").endsWith("}");
    } catch (JsonRefusedException e) {
      assertThat(e.getMessage()).contains("(at character ");
    }
  }

  @Provide
  Arbitrary<Map<String, Object>> objects() {
    return objectsOf(values(3));
  }

  /** Texts that look like JSON more often than chance would make them. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> tokens =
        Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\"",
            "\"b\":",
            "1",
            "-0",
            "1e20",
            "1e400",
            "true",
            "null",
            "\\",
            "\\u0061",
            "\\ud800",
            "\ud83d\ude02",
            "\ud800",
            " ",
            "\n",
            "\u0000",
            "{\"a\":1}");
    return tokens.list().ofMaxSize(12).map(parts -> "{" + String.join("", parts));
  }

  private static Arbitrary<Object> values(int depth) {
    Arbitrary<Object> leaves =
        Arbitraries.oneOf(
            Arbitraries.of(Literal.values()).map(literal -> literal),
            texts20().map(text -> text),
            numbers());
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<Object> below = values(depth - 1);
    return Arbitraries.frequencyOf(
        Tuple.of(4, leaves),
        Tuple.of(1, below.list().ofMaxSize(4).map(list -> list)),
        Tuple.of(1, objectsOf(below).map(object -> object)));
  }

  private static Arbitrary<Map<String, Object>> objectsOf(Arbitrary<Object> values) {
    return Arbitraries.maps(texts20(), values).ofMaxSize(6);
  }

  private static Arbitrary<String> texts20() {
    Arbitrary<Integer> codePoints =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 0x7f),
            Arbitraries.of(
                (int) '"', (int) '\\', (int) '/', 0x20ac, 0xd7ff, 0xe000, 0xfb33, 0xfeff, 0xffff),
            Arbitraries.integers().between(0x10000, 0x10ffff));
    return codePoints
        .list()
        .ofMaxSize(8)
        .map(
            list ->
                list.stream()
                    .collect(
                        StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString());
  }

  private static Arbitrary<Object> numbers() {
    Arbitrary<Double> integers =
        Arbitraries.longs().between(-(1L << 53), 1L << 53).map(Long::doubleValue);
    Arbitrary<Double> doubles =
        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite);
    // One zero: -0 and 0 are two doubles, but one number.
    return Arbitraries.oneOf(integers, doubles).map(number -> number + 0.0);
  }

  /** Prints as JSON's own words. */
  private enum Literal {
    TRUE("true"),
    FALSE("false"),
    NULL("null");

    private final String word;

    Literal(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  private static String canonical(String text) throws JsonRefusedException {
    return new String(CanonicalJson.of(text, LIMIT), StandardCharsets.UTF_8);
  }
}
