package dev.oncegate.testbed.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.ops.OperatedGate.Told;
import dev.oncegate.testbed.stack.Broker;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Registry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.streams.KafkaStreams;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What probes are told by a gate that restores, whose broker goes away, and that ends. */
class ReadinessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();
  private DataDirectory directory;
  private Registry registry;
  private Broker broker;

  @BeforeEach
  void start() {
    directory = DataDirectory.temporary("oncegate-readiness-");
    registry = Registry.start(directory.path().resolve("registry"), 0);
    broker = Broker.start(directory.path().resolve("broker"), 0);
    broker.awaitReady(NEVER);
    registry.awaitReady(NEVER);
    OperatedGate.createTopics(settings(Map.of()));
  }

  @AfterEach
  void stop() {
    broker.close();
    registry.close();
    directory.close();
  }

  private Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("schema.registry.url", registry.url());
    settings.put("state.dir", directory.path().resolve("state").toString());
    settings.put("gate.ops.ready.grace.ms", "10000");
    settings.putAll(more);
    return settings;
  }

  @Test
  void aGateThatRestoresIsAliveAndNotReadyUntilItHasAll() throws Exception {
    try (OperatedGate gate = OperatedGate.start(settings(Map.of()))) {
      gate.gate().running().join();
      gate.command(
          IntStream.range(0, 4_000)
              .mapToObj(
                  i ->
                      "{\"run_id\":\"r%d\",\"tool\":\"t\",\"args\":{},\"idempotency_key\":\"k\"}"
                          .formatted(i))
              .toArray(String[]::new));
      // Commands without keys are spread over partitions: the last may be known before the first.
      for (String run : List.of("r1", "r3999")) {
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> gate.get("/v1/actions/" + run + "/k").status() == 200);
      }
      assertThat(gate.get("/startupz").status()).isEqualTo(200);
    }
    Map<String, String> emptied =
        settings(
            Map.of(
                "state.dir",
                directory.path().resolve("lost").toString(),
                // Record by record, so that it takes long enough to be seen.
                "restore.consumer.max.poll.records",
                "1"));
    try (OperatedGate gate = OperatedGate.start(emptied)) {
      Told during =
          Awaitility.await()
              .atMost(PATIENCE)
              .pollInterval(Duration.ofMillis(10))
              .until(() -> gate.get("/readyz"), ReadinessTest::hasRestoredSome);
      assertThat(during.status()).isEqualTo(503);
      assertThat(during.problem()).isEqualTo("not-ready");
      JsonNode restoring = during.body().get("restoring");
      assertThat(restoring.get("remaining").asLong()).isPositive();
      assertThat(restoring.at("/each/0/store").asText()).isIn("actions", "runs", "timers");
      assertThat(gate.get("/startupz").status()).isEqualTo(503);
      assertThat(gate.get("/healthz").status()).isEqualTo(200);
      Told action = gate.get("/v1/actions/r1/k");
      assertThat(action.status()).isEqualTo(503);
      assertThat(action.retryAfter()).contains("1");

      Awaitility.await().atMost(PATIENCE).until(() -> gate.get("/readyz").status() == 200);
      assertThat(gate.get("/readyz").body().at("/restoring/stores").asInt()).isZero();
      assertThat(gate.get("/startupz").status()).isEqualTo(200);
      assertThat(gate.get("/v1/actions/r1/k").status()).isEqualTo(200);
    }
  }

  private static boolean hasRestoredSome(Told told) {
    return told.body().at("/restoring/restored").asLong() > 10;
  }

  @Test
  void aGateWhoseBrokerIsAwayIsAliveAndNotReadyOnceTheGraceIsOverAndComesBack() throws Exception {
    try (OperatedGate gate = OperatedGate.start(settings(Map.of()))) {
      gate.gate().running().join();
      int port = broker.port();
      broker.close();
      assertThat(gate.get("/readyz").status()).isEqualTo(200);

      Told away =
          Awaitility.await()
              .atMost(PATIENCE)
              .until(() -> gate.get("/readyz"), told -> told.status() == 503);
      assertThat(away.problem()).isEqualTo("not-ready");
      assertThat(gate.get("/healthz").status()).isEqualTo(200);
      assertThat(gate.get("/startupz").status()).isEqualTo(200);

      broker = Broker.start(directory.path().resolve("broker"), port);
      broker.awaitReady(NEVER);
      Awaitility.await().atMost(PATIENCE).until(() -> gate.get("/readyz").status() == 200);
    }
  }

  @Test
  void aGateThatEndedOnAFailureIsNotHealthy() throws Exception {
    // On its way to ERROR a producer may wait for brokers, for longer than a test should.
    Map<String, String> impatient =
        Map.of(
            "producer.delivery.timeout.ms",
            "3000",
            "producer.request.timeout.ms",
            "2000",
            "producer.max.block.ms",
            "3000",
            "gate.close.timeout.ms",
            "10000");
    try (OperatedGate gate = OperatedGate.start(settings(impatient))) {
      gate.gate().running().join();
      gate.command("{\"run_id\":\"r\",\"tool\":\"t\",\"args\":{},\"idempotency_key\":\"good\"}");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> gate.get("/v1/actions/r/good").status() == 200);
      assertThat(gate.get("/healthz").status()).isEqualTo(200);
      try (Admin admin = Gate.admin(gate.config())) {
        ConfigResource results =
            new ConfigResource(ConfigResource.Type.TOPIC, Topics.of(gate.config()).results());
        Collection<AlterConfigOp> tooSmall =
            List.of(
                new AlterConfigOp(
                    new ConfigEntry("max.message.bytes", "1"), AlterConfigOp.OpType.SET));
        admin.incrementalAlterConfigs(Map.of(results, tooSmall)).all().get();
      }
      gate.command("{\"run_id\":\"r\",\"tool\":\"t\",\"args\":{},\"idempotency_key\":\"k\"}");

      Awaitility.await().atMost(PATIENCE).until(() -> gate.get("/healthz").status() == 503);
      assertThat(gate.gate().state())
          .isIn(KafkaStreams.State.PENDING_ERROR, KafkaStreams.State.ERROR);
      assertThat(gate.get("/healthz").problem()).isEqualTo("unhealthy");
      assertThat(gate.get("/readyz").status()).isEqualTo(503);
      assertThat(gate.get("/v1/runs/r").status()).isEqualTo(503);
      JsonNode circuits = gate.get("/v1/circuits?all=true").body();
      assertThat(circuits.path("complete").asBoolean(true)).isFalse();
      assertThat(circuits.path("partitions_missing")).hasSize(OperatedGate.PARTITIONS);
    }
  }
}
