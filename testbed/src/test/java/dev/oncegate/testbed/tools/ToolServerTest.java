package dev.oncegate.testbed.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.testbed.stack.Postgres;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolServerTest {
  private static final String ARGS = "{\"cents\":100}";

  @TempDir private static Path directory;

  private static Postgres postgres;
  private static ToolServer tools;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() {
    postgres = Postgres.start(directory, 0);
    postgres.awaitReady(new CompletableFuture<>());
    tools = ToolServer.start(postgres.database(), 0, Behaviour.GOOD);
  }

  @AfterAll
  static void stop() {
    tools.close();
    postgres.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    postgres.database().run("truncate payments, tickets, mails, tool_answers");
    tools.behave(Behaviour.GOOD);
  }

  @Test
  void aCallIsOneRowAndSoIsASecondOneWithItsKey() throws Exception {
    HttpResponse<String> first = call("payments", "\"k\"", ARGS);
    HttpResponse<String> second = call("payments", "k", "{ \"cents\": 100 }");
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.body()).matches("\\{\"tool\":\"payments\",\"id\":\\d+}");
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(call("payments", "k", "{\"cents\":101}").statusCode()).isEqualTo(422);
    assertThat(call("mails", "k", ARGS).statusCode()).isEqualTo(200);
    assertThat(rows("payments")).containsExactly("k");
    assertThat(rows("mails")).containsExactly("k");
  }

  @Test
  void twoCallsWithOneKeyAtTheSameTimeAreOneRow() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> calls =
        IntStream.range(0, 40)
            .mapToObj(i -> http.sendAsync(request("tickets", "k" + i % 4, ARGS), text()))
            .toList();
    assertThat(calls).allSatisfy(call -> assertThat(call.join().statusCode()).isEqualTo(200));
    assertThat(rows("tickets")).containsExactlyInAnyOrder("k0", "k1", "k2", "k3");
  }

  @Test
  void toolsThatIgnoreKeysExecuteEveryCall() throws Exception {
    tools.behave(Behaviour.GOOD.withoutKeys());
    call("payments", "k", ARGS);
    call("payments", "k", ARGS);
    assertThat(rows("payments")).containsExactly("k", "k");
  }

  @Test
  void aFailureBeforeTheWriteLeavesNothingAndOneAfterItLeavesTheRow() throws Exception {
    tools.behave(Behaviour.GOOD.with(Fault.FAILS_BEFORE_WRITE, 1));
    assertThat(call("payments", "before", ARGS).statusCode()).isEqualTo(500);
    assertThat(rows("payments")).isEmpty();
    tools.behave(Behaviour.GOOD.with(Fault.FAILS_AFTER_WRITE, 1));
    assertThat(call("payments", "after", ARGS).statusCode()).isEqualTo(500);
    assertThat(rows("payments")).containsExactly("after");
  }

  @Test
  void aSilentCallIsExecutedAndNeverAnswered() throws Exception {
    tools.behave(Behaviour.GOOD.with(Fault.SILENT_AFTER_WRITE, 1));
    HttpRequest impatient =
        HttpRequest.newBuilder(request("mails", "k", ARGS), (name, value) -> true)
            .timeout(Duration.ofMillis(500))
            .build();
    assertThatThrownBy(() -> http.send(impatient, text())).isInstanceOf(HttpTimeoutException.class);
    assertThat(rows("mails")).containsExactly("k");
  }

  @Test
  void aResetIsSeenAsOneAndTheCallIsExecuted() throws Exception {
    tools.behave(Behaviour.GOOD.with(Fault.RESET_AFTER_WRITE, 1));
    assertThatThrownBy(() -> call("mails", "k", ARGS))
        .isInstanceOf(IOException.class)
        .hasRootCauseInstanceOf(SocketException.class)
        .hasRootCauseMessage("Connection reset");
    assertThat(rows("mails")).containsExactly("k");
  }

  @Test
  void aStormRefusesAllCallsForItsTimeAndSaysWhenItEnds() throws Exception {
    tools.behave(new Behaviour(1, true, 0, 60_000, 1500, 1, Map.of(Fault.TOO_MANY, 1.0)));
    HttpResponse<String> refused = call("payments", "first", ARGS);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).contains("2");
    assertThat(call("mails", "second", ARGS).statusCode()).isEqualTo(429);
    assertThat(rows("payments")).isEmpty();
    tools.behave(Behaviour.GOOD);
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> call("payments", "first", ARGS).statusCode() == 200);
    assertThat(rows("payments")).containsExactly("first");
  }

  @Test
  void whoeverGoesOnTryingGetsThroughWithOneRowAndASeedGivesTheSameFaultsAgain() throws Exception {
    Behaviour faulty =
        new Behaviour(
            7,
            true,
            0,
            200,
            0,
            2,
            Map.of(
                Fault.FAILS_BEFORE_WRITE, 0.25,
                Fault.FAILS_AFTER_WRITE, 0.25,
                Fault.RESET_AFTER_WRITE, 0.25));
    Map<String, Integer> tries = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      tries.put("k" + i, triesUntilDone(faulty, "k" + i));
    }
    assertThat(tries.values()).contains(1, 2, 3).allMatch(count -> count <= 3);
    assertThat(rows("payments")).containsExactlyInAnyOrderElementsOf(tries.keySet());
    for (Map.Entry<String, Integer> key : tries.entrySet()) {
      int met = 0;
      for (int call = 1; call < key.getValue(); call++) {
        assertThat(faulty.faultOf("payments " + key.getKey(), call, met++)).isNotNull();
      }
      assertThat(faulty.faultOf("payments " + key.getKey(), key.getValue(), met)).isNull();
    }
  }

  private int triesUntilDone(Behaviour behaviour, String key) throws InterruptedException {
    tools.behave(behaviour);
    for (int call = 1; ; call++) {
      try {
        if (call("payments", key, ARGS).statusCode() == 200) {
          return call;
        }
      } catch (IOException e) {
        assertThat(e).hasRootCauseMessage("Connection reset");
      }
    }
  }

  @Test
  void behaviourIsReadAndSetOverHttpAndWrongSharesAreRefused() throws Exception {
    HttpResponse<String> set =
        admin("PUT", "behaviour", "{\"latencyMs\":150,\"shares\":{\"FAILS_AFTER_WRITE\":1}}");
    assertThat(set.statusCode()).isEqualTo(200);
    assertThat(admin("GET", "behaviour", "").body())
        .isEqualTo(set.body())
        .contains("\"honoursKeys\":true", "\"latencyMs\":150", "{\"FAILS_AFTER_WRITE\":1.0}");
    long began = System.nanoTime();
    assertThat(call("payments", "slow", ARGS).statusCode()).isEqualTo(500);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(149));
    assertThat(admin("GET", "counts", "").body()).contains("\"FAILS_AFTER_WRITE\":");

    assertThat(admin("PUT", "behaviour", "{\"shares\":{\"TOO_MANY\":2}}").statusCode())
        .isEqualTo(400);
    assertThat(admin("PUT", "behaviour", "{\"latency\":1}").statusCode()).isEqualTo(400);
    assertThat(admin("GET", "behaviour", "").body()).isEqualTo(set.body());
  }

  @Test
  void whatIsNoCallIsRefused() throws Exception {
    assertThat(call("payments", "k", "[1]").statusCode()).isEqualTo(400);
    assertThat(call("payments", "k", "{").statusCode()).isEqualTo(400);
    assertThat(call("unknown", "k", ARGS).statusCode()).isEqualTo(404);
    assertThat(admin("GET", "unknown", "").statusCode()).isEqualTo(404);
    assertThat(rows("payments")).isEmpty();
    assertThat(call("payments", null, ARGS).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> call(String tool, @Nullable String key, String args)
      throws IOException, InterruptedException {
    return http.send(request(tool, key, args), text());
  }

  private static HttpRequest request(String tool, @Nullable String key, String args) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(tools.url() + "/" + tool))
            .timeout(Duration.ofSeconds(20))
            .POST(HttpRequest.BodyPublishers.ofString(args));
    return key == null ? request.build() : request.header("Idempotency-Key", key).build();
  }

  private HttpResponse<String> admin(String method, String what, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(tools.url() + "/admin/" + what))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        text());
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString();
  }

  /** The keys of the rows of a tool. */
  private static List<String> rows(String tool) throws SQLException {
    try (Connection connection = postgres.database().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select idempotency_key from " + tool)) {
      List<String> keys = new ArrayList<>();
      while (rows.next()) {
        keys.add(rows.getString(1));
      }
      return keys;
    }
  }
}
