package dev.oncegate.core.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
  private static final int LIMIT = 65_536;

  @ParameterizedTest
  @ValueSource(strings = {"french", "structures", "unicode", "weird"})
  void bringsTheVectorsOfTheRfcIntoTheirPublishedForm(String vector) throws JsonRefusedException {
    String output = JcsVectors.read("output/" + vector + ".json");
    assertThat(canonical(JcsVectors.read("input/" + vector + ".json"))).isEqualTo(output);
    assertThat(canonical(output)).isEqualTo(output);
  }

  @Test
  void bringsTheVectorOfArraysIntoItsPublishedFormWithinAnObject() throws JsonRefusedException {
    String input = "{\"it\":" + JcsVectors.read("input/arrays.json") + "}";
    assertThat(canonical(input))
        .isEqualTo("{\"it\":" + JcsVectors.read("output/arrays.json") + "}");
  }

  @Test
  void bringsTheVectorOfValuesIntoItsPublishedFormButForTheOneNumberThatADoubleChanges()
      throws JsonRefusedException {
    String input = JcsVectors.read("input/values.json");
    assertRefused(input, "333333333.33333329", "send it as text");
    assertThat(canonical(input.replace("333333333.33333329", "333333333.3333333")))
        .isEqualTo(JcsVectors.read("output/values.json"));
  }

  @Test
  void ordersNamesByUtf16CodeUnitsAndNotByCodePoints() throws JsonRefusedException {
    assertThat(canonical("{\"\\ufb33\":1,\"\\ud83d\\ude02\":2}"))
        .isEqualTo("{\"\ud83d\ude02\":2,\"\ufb33\":1}");
  }

  @ParameterizedTest
  @CsvSource({
    "-0, 0",
    "-0.0, 0",
    "0e5, 0",
    "0.000, 0",
    "1.0, 1",
    "1e0, 1",
    "10e-1, 1",
    "1e00000000000000001, 10",
    "-1.50, -1.5",
    "1E+2, 100",
    "1e20, 100000000000000000000",
    "1e21, 1e+21",
    "1e-6, 0.000001",
    "1e-7, 1e-7",
    "0.1, 0.1",
    "5e-324, 5e-324",
    "9007199254740992, 9007199254740992",
    "-9007199254740991, -9007199254740991",
    "123456789012345, 123456789012345",
    "1.7976931348623157e308, 1.7976931348623157e+308"
  })
  void writesANumberInOneFormWhateverItsSpelling(String spelled, String form)
      throws JsonRefusedException {
    assertThat(canonical("{\"n\":" + spelled + "}")).isEqualTo("{\"n\":" + form + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9007199254740993",
        "1e400",
        "-1e400",
        "1e-400",
        "0.1000000000000000055511151231257827",
        "12345678901234567890",
        "1e99999999999999999999",
        "0.30000000000000001",
        "123456789.1234567891"
      })
  void refusesANumberThatADoubleWouldChange(String number) {
    assertRefused(
        "{\"n\":" + number + "}", number, "would change as an IEEE-754 double; send it as text");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "01",
        "-01",
        "1.",
        ".5",
        "-",
        "--1",
        "+1",
        "1e",
        "1e+",
        "1e1.5",
        "0x10",
        "1.2.3",
        "NaN",
        "Infinity",
        "-Infinity",
        "1-1",
        "--",
        "e",
        ".",
        "tru",
        "True",
        "nul",
        "undefined",
        "'a'",
        "1 2"
      })
  void refusesWhatIsNoJsonValue(String value) {
    assertRefused("{\"n\":" + value + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":1,\"a\":2,\"b\":3}",
            "{\"a\":1,\"\\u0061\":2}",
        "{\"\\/\":1,\"/\":2}", "{\"x\":{\"a\":1,\"a\":2}}", "{\"x\":[{\"y\":[{\"a\":1,\"a\":2}]}]}",
            "{\"\":1,\"\":2}",
        "{\"\ud83d\ude02\":1,\"\\ud83d\\ude02\":2}"
      })
  void refusesANameThatIsThereTwiceHoweverItIsSpelled(String text) {
    assertRefused(text, "is there twice");
  }

  @Test
  void theSameNameInTwoObjectsIsNoDuplicate() throws JsonRefusedException {
    assertThat(canonical("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}"))
        .isEqualTo("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"s\":\"\\ud800\"}",
        "{\"s\":\"\\udc00\"}",
        "{\"s\":\"\\ud800x\"}",
        "{\"s\":\"\\udc00\\ud800\"}",
        "{\"s\":\"\\ud800\\ud800\\udc00\"}",
        "{\"\\udead\":1}"
      })
  void refusesALoneSurrogate(String text) {
    assertRefused(text, "a lone surrogate \\u");
  }

  @Test
  void refusesALoneSurrogateThatIsNoEscape() {
    assertRefused("{\"s\":\"a" + '\ud800' + "b\"}", "a lone surrogate \\ud800");
    assertRefused("{\"s\":\"" + '\udc00' + "\"}", "a lone surrogate \\udc00");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"s\":\"\\x\"}",
        "{\"s\":\"\\\"}",
        "{\"s\":\"\\u12\"}",
        "{\"s\":\"\\u12g4\"}",
        "{\"s\":\"\\u\uff11234\"}",
        "{\"s\":\"\\U0041\"}",
        "{\"s\":\"\\a\"}"
      })
  void refusesABadEscape(String text) {
    assertRefused(text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x08, 0x09, 0x0a, 0x0d, 0x1f})
  void refusesAControlCharacterThatIsNotEscaped(int character) {
    assertRefused("{\"s\":\"" + (char) character + "\"}", "control character");
    assertRefused("{\"s\":\"a" + (char) character + "\"}", "control character");
    assertRefused("{\"s\":\"\\n" + (char) character + "\"}", "control character");
  }

  @Test
  void writesEachControlCharacterInItsShortestEscape() throws JsonRefusedException {
    StringBuilder escapes = new StringBuilder();
    for (int c = 0; c < 0x20; c++) {
      escapes.append("\\u%04X".formatted(c));
    }
    assertThat(canonical("{\"s\":\"" + escapes + "\\u007f\\u2028\\/\"}"))
        .isEqualTo(
            "{\"s\":\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010"
                + "\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d"
                + "\\u001e\\u001f\u007f\u2028/\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "1",
        "\"a\"",
        "[]",
        "[{}]",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":-",
        "{\"a\":1.",
        "{\"a\":1e",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":[}",
        "{\"a\":[1}",
        "{\"a\":[1,]}",
        "{\"a\":[,1]}",
        "{\"a\":[1 2]}",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":\"\\u",
        "{1:2}",
        "{null:1}",
        "{\"a\":}",
        "{\"a\":1;\"b\":2}"
      })
  void refusesWhatIsNoObject(String text) {
    assertRefused(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}x", "{} {}", "{},", "{}\u0000", "{}//", "{}\u00a0"})
  void refusesWhatFollowsTheObject(String text) {
    assertRefused(text, "nothing may follow the object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ufeff{}", "\u00a0{}", "\u000b{}", "\f{}", "\u2028{}", "//\n{}"})
  void refusesWhatIsNoJsonWhiteSpace(String text) {
    assertRefused(text, "a JSON object is expected");
  }

  @Test
  void dropsAllWhiteSpaceOutsideStrings() throws JsonRefusedException {
    String space = " \t\r\n";
    String text =
        "~{~\"a b\"~:~[~1~,~true~,~null~]~,~\"c\"~:~{~}~,~\"d\"~:~[~]~}~".replace("~", space);
    assertThat(canonical(text)).isEqualTo("{\"a b\":[1,true,null],\"c\":{},\"d\":[]}");
  }

  @Test
  void acceptsTheDeepestNestingAndRefusesOneMore() throws JsonRefusedException {
    assertThat(canonical(nested(CanonicalJson.MAX_DEPTH)))
        .isEqualTo(nested(CanonicalJson.MAX_DEPTH));
    assertRefused(nested(CanonicalJson.MAX_DEPTH + 1), "nesting is deeper than 64");
    assertRefused(nested(20_000), "nesting is deeper than 64");
  }

  @Test
  void siblingsAreNotDeep() throws JsonRefusedException {
    String text = "{\"a\":[" + "[{}],".repeat(1_000) + "[]]}";
    assertThat(canonical(text)).isEqualTo(text);
  }

  @Test
  void acceptsAFormOfExactlyTheLimitAndRefusesOneByteMore() throws JsonRefusedException {
    String text = "{\"n\":1e20}";
    String form = "{\"n\":100000000000000000000}";
    assertThat(CanonicalJson.of(text, form.length()))
        .isEqualTo(form.getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> CanonicalJson.of(text, form.length() - 1))
        .isInstanceOf(JsonRefusedException.class)
        .hasMessageContaining("its canonical form has more than 26 bytes");
  }

  @Test
  void theLimitIsOfBytesAndNotOfCharacters() {
    assertThatThrownBy(() -> CanonicalJson.of("{\"s\":\"\u20ac\u20ac\"}", 13))
        .isInstanceOf(JsonRefusedException.class)
        .hasMessageContaining("more than 13 bytes");
  }

  @Test
  void stopsAtTheNumberThatOutgrowsTheLimit() {
    String text = "{\"n\":[" + "1e20,".repeat(10_000) + "1]}";
    assertThatThrownBy(() -> CanonicalJson.of(text, 1_000))
        .isInstanceOf(JsonRefusedException.class)
        .hasMessageMatching(".*more than 1000 bytes \\(at character 2\\d\\d\\)\\.");
  }

  @Test
  void aRefusalSaysWhere() {
    assertRefused("{\"a\":1,\"b\":tru}", "(at character 11)");
    assertRefused("{\"a\":\"b\n\"}", "(at character 7)");
  }

  @Test
  void aRefusalShowsWhatIsNoNumber() {
    assertRefused("{\"n\":-01}", "a JSON value is expected, not '-01'");
  }

  @Test
  void aRefusalShowsNoMoreThanALineOfTheText() {
    assertThatThrownBy(() -> canonical("{\"n\":1" + "0".repeat(50_000) + "1}"))
        .isInstanceOf(JsonRefusedException.class)
        .extracting(e -> String.valueOf(e.getMessage()).length())
        .asString()
        .matches("1\\d\\d|2\\d\\d");
  }

  private static String nested(int depth) {
    return "{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
  }

  private static String canonical(String text) throws JsonRefusedException {
    return new String(CanonicalJson.of(text, LIMIT), StandardCharsets.UTF_8);
  }

  private static void assertRefused(String text, String... parts) {
    List<String> expected = new ArrayList<>(List.of(parts));
    expected.add("(at character ");
    assertThatThrownBy(() -> canonical(text))
        .as(text)
        .isInstanceOf(JsonRefusedException.class)
        .satisfies(refusal -> assertThat(refusal.getMessage()).contains(expected));
  }
}
