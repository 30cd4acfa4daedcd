package dev.oncegate.testbed.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.oncegate.testbed.ops.OperatedGate.Told;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An instance works whose endpoint cannot be asked: away, hanging, or another program's. */
class UnreachableInstanceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static DataDirectory directory;
  private static Stack stack;
  private static OperatedGate asked;
  private static OperatedGate away;
  private static String awayPath;
  private static int awayPort;

  @BeforeAll
  static void startTwoInstancesAndCloseTheEndpointOfOne() throws Exception {
    directory = DataDirectory.temporary("oncegate-unreachable-");
    stack = Stack.start(directory, 0, 0);
    OperatedGate.createTopics(settings("asked"));
    asked = OperatedGate.start(settings("asked"));
    away = OperatedGate.start(settings("away"));
    awayPort = Integer.parseInt(away.address().split(":")[1]);
    asked.command(
        IntStream.range(0, 20)
            .mapToObj(
                i ->
                    "{\"run_id\":\"r%d\",\"tool\":\"t\",\"args\":{},\"idempotency_key\":\"k\"}"
                        .formatted(i))
            .toArray(String[]::new));
    awayPath =
        Awaitility.await().atMost(PATIENCE).until(() -> pathAt(away), path -> !path.isEmpty());
    away.closeEndpoint();
  }

  @AfterAll
  static void stop() {
    List.of(asked, away).forEach(OperatedGate::close);
    stack.close();
    directory.close();
  }

  private static Map<String, String> settings(String name) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bootstrap.servers", stack.bootstrapServers());
    settings.put("schema.registry.url", stack.registryUrl());
    settings.put("state.dir", directory.path().resolve(name).toString());
    settings.put("num.standby.replicas", "1");
    settings.put("gate.ops.query.timeout.ms", "500");
    return settings;
  }

  /** The path of a run that an instance has, once both have some and each other's copy. */
  private static String pathAt(OperatedGate gate) {
    if (asked.get("/v1/circuits").body().path("partitions").size() != 2
        || away.get("/v1/circuits").body().path("partitions").size() != 2) {
      return "";
    }
    return IntStream.range(0, 20)
        .mapToObj(i -> "/v1/runs/r" + i)
        .filter(path -> asked.get(path).body().path("instance").asText().equals(gate.address()))
        .findFirst()
        .orElse("");
  }

  @Test
  void thatOnlyAStandbyCanBeAskedIsSaid() {
    Told told = asked.get(awayPath);

    assertThat(told.status()).isEqualTo(503);
    assertThat(told.problem()).isEqualTo("standby-only");
    assertThat(told.retryAfter()).contains("1");
    assertThat(told.body().get("detail").asText()).contains(away.address(), asked.address());
  }

  @Test
  void whatIsMissingInAListOfAllIsSaid() {
    Told told = asked.get("/v1/circuits?all=true");

    assertThat(told.status()).isEqualTo(200);
    assertThat(told.body().get("complete").asBoolean()).isFalse();
    assertThat(told.body().get("instances_failed").get(0).asText()).isEqualTo(away.address());
    assertThat(told.body().get("partitions_missing")).hasSize(2);
    assertThat(told.body().get("partitions")).hasSize(2);
  }

  @Test
  void oneThatHangsIsWaitedForNoLongerThanTheSettingSays() throws Exception {
    try (ServerSocket hanging = new ServerSocket(awayPort, 50, LOOPBACK)) {
      long begin = System.nanoTime();
      assertThat(hanging.isBound()).isTrue();
      assertThat(asked.get(awayPath).problem()).isEqualTo("standby-only");
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofMillis(400), Duration.ofSeconds(3));
    }
  }

  @Test
  void anotherProgramsAnswerIsNotTakenForAGates() throws Exception {
    HttpServer foreign = HttpServer.create(new InetSocketAddress(LOOPBACK, awayPort), 50);
    foreign.createContext(
        "/",
        exchange -> {
          byte[] page = "<html>hello</html>".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    foreign.start();
    try {
      Told told = asked.get(awayPath);
      assertThat(told.problem()).isEqualTo("standby-only");
      assertThat(told.body().get("detail").asText()).contains("not as a gate");
    } finally {
      foreign.stop(0);
    }
  }
}
