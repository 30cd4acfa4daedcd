package dev.oncegate.testbed.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.ingress.DescribedClient;
import dev.oncegate.ingress.DescribedClient.Response;
import dev.oncegate.ingress.Ingress;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Ingress and broker are ended the hard way, and clients that send the same again are safe. */
class IngressFaultsTest {
  private static final String ACTIONS = "/v1/actions";
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Map<String, String> OPEN =
      Map.of(
          "ingress.anonymous",
          "true",
          "ingress.decision.timeout.ms",
          String.valueOf(TIMEOUT.toMillis()));

  private static IngressStack stack;
  private static Ingress other;

  @BeforeAll
  static void start() throws Exception {
    stack = IngressStack.start();
    other = stack.ingress(OPEN);
  }

  @AfterAll
  static void stop() {
    other.close();
    stack.close();
  }

  private static String action(String run, String tool) {
    return "{\"run_id\":\"%s\",\"tool\":\"%s\",\"args\":{\"amount\":10}}".formatted(run, tool);
  }

  private static String stateOf(DescribedClient client, String run) {
    return client.get("/v1/actions/k?run_id=" + run).body().path("state").asText();
  }

  @Test
  void whoseIngressWasKilledBeforeTheOutcomeSendsItAgainAndIsToldTheStoredOne() {
    try (IngressProcess first = stack.process(OPEN)) {
      CompletableFuture<Response> cut =
          DescribedClient.of(first.url())
              .postAsync(
                  ACTIONS,
                  action("killed", "slow"),
                  "Idempotency-Key",
                  "\"k\"",
                  "Prefer",
                  "wait=20");
      Awaitility.await().until(() -> stack.effectsOf("killed").size() == 1);
      first.kill();
      assertThat(cut).failsWithin(Duration.ofSeconds(5));
    }
    // Nobody may be told by the restarted one what it could see happen after its start.
    DescribedClient neighbour = DescribedClient.of(other.url());
    Awaitility.await().until(() -> stateOf(neighbour, "killed").equals("SUCCEEDED"));
    try (IngressProcess second = stack.process(OPEN)) {
      DescribedClient client = DescribedClient.of(second.url());
      assertThat(stateOf(client, "killed")).isEqualTo("SUCCEEDED");
      Response again = client.post(ACTIONS, action("killed", "slow"), "Idempotency-Key", "\"k\"");
      assertThat(again.status()).isEqualTo(200);
      assertThat(again.body().get("decision").asText()).isEqualTo("REPLAYED");
      assertThat(again.body().at("/stored_outcome/result").asText()).isEqualTo("receipt of k");
    }
    assertThat(stack.effectsWritten("killed")).hasSize(1);
  }

  @Test
  void anInstanceThatDoesNotLookBackSaysThatItDoesNotKnow() throws Exception {
    DescribedClient client = DescribedClient.of(other.url());
    client.post(ACTIONS, action("before", "pay"), "Idempotency-Key", "\"k\"", "Prefer", "wait=20");
    try (Ingress blind =
        stack.ingress(Map.of("ingress.anonymous", "true", "ingress.lookback.ms", "0"))) {
      Response unknown = DescribedClient.of(blind.url()).get("/v1/actions/k?run_id=before");
      assertThat(unknown.status()).isEqualTo(404);
      assertThat(unknown.problem()).isEqualTo("unknown-action");
      assertThat(unknown.body().get("detail").asText()).contains("with the same key");
    }
  }

  @Test
  void whileTheBrokerStandsStillItIs503InTimeAndAfterwardsTheSameKeyIsOneEffect() {
    DescribedClient client = DescribedClient.of(other.url());
    stack.freezeBroker();
    try {
      assertIsUnavailableInTime(client, "frozen");
    } finally {
      stack.thawBroker();
    }
    assertIsExecutedOnce(client, "frozen");
  }

  @Test
  void whileTheBrokerIsDownItIs503InTimeAndAfterwardsTheSameKeyIsOneEffect() throws Exception {
    DescribedClient client = DescribedClient.of(other.url());
    // It has sent nothing yet, and does not know who leads the topic: that is what takes longest.
    try (Ingress fresh = stack.ingress(OPEN)) {
      DescribedClient freshClient = DescribedClient.of(fresh.url());
      stack.killBroker();
      try {
        assertIsUnavailableInTime(client, "down");
        assertThat(batchInTime(freshClient, "batch").body().get("answers"))
            .hasSize(10)
            .allSatisfy(answer -> assertThat(answer.get("status").asInt()).isEqualTo(503));
      } finally {
        stack.restartBroker();
      }
      assertIsExecutedOnce(client, "down");
      assertIsExecutedOnce(freshClient, "batch");
    }
  }

  private static Response batchInTime(DescribedClient client, String run) {
    String actions =
        String.join(
            ",",
            Collections.nCopies(
                10, action(run, "pay").replaceFirst("\\{", "{\"idempotency_key\":\"k\",")));
    return inTime(() -> client.post("/v1/batches", "{\"actions\":[%s]}".formatted(actions)));
  }

  private static Response inTime(Supplier<Response> request) {
    long startNanos = System.nanoTime();
    Response response = request.get();
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
        .isLessThan(TIMEOUT.plus(Duration.ofSeconds(2)));
    return response;
  }

  private static void assertIsUnavailableInTime(DescribedClient client, String run) {
    Response response =
        inTime(() -> client.post(ACTIONS, action(run, "pay"), "Idempotency-Key", "\"k\""));
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isIn("not-written", "no-decision");
    assertThat(response.headers()).containsKey("Retry-After");
  }

  private static void assertIsExecutedOnce(DescribedClient client, String run) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                client
                        .post(
                            ACTIONS,
                            action(run, "pay"),
                            "Idempotency-Key",
                            "\"k\"",
                            "Prefer",
                            "wait=5")
                        .status()
                    == 200);
    assertThat(stack.effectsWritten(run)).hasSize(1);
  }
}
