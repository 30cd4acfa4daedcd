package dev.oncegate.connect.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.connect.route.Template.Kind;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.TrustedSchemas;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;

class TemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static {
    TrustedSchemas.trust();
  }

  @Example
  void valuesOfTheEffectAreFilledIn() throws Exception {
    String args =
        "{\"amount\":12.5,\"items\":[{\"id\":7},{\"id\":8}],\"ok\":true,\"to\":{\"name\":\"bob\"}}";
    assertThat(
            filled(
                "https://h/{{args.to.name}}/{{ args.items.1.id }}?a={{args.amount}}",
                Kind.URL,
                args))
        .isEqualTo("https://h/bob/8?a=12.5");
    assertThat(filled("{{run_id}} {{tool}} {{attempt}} {{action_id}}", Kind.TEXT, args))
        .isEqualTo("run-1 mail 2 abc");
    assertThat(
            filled(
                "{\"p\":{{args.to}},\"n\":\"Dear {{args.to.name}}!\",\"ok\":{{args.ok}}}",
                Kind.JSON,
                args))
        .isEqualTo("{\"p\":{\"name\":\"bob\"},\"n\":\"Dear bob!\",\"ok\":true}");
    assertThat(filled("to={{args.to.name}}&ok={{args.ok}}", Kind.FORM, args))
        .isEqualTo("to=bob&ok=true");
  }

  @Example
  void largeNumbersKeepTheirValue() throws Exception {
    assertThat(filled("{{args.n}}", Kind.TEXT, "{\"n\":1e21}")).isEqualTo("1000000000000000000000");
    assertThat(filled("{{args.n}}", Kind.TEXT, "{\"n\":9007199254740993}"))
        .isEqualTo("9007199254740993");
  }

  @Example
  void aMissingValueIsRefusedUnlessItIsOptional() throws Exception {
    assertThatThrownBy(() -> filled("{{args.to}}", Kind.TEXT, "{}"))
        .isInstanceOf(TemplateException.class)
        .hasMessage("args.to is missing");
    assertThatThrownBy(() -> filled("{{tenant}}", Kind.HEADER, "{}"))
        .hasMessage("tenant is missing");
    assertThat(filled("a{{args.to?}}b", Kind.TEXT, "{}")).isEqualTo("ab");
    assertThat(filled("{\"to\":{{args.to?}}}", Kind.JSON, "{}")).isEqualTo("{\"to\":null}");
    assertThat(filled("https://h/x?t={{args.to?}}", Kind.URL, "{}")).isEqualTo("https://h/x?t=");
  }

  @Example
  void aValueCannotNameAnotherResource() {
    for (String evil : new String[] {"", ".", ".."}) {
      assertThatThrownBy(
              () -> filled("https://h/accounts/{{args.id}}", Kind.URL, "{\"id\":\"" + evil + "\"}"))
          .hasMessageContaining("args.id is empty, '.' or '..'");
    }
    assertThatThrownBy(() -> filled("https://h/accounts/{{args.id?}}", Kind.URL, "{}"))
        .hasMessageContaining("may not stand in a path");
    assertThatThrownBy(() -> filled("https://h/{{args.id}}", Kind.URL, "{\"id\":[1]}"))
        .hasMessageContaining("is an object or a list");
  }

  @Example
  void aHeaderCannotBeSplit() {
    assertThatThrownBy(() -> filled("{{args.h}}", Kind.HEADER, "{\"h\":\"a\\r\\nX-Evil: 1\"}"))
        .hasMessage("args.h has characters that may not stand in a header");
  }

  @Example
  void theQuestionMarkOfAnOptionalPlaceBeginsNoQuery() {
    assertThatThrownBy(
            () -> filled("https://h/{{args.a?}}/{{args.b}}", Kind.URL, "{\"a\":\"x\",\"b\":\"\"}"))
        .hasMessageContaining("args.b is empty");
  }

  @Example
  void whatStandsForNothingIsRefusedAtOnce() {
    assertThatThrownBy(() -> Template.parse("{{arg.to}}", Kind.TEXT))
        .hasMessageStartingWith(
            "'{{arg.to}}' stands for nothing; there are args, args.NAME and action_id");
    assertThatThrownBy(() -> Template.parse("a {{args.to", Kind.TEXT))
        .hasMessage("'{{' at character 2 is not closed by '}}'");
    assertThatThrownBy(() -> Template.parse("{{args.}}", Kind.TEXT))
        .hasMessageContaining("nothing");
  }

  @Property
  void aTextStaysWithinItsSegmentOfThePath(@ForAll @NotEmpty String value) throws Exception {
    Assume.that(isWellFormed(value) && !value.equals(".") && !value.equals(".."));
    String url = filled("https://h/a/{{args.v}}/z?q={{args.v}}", Kind.URL, args(value));
    URI uri = new URI(url);
    assertThat(uri.getRawPath()).startsWith("/a/").endsWith("/z");
    String segment = uri.getRawPath().substring(3, uri.getRawPath().length() - 2);
    assertThat(segment).doesNotContain("/");
    assertThat(URLDecoder.decode(segment, StandardCharsets.UTF_8)).isEqualTo(value);
    assertThat(URLDecoder.decode(uri.getRawQuery(), StandardCharsets.UTF_8))
        .isEqualTo("q=" + value);
    assertThat(uri.getRawFragment()).isNull();
  }

  @Property
  void aTextStaysWithinItsPlaceInJson(@ForAll String value) throws Exception {
    Assume.that(isWellFormed(value));
    String body =
        filled("{\"a\":{{args.v}},\"b\":\"<{{args.v}}>\",\"c\":1}", Kind.JSON, args(value));
    JsonNode read = JSON.readTree(body);
    assertThat(read.path("a").asText()).isEqualTo(value);
    assertThat(read.path("b").asText()).isEqualTo("<" + value + ">");
    assertThat(read.size()).isEqualTo(3);
  }

  @Property
  void twoActionsNeverShareAKeyAndItIsSafeInAHeader(
      @ForAll String scope,
      @ForAll String key,
      @ForAll String otherScope,
      @ForAll String otherKey) {
    Assume.that(isWellFormed(scope) && isWellFormed(key));
    Assume.that(isWellFormed(otherScope) && isWellFormed(otherKey));
    String id = IdempotencyKey.of(scope, key);
    assertThat(id).matches("[0-9a-f]{64}").isEqualTo(IdempotencyKey.of(scope, key));
    boolean same = scope.equals(otherScope) && key.equals(otherKey);
    assertThat(id.equals(IdempotencyKey.of(otherScope, otherKey))).isEqualTo(same);
  }

  @Example
  void thePartsOfAKeyAreNotJoined() {
    assertThat(IdempotencyKey.of("ab", "c")).isNotEqualTo(IdempotencyKey.of("a", "bc"));
    assertThat(IdempotencyKey.of("", "abc")).isNotEqualTo(IdempotencyKey.of("abc", ""));
  }

  private static boolean isWellFormed(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static String args(String value) {
    return JSON.createObjectNode().put("v", value).toString();
  }

  private static String filled(String template, Kind kind, String args) throws TemplateException {
    return Template.parse(template, kind).fill(new EffectValues(effect(args), "abc"));
  }

  private static ActionEffect effect(String args) {
    return ActionEffect.newBuilder()
        .setScope("run-1")
        .setRunId("run-1")
        .setTool("mail")
        .setArgs(args)
        .setArgsHash("h")
        .setSideEffectClass(SideEffectClass.WRITE)
        .setIdempotencyKey("k")
        .setAttempt(2)
        .setDeadlineAt(Instant.EPOCH)
        .setDecidedAt(Instant.EPOCH)
        .setRunSeq(1)
        .setCommand(new RecordCoordinates("agent.commands", 0, 0L))
        .build();
  }
}
