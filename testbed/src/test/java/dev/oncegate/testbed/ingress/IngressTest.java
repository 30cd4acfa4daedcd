package dev.oncegate.testbed.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.ingress.DescribedClient;
import dev.oncegate.ingress.DescribedClient.Response;
import dev.oncegate.ingress.Ingress;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngressTest {
  private static final String ACTIONS = "/v1/actions";

  @TempDir private static Path directory;

  private static IngressStack stack;
  private static Ingress open;
  private static Ingress closed;
  private static DescribedClient client;

  @BeforeAll
  static void start() throws Exception {
    stack = IngressStack.start();
    // SHA-256 of "secret".
    Path callers =
        Files.writeString(
            directory.resolve("callers.json"),
            """
            {"callers": [{"name": "biller", "tenant": "acme", "agent": "billing",
              "token_sha256": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}]}
            """);
    open = stack.ingress(Map.of("ingress.anonymous", "true"));
    closed = stack.ingress(Map.of("ingress.credentials.file", callers.toString()));
    client = DescribedClient.of(open.url());
  }

  @AfterAll
  static void stop() {
    closed.close();
    open.close();
    stack.close();
  }

  private static String action(String run, String tool) {
    return "{\"run_id\":\"%s\",\"tool\":\"%s\",\"args\":{\"to\":\"bob\",\"amount\":10}}"
        .formatted(run, tool);
  }

  private static String[] keyed(String key) {
    return new String[] {"Idempotency-Key", "\"" + key + "\""};
  }

  private static String[] waiting(String key) {
    return new String[] {"Idempotency-Key", "\"" + key + "\"", "Prefer", "wait=20"};
  }

  @Test
  void anActionIsExecutedOnceAndItsOutcomeReplayedByteForByte() {
    Response first = client.post(ACTIONS, action("once", "pay"), waiting("k"));
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.body().get("event").asText()).isEqualTo("SETTLED");
    Response second =
        client.post(
            ACTIONS,
            "{\"args\":{ \"amount\": 1e1, \"to\":\"bob\"},\"tool\":\"pay\",\"run_id\":\"once\"}",
            keyed("k"));
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.body().get("decision").asText()).isEqualTo("REPLAYED");
    assertThat(second.body().get("replayed").asBoolean()).isTrue();
    assertThat(second.body().get("stored_outcome")).isEqualTo(first.body().get("stored_outcome"));
    assertThat(stack.effectsOf("once")).hasSize(1);
  }

  @Test
  void withoutAWaitItIs202AndTheOutcomeIsPolled() {
    Response accepted = client.post(ACTIONS, action("polled", "pay"), keyed("a/b c"));
    assertThat(accepted.status()).isEqualTo(202);
    String location = accepted.headers().get("Location");
    Awaitility.await()
        .until(() -> client.get(location).body().get("state").asText().equals("SUCCEEDED"));
    assertThat(client.get(location).body().at("/last/stored_outcome/result").asText())
        .isEqualTo("receipt of a/b c");
  }

  @Test
  void theKeyForAnotherPayloadIs422AndTellsNothingOfTheFirst() {
    client.post(ACTIONS, action("conflict", "pay"), waiting("k"));
    Response conflict =
        client.post(ACTIONS, action("conflict", "pay").replace("\"bob\"", "\"eve\""), keyed("k"));
    assertThat(conflict.status()).isEqualTo(422);
    assertThat(conflict.problem()).isEqualTo("key-reused");
    assertThat(conflict.body().toString()).doesNotContain("receipt");
    assertThat(stack.effectsOf("conflict")).hasSize(1);
  }

  @Test
  void whileItIsBeingExecutedItIs409WithTheTimeToWait() {
    assertThat(client.post(ACTIONS, action("pending", "never-answers"), keyed("k")).status())
        .isEqualTo(202);
    Response again = client.post(ACTIONS, action("pending", "never-answers"), keyed("k"));
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.problem()).isEqualTo("in-progress");
    assertThat(Integer.parseInt(again.headers().get("Retry-After"))).isPositive();
  }

  @Test
  void withoutAnOutcomeByTheDeadlineItIs409AndNobodyIsToldToRetry() {
    String action =
        action("overdue", "never-answers").replace("{\"run_id", "{\"deadline_ms\":300,\"run_id");
    Response first = client.post(ACTIONS, action, waiting("k"));
    assertThat(first.status()).isEqualTo(409);
    assertThat(first.problem()).isEqualTo("indeterminate");
    Response again = client.post(ACTIONS, action, keyed("k"));
    assertThat(again.problem()).isEqualTo("indeterminate");
    assertThat(again.headers()).doesNotContainKey("Retry-After");
    assertThat(stack.effectsOf("overdue")).hasSize(1);
  }

  @Test
  void whatTheGateFindsInvalidIs400AndNamesTheField() {
    Response noTool = client.post(ACTIONS, "{\"run_id\":\"invalid\"}", keyed("k"));
    assertThat(noTool.status()).isEqualTo(400);
    assertThat(noTool.problem()).isEqualTo("invalid-action");
    assertThat(noTool.body().get("field").asText()).isEqualTo("tool");
    String large = action("invalid", "pay").replace("bob", "b".repeat(300_000));
    Response tooLong = client.post(ACTIONS, large, keyed("l"));
    assertThat(tooLong.status()).isEqualTo(400);
    assertThat(tooLong.body().get("field").asText()).isEqualTo("args");
  }

  @Test
  void aBodyOverTheLimitIs413() {
    String large = action("large", "pay").replace("bob", "b".repeat(600_000));
    assertThat(client.post(ACTIONS, large, keyed("k")).status()).isEqualTo(413);
  }

  @Test
  void anIntentThatIsTooOldIs410() {
    String old =
        action("old", "pay")
            .replace(
                "{\"run_id",
                "{\"issued_at\":\"%s\",\"request_ttl_ms\":1000,\"run_id"
                    .formatted(Instant.now().minusSeconds(60)));
    assertThat(client.post(ACTIONS, old, keyed("k")).status()).isEqualTo(410);
    assertThat(stack.effectsOf("old")).isEmpty();
  }

  @Test
  void aFailureForGoodIs424AndSoIsItsReplay() {
    assertThat(client.post(ACTIONS, action("failing", "fails"), waiting("k")).status())
        .isEqualTo(424);
    Response replay = client.post(ACTIONS, action("failing", "fails"), keyed("k"));
    assertThat(replay.status()).isEqualTo(424);
    assertThat(replay.body().at("/result/stored_outcome/error_code").asText())
        .isEqualTo("NO_FUNDS");
    assertThat(stack.effectsOf("failing")).hasSize(1);
  }

  @Test
  void aFailureForNowIs503AndTheSameKeyIsLetThroughAgain() {
    Response first = client.post(ACTIONS, action("flaky", "fails-first"), waiting("k"));
    assertThat(first.status()).isEqualTo(503);
    assertThat(first.problem()).isEqualTo("attempt-failed");
    assertThat(first.headers()).containsKey("Retry-After");
    Response second = client.post(ACTIONS, action("flaky", "fails-first"), waiting("k"));
    assertThat(second.status()).isEqualTo(200);
    assertThat(stack.effectsOf("flaky")).hasSize(2);
  }

  @Test
  void aDestructiveActionIs428UntilItIsConfirmed() {
    String action =
        action("careful", "drop").replaceFirst("\\{", "{\"side_effect_class\":\"DESTRUCTIVE\",");
    Response asked = client.post(ACTIONS, action, keyed("k"));
    assertThat(asked.status()).isEqualTo(428);
    String token = asked.body().at("/result/confirmation_token").asText();
    String confirmed =
        action.replaceFirst(
            "\\{", "{\"commit\":true,\"confirmation_token\":\"%s\",".formatted(token));
    assertThat(client.post(ACTIONS, confirmed, waiting("k")).status()).isEqualTo(200);
    assertThat(stack.effectsOf("careful")).hasSize(1);
  }

  @Test
  void aLoopIs429AndNobodyIsToldToRetry() {
    List<Response> responses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      responses.add(
          client.post(
              ACTIONS,
              action("loop", "same-answer").replaceFirst("\\{", "{\"side_effect_class\":\"READ\","),
              keyed("k" + i)));
    }
    assertThat(responses)
        .extracting(Response::status)
        .containsExactly(202, 202, 202, 202, 202, 429);
    assertThat(responses.get(5).headers()).doesNotContainKey("Retry-After");
  }

  @Test
  void aBatchIsAnsweredInItsOrder() {
    Response response =
        client.post(
            "/v1/batches",
            """
            {"actions": [
              {"run_id": "batch", "tool": "pay", "idempotency_key": "1"},
              {"run_id": "batch", "idempotency_key": "2"},
              {"run_id": "batch", "tool": "fails", "idempotency_key": "3"},
              {"run_id": "batch", "tool": "pay", "args": {"x": 1}, "idempotency_key": "1"}]}
            """,
            "Prefer",
            "wait=20");
    assertThat(response.body().get("answers"))
        .extracting(answer -> answer.get("status").asInt())
        .containsExactly(200, 400, 424, 422);
    assertThat(response.body().at("/answers/0/body/run_seq").asInt()).isPositive();
    assertThat(stack.effectsOf("batch")).hasSize(2);
  }

  @Test
  void aRunIsFollowedByServerSentEventsWithoutAGap() throws Exception {
    HttpResponse<InputStream> stream =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(open.url() + "/v1/runs/followed/events")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo(":");
      client.post(ACTIONS, action("followed", "pay"), waiting("k"));
      client.post(ACTIONS, action("followed", "pay"), keyed("k"));
      assertThat(
              lines
                  .lines()
                  .filter(line -> line.startsWith("id:") || line.startsWith("event:"))
                  .limit(6)
                  .toList())
          .containsExactly(
              "id: 1", "event: decided", "id: 2", "event: settled", "id: 3", "event: decided");
    }
  }

  @Test
  void fiftySimultaneousPostsOfOneKeyAreOneEffect() throws Exception {
    List<Storm.Told> first = storm("first");
    assertThat(first).hasSize(50);
    assertThat(first)
        .filteredOn(told -> told.status() == 202)
        .singleElement()
        .satisfies(told -> assertThat(told.body().get("decision").asText()).isEqualTo("ACCEPTED"));
    assertThat(first)
        .filteredOn(told -> told.status() != 202)
        .allSatisfy(
            told -> {
              if (told.status() == 409) {
                assertThat(told.body().get("type").asText()).endsWith(":in-progress");
                assertThat(told.headers()).contains("Retry-After: ");
              } else {
                assertIsReplay(told);
              }
            });
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(client.get("/v1/actions/k?run_id=storm").body().get("state").asText())
                    .isEqualTo("SUCCEEDED"));
    assertThat(storm("second")).hasSize(50).allSatisfy(IngressTest::assertIsReplay);
    assertThat(stack.effectsWritten("storm")).hasSize(1);
  }

  private static List<Storm.Told> storm(String name) throws Exception {
    return Storm.post(
        50, open.url() + ACTIONS, "k", action("storm", "pay"), directory.resolve(name));
  }

  private static void assertIsReplay(Storm.Told told) {
    assertThat(told.status()).isEqualTo(200);
    assertThat(told.body().get("decision").asText()).isEqualTo("REPLAYED");
    assertThat(told.body().at("/stored_outcome/result").asText()).isEqualTo("receipt of k");
  }

  @Test
  void withoutTheGatesTopicsItDoesNotStartAndMakesNone() {
    assertThatThrownBy(
            () -> stack.ingress(Map.of("ingress.anonymous", "true", "gate.topic.prefix", "no.")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("There is no topic no.results");
  }

  @Test
  void callersActForTheirOwnTenantAndAnyInstanceMayBeAsked() {
    DescribedClient guarded = DescribedClient.of(closed.url());
    assertThat(guarded.post(ACTIONS, action("acme:1", "pay"), keyed("k")).status()).isEqualTo(401);
    String[] known = {
      "Idempotency-Key", "k", "Authorization", "Bearer secret", "Prefer", "wait=20"
    };
    assertThat(guarded.post(ACTIONS, action("other:1", "pay"), known).status()).isEqualTo(403);
    assertThat(guarded.post(ACTIONS, action("acme:1", "pay"), known).status()).isEqualTo(200);
    assertThat(stack.effectsOf("other:1")).isEmpty();
    assertThat(stack.effectsOf("acme:1"))
        .singleElement()
        .satisfies(effect -> assertThat(effect.getTenant()).isEqualTo("acme"))
        .satisfies(effect -> assertThat(effect.getAgentId()).isEqualTo("billing"));
    Awaitility.await().until(() -> client.get("/v1/actions/k?run_id=acme:1").status() == 200);
  }
}
