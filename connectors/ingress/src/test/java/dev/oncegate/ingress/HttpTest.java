package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.GateConfig;
import dev.oncegate.ingress.DescribedClient.Response;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The addresses, limits and refusals, over real HTTP before a gate that is played. */
class HttpTest {
  private static final String ACTION = "{\"run_id\":\"run\",\"tool\":\"t\"}";
  private static final String[] KEYED = {"Idempotency-Key", "\"k\""};

  @TempDir private Path directory;

  private final AtomicBoolean isReady = new AtomicBoolean(true);
  private FakeGate gate;
  private HttpServer server;
  private DescribedClient client;

  private void start(String... settings) {
    Map<String, String> all = new TreeMap<>();
    all.put("ingress.port", "0");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    if (!all.containsKey("ingress.credentials.file")) {
      all.put("ingress.anonymous", "true");
    }
    IngressConfig config = IngressConfig.of(GateConfig.of(all));
    gate =
        new FakeGate(
            new EventStreams(
                config.getInt(IngressKeys.STREAMS_MAX),
                config.duration(IngressKeys.STREAM_HEARTBEAT_MS)));
    gate.answers = command -> List.of(AResult.decided(Decision.ACCEPTED));
    server = new HttpServer(config);
    CommandReader reader = new CommandReader(config.scope(), true);
    Desk desk = new Desk(reader, gate, gate.waiting, config.decisionTimeout(), server.threads());
    server.start(
        new Routes(
            config,
            desk,
            gate.states,
            gate.streams,
            isReady::get,
            DescribedClient.openApi().getBytes(StandardCharsets.UTF_8)));
    client = DescribedClient.of(server.url());
  }

  @AfterEach
  void stop() {
    gate.streams.close();
    server.close();
  }

  private Path callers() throws Exception {
    return Files.writeString(
        directory.resolve("callers.json"),
        """
        {"callers": [
          {"name": "a", "token_sha256": "%s", "tenant": "acme", "agent": "biller"},
          {"name": "o", "token_sha256": "%s", "tenant": "other"},
          {"name": "c", "certificate_subject": "CN=caller,O=Acme", "tenant": "acme"}]}
        """
            .formatted(Credentials.hashOf("acmes"), Credentials.hashOf("others")));
  }

  @Test
  void anAcceptedActionIs202WithTheAddressOfItsState() {
    start();
    Response response = client.post("/v1/actions", ACTION, "Idempotency-Key", "\"a key/with ?\"");
    assertThat(response.status()).isEqualTo(202);
    assertThat(response.headers())
        .containsEntry("Location", "/v1/actions/a%20key%2Fwith%20%3F?run_id=run");
    Response state = client.get(response.headers().get("Location"));
    assertThat(state.status()).isEqualTo(200);
    assertThat(state.body().get("state").asText()).isEqualTo("PENDING");
    assertThat(state.body().get("last")).isEqualTo(response.body());
  }

  @Test
  void traceAndCorrelationGoWithTheCommand() {
    start();
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    client.post(
        "/v1/actions",
        ACTION,
        "Idempotency-Key",
        "k",
        "traceparent",
        trace,
        "tracestate",
        "a=b",
        "X-Correlation-Id",
        "order-7");
    assertThat(gate.headers)
        .containsExactly(
            Map.of("traceparent", trace, "tracestate", "a=b", "correlation-id", "order-7"));
    assertThat(gate.commands.get(0).getCorrelationId()).isEqualTo("order-7");
  }

  @Test
  void theOutcomeIsWaitedForAndIs200() {
    start();
    gate.answers =
        command ->
            List.of(AResult.decided(Decision.ACCEPTED), AResult.settled(OutcomeStatus.SUCCEEDED));
    Response response =
        client.post("/v1/actions", ACTION, "Idempotency-Key", "k", "Prefer", "wait=20");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers()).containsEntry("Preference-Applied", "wait=20");
    assertThat(response.body().at("/stored_outcome/result").asText())
        .isEqualTo("{\"receipt\": \"R-1\"}");
  }

  @Test
  void withoutAnOutcomeInTimeItIs202() {
    start("ingress.wait.max.ms", "300");
    Response response =
        client.post("/v1/actions", ACTION, "Idempotency-Key", "k", "Prefer", "wait=20");
    assertThat(response.status()).isEqualTo(202);
    assertThat(gate.waiting.size()).isZero();
  }

  @Test
  void withoutADecisionInTimeItIs503AndTheSameKeyIsSafe() {
    start("ingress.decision.timeout.ms", "200");
    gate.answers = command -> List.of();
    Response response = client.post("/v1/actions", ACTION, KEYED);
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo("no-decision");
    assertThat(response.headers()).containsEntry("Retry-After", "1");
    assertThat(response.body().get("detail").asText()).contains("same key");
    assertThat(gate.waiting.size()).isZero();
  }

  @Test
  void whatNobodyWaitsForAnyMoreIsNotToBeWritten() {
    start("ingress.decision.timeout.ms", "200");
    gate.acknowledges = false;
    assertThat(client.post("/v1/actions", ACTION, KEYED).problem()).isEqualTo("no-decision");
    assertThat(gate.written).singleElement().satisfies(place -> assertThat(place).isCancelled());
    assertThat(gate.waiting.size()).isZero();
  }

  @Test
  void aCommandThatIsNotWrittenIs503() {
    start();
    gate.answers =
        command -> {
          throw new Refused(ProblemType.NOT_WRITTEN, "no");
        };
    assertThat(client.post("/v1/actions", ACTION, KEYED).problem()).isEqualTo("not-written");
  }

  @Test
  void beyondTheRoomForWaitingItIs503AndNothingIsWritten() {
    start("ingress.waiting.max", "1", "ingress.batch.max.actions", "1");
    CountDownLatch arrived = new CountDownLatch(1);
    gate.answers =
        command -> {
          arrived.countDown();
          return List.of();
        };
    CompletableFuture<Response> first = client.postAsync("/v1/actions", ACTION, KEYED);
    Awaitility.await().until(() -> arrived.getCount() == 0);
    Response second = client.post("/v1/actions", ACTION, KEYED);
    assertThat(second.status()).isEqualTo(503);
    assertThat(second.problem()).isEqualTo("busy");
    assertThat(gate.commands).hasSize(1);
    var late = AResult.decided(Decision.ACCEPTED, 1);
    gate.tell(late);
    assertThat(first.join().status()).isEqualTo(202);
    gate.answers = command -> List.of(AResult.decided(Decision.ACCEPTED));
    assertThat(client.post("/v1/actions", ACTION, KEYED).status()).isEqualTo(202);
  }

  @Test
  void aBodyOverTheLimitIs413WhetherItsLengthIsAnnouncedOrNot() {
    start("ingress.request.max.bytes", "1024");
    String large = "{\"run_id\":\"%s\"}".formatted("r".repeat(2_000));
    assertThat(client.post("/v1/actions", large, KEYED).status()).isEqualTo(413);
    byte[] bytes = large.getBytes(StandardCharsets.UTF_8);
    Response chunked =
        client
            .send(
                client
                    .request("/v1/actions", KEYED)
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofInputStream(
                            () -> new ByteArrayInputStream(bytes))))
            .join();
    assertThat(chunked.status()).isEqualTo(413);
    assertThat(chunked.problem()).isEqualTo("too-large");
    assertThat(gate.commands).isEmpty();
  }

  @Test
  void whatIsNoActionIsAProblemThatNamesTheField() {
    start();
    Response noKey = client.post("/v1/actions", ACTION);
    assertThat(noKey.status()).isEqualTo(400);
    assertThat(noKey.problem()).isEqualTo("idempotency-key-missing");
    Response noRun = client.post("/v1/actions", "{}", KEYED);
    assertThat(noRun.status()).isEqualTo(400);
    assertThat(noRun.body().get("field").asText()).isEqualTo("run_id");
    assertThat(client.post("/v1/actions", "nonsense", KEYED).status()).isEqualTo(400);
    assertThat(client.post("/v1/actions", ACTION, "Idempotency-Key", "\"a").status())
        .isEqualTo(400);
    assertThat(gate.commands).isEmpty();
  }

  @Test
  void otherAddressesMethodsAndMediaTypesAreRefused() throws Exception {
    start();
    assertThat(client.get("/v1/nothing").status()).isEqualTo(404);
    Response wrongMethod = client.get("/v1/actions");
    assertThat(wrongMethod.status()).isEqualTo(405);
    assertThat(wrongMethod.headers()).containsEntry("Allow", "POST");
    Response wrongType =
        client
            .send(
                client
                    .request("/v1/actions", KEYED)
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString(ACTION)))
            .join();
    assertThat(wrongType.status()).isEqualTo(415);
    URI uri = URI.create(server.url());
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.getOutputStream().write("GET / nonsense\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).contains("application/problem+json").doesNotContain("<html");
    }
  }

  @Test
  void callersSeeTheirOwnRunsAndActionsOnly() throws Exception {
    start("ingress.credentials.file", callers().toString());
    String[] acme = {"Authorization", "Bearer acmes", "Idempotency-Key", "k"};
    String[] other = {"Authorization", "Bearer others", "Idempotency-Key", "k"};
    String action = "{\"run_id\":\"acme:1\"}";
    Response unknown = client.post("/v1/actions", action, "Idempotency-Key", "k");
    assertThat(unknown.status()).isEqualTo(401);
    assertThat(unknown.headers()).containsKey("WWW-Authenticate");
    assertThat(client.post("/v1/actions", action, other).status()).isEqualTo(403);
    assertThat(client.post("/v1/actions", action, acme).status()).isEqualTo(202);
    assertThat(gate.commands).hasSize(1);
    assertThat(gate.commands.get(0).getTenant()).isEqualTo("acme");
    assertThat(gate.commands.get(0).getAgentId()).isEqualTo("biller");
    String state = "/v1/actions/k?run_id=acme:1";
    assertThat(client.get(state).status()).isEqualTo(401);
    assertThat(client.get(state, other).status()).isEqualTo(403);
    assertThat(client.get(state, acme).status()).isEqualTo(200);
    assertThat(client.get("/v1/runs/acme:1/events", other).status()).isEqualTo(403);
    assertThat(client.get("/v1/runs/acme:1/events").status()).isEqualTo(401);
  }

  @Test
  void anActionNotSeenHereIs404() {
    start();
    Response response = client.get("/v1/actions/k?run_id=run");
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.problem()).isEqualTo("unknown-action");
    assertThat(client.get("/v1/actions/k").status()).isEqualTo(400);
  }

  @Test
  void aBatchIsAnsweredEachAsIfAloneInItsOrder() {
    start("ingress.batch.max.actions", "3");
    gate.answers =
        command ->
            List.of(
                AResult.decided(
                    command.getTool().equals("bad") ? Decision.INVALID : Decision.ACCEPTED));
    String batch =
        """
        {"actions": [
          {"run_id": "run", "tool": "bad", "idempotency_key": "1"},
          {"run_id": "run", "tool": "good"},
          {"run_id": "run", "tool": "good", "idempotency_key": "3"}]}
        """;
    Response response = client.post("/v1/batches", batch);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body().get("answers"))
        .extracting(answer -> answer.get("status").asInt())
        .containsExactly(400, 400, 202);
    assertThat(response.body().at("/answers/0/body/result/decision").asText()).isEqualTo("INVALID");
    assertThat(response.body().at("/answers/1/body/type").asText()).endsWith("key-missing");
    assertThat(response.body().at("/answers/2/headers/Location").asText())
        .isEqualTo("/v1/actions/3?run_id=run");
    assertThat(gate.commands).hasSize(2);
    assertThat(client.post("/v1/batches", "{\"actions\":[{},{},{},{}]}").status()).isEqualTo(413);
    assertThat(client.post("/v1/batches", batch, KEYED).status()).isEqualTo(400);
  }

  @Test
  void aBatchNeedsRoomForItsBodyAndForEachOfItsActions() {
    start(
        "ingress.waiting.max", "8",
        "ingress.batch.max.actions", "8",
        "ingress.decision.timeout.ms", "1000",
        "ingress.batch.max.bytes", "4194304");
    gate.answers = command -> List.of();
    String batch =
        "{\"actions\":[%s]}"
            .formatted(
                String.join(
                    ",",
                    Collections.nCopies(8, ACTION.replace("}", ",\"idempotency_key\":\"k\"}"))));
    for (int i = 0; i < 3; i++) {
      // Were any room kept, the second would find none.
      assertThat(client.post("/v1/batches", batch).status()).isEqualTo(200);
    }
    CompletableFuture<Response> alone = client.postAsync("/v1/actions", ACTION, KEYED);
    Awaitility.await().until(() -> gate.count() == 25);
    assertThat(client.post("/v1/batches", batch).problem()).isEqualTo("busy");
    assertThat(alone.join().status()).isEqualTo(503);
  }

  @Test
  void aRunIsFollowedByServerSentEventsUntilTheEnd() throws Exception {
    start("ingress.stream.heartbeat.ms", "100", "ingress.streams.max", "1");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + "/v1/runs/run/events")).build();
    HttpClient http = HttpClient.newHttpClient();
    HttpResponse<InputStream> stream =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(stream.headers().firstValue("Content-Type")).contains("text/event-stream");
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
    assertThat(lines.readLine()).isEqualTo(":");
    assertThat(client.get("/v1/runs/run/events").status()).isEqualTo(503);
    client.post("/v1/actions", "{\"run_id\":\"another\"}", KEYED);
    client.post("/v1/actions", ACTION, KEYED);
    assertThat(lines.lines().filter(line -> line.length() > 1).limit(3).toList())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("id: 2"),
            line -> assertThat(line).isEqualTo("event: decided"),
            line -> assertThat(line).startsWith("data: {").contains("\"decision\":\"ACCEPTED\""));
    lines.close();
    Awaitility.await().until(() -> gate.streams.open() == 0);
  }

  @Test
  void healthTellsWhetherResultsAreFollowed() {
    start();
    assertThat(client.get("/health").status()).isEqualTo(200);
    isReady.set(false);
    assertThat(client.get("/health").status()).isEqualTo(503);
  }

  @Test
  void theDocumentIsServed() {
    start();
    assertThat(client.get("/openapi.json").body().get("openapi").asText()).isEqualTo("3.1.0");
  }

  @Test
  void aClientCertificateIsACallerAndOneThatIsNotTrustedIsNone() throws Exception {
    TestKeys keys = TestKeys.make(directory);
    start(
        "ingress.credentials.file",
        callers().toString(),
        "ingress.ssl.keystore.location",
        keys.server().toString(),
        "ingress.ssl.keystore.password",
        TestKeys.PASSWORD,
        "ingress.ssl.truststore.location",
        keys.trusted().toString(),
        "ingress.ssl.truststore.password",
        TestKeys.PASSWORD,
        "ingress.ssl.client.auth",
        "requested");
    assertThat(server.url()).startsWith("https:");
    String action = "{\"run_id\":\"acme:1\"}";
    DescribedClient known = new DescribedClient(keys.client(keys.caller()), server.url());
    assertThat(known.post("/v1/actions", action, KEYED).status()).isEqualTo(202);
    assertThat(gate.commands.get(0).getTenant()).isEqualTo("acme");
    DescribedClient nobody = new DescribedClient(keys.client(null), server.url());
    assertThat(nobody.post("/v1/actions", action, KEYED).status()).isEqualTo(401);
    assertThat(
            nobody
                .post(
                    "/v1/actions", action, "Idempotency-Key", "k", "Authorization", "Bearer acmes")
                .status())
        .isEqualTo(202);
  }
}
