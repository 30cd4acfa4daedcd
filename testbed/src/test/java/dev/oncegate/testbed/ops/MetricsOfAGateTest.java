package dev.oncegate.testbed.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Topics;
import dev.oncegate.ops.Operations;
import dev.oncegate.ops.telemetry.Telemetry;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Stack;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page of metrics of a gate on real brokers, as a collector gets it. */
class MetricsOfAGateTest {
  private static final Topics TOPICS = Topics.of("agent.", "oncegate");
  private static final long MEMORY_BYTES = 64 * 1024 * 1024;
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static DataDirectory directory;
  private static Stack stack;
  private static Telemetry telemetry;
  private static Operations operations;
  private static Gate gate;

  @BeforeAll
  static void start() throws Exception {
    directory = DataDirectory.temporary("oncegate-metrics");
    stack = Stack.start(directory, 0, 0);
    GateConfig config =
        LocalGate.config(
            stack,
            directory,
            Map.of(
                "num.stream.threads",
                "1",
                GateKeys.OPS_LISTENER,
                "127.0.0.1:0",
                GateKeys.ROCKSDB_MEMORY_BYTES,
                String.valueOf(MEMORY_BYTES)));
    telemetry = Telemetry.of(config);
    operations = Operations.open(config);
    operations.publish(telemetry.scrape());
    gate = LocalGate.start(operations.config(), 3, telemetry);
  }

  @AfterAll
  static void stop() {
    gate.close();
    operations.close();
    telemetry.close();
    stack.close();
    directory.close();
  }

  @Test
  void whatTheGateDoesIsCountedAndItsStoresAreMeasured() {
    send(20);
    send(20);

    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(sum("oncegate_decisions_total")).isEqualTo(40));
    assertThat(page())
        .contains(
            "oncegate_decisions_total{decision=\"ACCEPTED\"} 20.0",
            "oncegate_decisions_total{decision=\"IN_PROGRESS\"} 20.0",
            "oncegate_duplicates_prevented_total 20.0",
            "oncegate_effects_total 20.0",
            "oncegate_decision_latency_seconds_count 40",
            "oncegate_running 1.0");
    assertThat(sum("oncegate_rocksdb_cache_limit_bytes")).isEqualTo(MEMORY_BYTES * 3.0 / 8);
    assertThat(sum("oncegate_rocksdb_cache_used_bytes")).isBetween(1.0, MEMORY_BYTES * 3.0 / 8);
    assertThat(sum("oncegate_rocksdb_memtables_bytes")).isPositive();
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(sum("oncegate_store_entries{store=\"actions\"}"))
                    .as("entries are told once they are committed")
                    .isGreaterThanOrEqualTo(20));
    assertThat(sum("oncegate_restore_remaining_records")).isZero();
  }

  @Test
  void kafkasOwnMetricsFollowThreadsThatComeAndGo() {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(page())
                    .contains(
                        "kafka_stream_thread_commit_latency_avg",
                        "kafka_stream_state_block_cache_usage",
                        "kafka_consumer_fetch_manager_records_lag_max",
                        "kafka_producer_txn_commit_time_ns_total"));
    assertThat(threads()).hasSize(1);

    gate.streams().addStreamThread().orElseThrow();
    await().atMost(SOON).untilAsserted(() -> assertThat(threads()).hasSize(2));

    gate.streams().removeStreamThread(SOON).orElseThrow();
    await().atMost(SOON).untilAsserted(() -> assertThat(threads()).hasSize(1));
  }

  private static Set<String> threads() {
    return lines("kafka_stream_thread_poll_total")
        .map(line -> line.replaceAll(".*thread_id=\"([^\"]*)\".*", "$1"))
        .collect(Collectors.toSet());
  }

  private static void send(int actions) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            stack.bootstrapServers(),
            "schema.registry.url",
            stack.registryUrl());
    AvroSerdes serdes = AvroSerdes.of("oncegate", settings);
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < actions; i++) {
        ActionCommand command =
            ActionCommand.newBuilder()
                .setRunId("run-" + i)
                .setTool("book")
                .setArgs("{}")
                .setIdempotencyKey("k")
                .build();
        producer.send(
            new ProducerRecord<>(
                TOPICS.commands(),
                command.getRunId(),
                serdes.serializer().serialize(TOPICS.commands(), command)));
      }
    }
  }

  private static double sum(String beginning) {
    return lines(beginning)
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static Stream<String> lines(String beginning) {
    return page().lines().filter(line -> line.startsWith(beginning));
  }

  private static String page() {
    URI uri = URI.create(operations.url().orElseThrow() + "/metrics");
    try {
      return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
