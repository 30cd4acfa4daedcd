package dev.oncegate.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.config.GateConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint before there is a gate: what it is as an HTTP server. */
class OperationsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Operations operations =
      Operations.open(
          config(
              Map.of(
                  "application.id", "payments",
                  "sasl.jaas.config", "a-secret",
                  "basic.auth.user.info", "user:a-secret")));

  @AfterEach
  void close() {
    operations.close();
  }

  @Test
  void probesAreAnsweredBeforeThereIsAGate() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertProblem(get("/readyz"), 503, "not-ready");
    assertProblem(get("/startupz"), 503, "not-started");
    assertThat(get("/readyz").headers().firstValue("Retry-After")).contains("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/runs/r", "/v1/actions/s/k", "/v1/circuits"})
  void nothingCanBeLookedUpBeforeThereIsAGate(String path) throws Exception {
    assertProblem(get(path), 503, "not-available");
  }

  @Test
  void itTellsWhatRunsHereAndNoSecret() throws Exception {
    HttpResponse<String> response = get("/info");
    JsonNode info = JSON.readTree(response.body());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(info.get("application_id").asText()).isEqualTo("payments");
    assertThat(info.get("scope").asText()).isEqualTo("run");
    assertThat(info.get("dedup_window_ms").asLong()).isEqualTo(86_400_000);
    assertThat(info.get("version").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(info.get("commit").asText()).isNotEmpty().doesNotContain("$");
    assertThat(info.get("kafka_streams_version").asText()).startsWith("4.");
    assertThat(info.get("kafka_clients_version").asText()).startsWith("4.");
    assertThat(info.get("java_version").asText()).isEqualTo(System.getProperty("java.version"));
    assertThat(response.body()).doesNotContain("a-secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                                    | text/plain; version=0.0.4",
        "text/plain                                                            | text/plain; version=0.0.4",
        "*/*                                                                   | text/plain; version=0.0.4",
        "application/openmetrics-text                                          | application/openmetrics-text; version=1.0.0",
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.4,*/*;q=0.1 | application/openmetrics-text; version=1.0.0",
        "application/openmetrics-text;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.5 | text/plain; version=0.0.4",
        "application/vnd.google.protobuf;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3 | application/openmetrics-text; version=1.0.0",
        "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;q=0.4     | text/plain; version=0.0.4",
      })
  void aCollectorGetsTheFormatItPrefers(String accept, String expected) throws Exception {
    operations.publish(type -> ("made as " + type).getBytes(StandardCharsets.UTF_8));
    HttpRequest.Builder request = request("/metrics");
    if (!accept.isEmpty()) {
      request.header("Accept", accept);
    }
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith(expected);
    assertThat(response.body()).startsWith("made as " + expected);
  }

  @Test
  void aScrapeThatFailsIsAProblemAndTellsNothingOfTheInside() throws Exception {
    assertProblem(get("/metrics"), 404, "not-found");
    operations.publish(
        type -> {
          throw new IllegalStateException("the inside");
        });

    assertProblem(get("/metrics"), 500, "internal");
    assertThat(get("/metrics").body()).doesNotContain("the inside");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/health", "/healthz/", "/v1/", "/v1/runs/", "/v1/runs/a/b", "/v1/actions/a"})
  void whatIsNotThereIsNotFound(String path) throws Exception {
    assertProblem(get(path), 404, "not-found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
  void nothingCanBeWritten(String method) throws Exception {
    HttpResponse<String> response =
        client.send(
            request("/v1/runs/r").method(method, BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());

    assertProblem(response, 405, "method-not-allowed");
    assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void aHeadIsAnsweredAsAGetWithoutItsBody() throws Exception {
    HttpResponse<String> response =
        client.send(
            request("/healthz").method("HEAD", BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void aRequestWithABodyIsRefused() throws Exception {
    HttpResponse<String> response =
        client.send(
            request("/healthz").method("GET", BodyPublishers.ofString("a body")).build(),
            BodyHandlers.ofString());

    assertProblem(response, 413, "too-large");
  }

  @Test
  void headersOverEightKibibytesAreRefused() throws Exception {
    HttpResponse<String> response =
        client.send(
            request("/healthz").header("X-Long", "x".repeat(9_000)).build(),
            BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(431);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  @Test
  void clientsThatSendHalfARequestHoldUpNobody() throws Exception {
    URI url = URI.create(operations.url().orElseThrow());
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket(url.getHost(), url.getPort());
        slow.add(socket);
        socket.getOutputStream().write("GET /healthz HT".getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
      }
      HttpRequest probe = request("/healthz").timeout(Duration.ofSeconds(2)).build();

      assertThat(client.send(probe, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void otherInstancesAreToldWhereItListensUnlessTheSettingsSayOtherwise() {
    String address = operations.url().orElseThrow().substring("http://".length());
    assertThat(address).matches("127\\.0\\.0\\.1:[1-9]\\d*");
    assertThat(operations.config().applicationServer()).hasToString("Optional[" + address + "]");

    try (Operations told =
        Operations.open(config(Map.of("application.server", "gate-0.gate:9464")))) {
      assertThat(told.config().applicationServer()).hasToString("Optional[gate-0.gate:9464]");
    }
  }

  @Test
  void whereItListensEverywhereOtherInstancesAreToldAnAddressTheyCanUse() {
    try (Operations everywhere =
        Operations.open(config(Map.of("gate.ops.listener", "0.0.0.0:0")))) {
      assertThat(everywhere.config().applicationServer().orElseThrow().host())
          .isNotEqualTo("0.0.0.0");
    }
  }

  @Test
  void withoutAListenerThereIsNone() {
    try (Operations none = Operations.open(config(Map.of("gate.ops.listener", "")))) {
      assertThat(none.url()).isEmpty();
      assertThat(none.config().applicationServer()).isEmpty();
    }
  }

  @Test
  void aPortThatIsTakenIsToldWithItsSetting() {
    String address = operations.url().orElseThrow().substring("http://".length());
    GateConfig taken = config(Map.of("gate.ops.listener", address));

    assertThatThrownBy(() -> Operations.open(taken))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gate.ops.listener")
        .hasMessageContaining(address)
        .hasMessageContaining("choose another port");
  }

  @Test
  void anAddressThatIsNoneIsRefusedBeforeAnythingStarts() {
    assertThatThrownBy(() -> config(Map.of("gate.ops.listener", "9464")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("host:port");
  }

  private static GateConfig config(Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>(Map.of("gate.ops.listener", "127.0.0.1:0"));
    settings.putAll(more);
    return GateConfig.of(settings);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(operations.url().orElseThrow() + path));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private static void assertProblem(HttpResponse<String> response, int status, String type)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = JSON.readTree(response.body());
    assertThat(problem.get("type").asText()).isEqualTo("urn:oncegate:problem:" + type);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("detail").asText()).isNotBlank();
  }
}
