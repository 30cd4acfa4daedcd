package dev.oncegate.testbed.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.ops.OperatedGate.Told;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator is told, an aborted transaction cannot take back. */
class CommittedReadsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static DataDirectory directory;
  private static Stack stack;

  @BeforeAll
  static void startTheStack() {
    directory = DataDirectory.temporary("oncegate-committed-");
    stack = Stack.start(directory, 0, 0);
  }

  @AfterAll
  static void stop() {
    stack.close();
    directory.close();
  }

  private static Map<String, String> settings(String name, Map<String, String> more) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bootstrap.servers", stack.bootstrapServers());
    settings.put("schema.registry.url", stack.registryUrl());
    settings.put("application.id", name);
    settings.put("gate.topic.prefix", name + ".");
    settings.put("state.dir", directory.path().resolve(name).toString());
    settings.putAll(more);
    return settings;
  }

  @Test
  void whatIsDecidedAndNotCommittedIsNotToldYet() throws Exception {
    Map<String, String> settings = settings("slow", Map.of("commit.interval.ms", "6000"));
    OperatedGate.createTopics(settings);
    try (OperatedGate gate = OperatedGate.start(settings)) {
      gate.gate().running().join();
      // A commit, so that the next one is nearly an interval away.
      gate.command("{\"run_id\":\"r\",\"tool\":\"t\",\"args\":{},\"idempotency_key\":\"first\"}");
      Awaitility.await().atMost(PATIENCE).until(() -> told(gate, "first").status() == 200);
      assertThat(gate.get("/v1/runs/r").body().get("run_seq").asInt()).isEqualTo(1);

      gate.command("{\"run_id\":\"r\",\"tool\":\"t\",\"args\":{},\"idempotency_key\":\"second\"}");
      awaitUncommittedEffects(gate, 2);

      // Decided, for its effect is written; and neither the store's own nor a cache's word of it.
      assertThat(told(gate, "second").status()).isEqualTo(404);
      assertThat(gate.get("/v1/runs/r").body().get("run_seq").asInt()).isEqualTo(1);
      Awaitility.await().atMost(PATIENCE).until(() -> told(gate, "second").status() == 200);
      assertThat(gate.get("/v1/runs/r").body().get("run_seq").asInt()).isEqualTo(2);
    }
  }

  private static Told told(OperatedGate gate, String key) {
    return gate.get("/v1/actions/r/" + key);
  }

  private static void awaitUncommittedEffects(OperatedGate gate, int count) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", stack.bootstrapServers(),
            "group.id", "eager",
            "auto.offset.reset", "earliest",
            "isolation.level", "read_uncommitted");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(Topics.of(gate.config()).effects()));
      int[] seen = {0};
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> (seen[0] += consumer.poll(Duration.ofMillis(50)).count()) >= count);
    }
  }

  @Test
  void aRunOfAnAgentIsFoundByBothNames() throws Exception {
    Map<String, String> settings = settings("agents", Map.of("gate.scope", "agent"));
    OperatedGate.createTopics(settings);
    try (OperatedGate gate = OperatedGate.start(settings)) {
      gate.gate().running().join();
      gate.command(
          "{\"run_id\":\"r\",\"agent_id\":\"a\",\"tool\":\"t\",\"args\":{},\"idempotency_key\":\"k\"}");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> gate.get("/v1/runs/r?agent_id=a").status() == 200);

      assertThat(gate.get("/v1/runs/r?agent_id=a").body().get("scope").asText()).isEqualTo("a");
      assertThat(gate.get("/v1/runs/r?agent_id=b").status()).isEqualTo(404);
      Told nameless = gate.get("/v1/runs/r");
      assertThat(nameless.status()).isEqualTo(400);
      assertThat(nameless.body().get("detail").asText()).contains("agent_id");
      assertThat(gate.get("/v1/actions/a/k").body().get("run_id").asText()).isEqualTo("r");
    }
  }
}
