package dev.oncegate.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.gate.Gate;
import dev.oncegate.ops.Operations;
import dev.oncegate.ops.telemetry.Telemetry;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.TrustedSchemas;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.stack.DataDirectory;
import dev.oncegate.testbed.stack.LocalGate;
import dev.oncegate.testbed.stack.Ports;
import dev.oncegate.testbed.stack.Stack;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dashboard and alerts before a real Prometheus, where there is one, that scrapes a real gate. */
class PrometheusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Panels about what did not happen here: a backlog. */
  private static final List<String> EMPTY = List.of("records_lag");

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path directory;

  @Test
  void everyPanelShowsWhatHappenedAndTheRightAlertsFire() throws Exception {
    Path program = Monitoring.program("prometheus");
    Map<String, String> settings = Map.of("gate.ops.listener", "127.0.0.1:0");
    try (DataDirectory data = DataDirectory.open(directory.resolve("stack"));
        Stack stack = Stack.start(data, 0, 0);
        Telemetry telemetry = Telemetry.of(LocalGate.config(stack, data, settings));
        Operations operations = Operations.open(LocalGate.config(stack, data, settings));
        Gate gate = LocalGate.start(operations.config(), 2, telemetry)) {
      operations.publish(telemetry.scrape());
      operations.watch(gate);
      int port = Ports.free();
      Process prometheus = start(program, port, URI.create(operations.url().orElseThrow()));
      try {
        awaitAnswer(port, "up == 1");
        awaitAnswer(port, "oncegate_decisions_total");
        send(stack);
        awaitAnswer(port, "increase(oncegate_duplicates_prevented_total[1m]) > 0");
        awaitAnswer(port, "increase(oncegate_dead_letters_total[1m]) > 0");
        awaitAnswer(port, "increase(oncegate_circuit_trips_total[1m]) > 0");
        awaitAnswer(port, "increase(oncegate_overdue_total[1m]) > 0");

        for (String question : Monitoring.questions()) {
          if (EMPTY.stream().noneMatch(question::contains)) {
            assertThat(ask(port, question)).as(question).isNotEmpty();
          }
        }
        // Lag is told by partition, and the page looks for new metrics every ten seconds; where
        // there
        // is no lag its panel is empty.
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(
                            ask(
                                port,
                                "kafka_consumer_fetch_manager_records_lag{topic=\"agent.commands\"}"))
                        .hasSize(2));
        await().atMost(PATIENCE).until(() -> firing(port).contains("OncegateOverdueActions"));
        assertThat(firing(port)).containsOnly("OncegateOverdueActions", "OncegateDeadLetters");
      } finally {
        prometheus.destroy();
        prometheus.waitFor();
      }
    }
  }

  private Process start(Path program, int port, URI gate) throws IOException {
    Path config = directory.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: ["%s"]
        scrape_configs:
          - job_name: ns/oncegate
            static_configs: [{targets: ["%s"]}]
        """
            .formatted(Monitoring.ALERTS.toAbsolutePath(), gate.getAuthority()));
    return new ProcessBuilder(
            program.toString(),
            "--config.file=" + config,
            "--storage.tsdb.path=" + directory.resolve("tsdb"),
            "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("prometheus.log").toFile())
        .start();
  }

  private void awaitAnswer(int port, String question) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> !ask(port, question).isEmpty());
  }

  private List<JsonNode> ask(int port, String question) throws IOException, InterruptedException {
    JsonNode answer =
        get(port, "/api/v1/query?query=" + URLEncoder.encode(question, StandardCharsets.UTF_8));
    assertThat(answer.get("status").asText()).as("%s: %s", question, answer).isEqualTo("success");
    List<JsonNode> results = new ArrayList<>();
    answer.at("/data/result").forEach(results::add);
    return results;
  }

  private List<String> firing(int port) throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    get(port, "/api/v1/alerts")
        .at("/data/alerts")
        .forEach(
            alert -> {
              if (alert.get("state").asText().equals("firing")) {
                names.add(alert.at("/labels/alertname").asText());
              }
            });
    return names;
  }

  private JsonNode get(int port, String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return new ObjectMapper().readTree(http.send(request, BodyHandlers.ofString()).body());
  }

  /**
   * Duplicates, a conflict, a loop, an action without an outcome, and bytes that are no command.
   */
  private static void send(Stack stack) {
    TrustedSchemas.trust();
    List<ActionCommand> commands = new ArrayList<>();
    commands.add(command("pays", "pay", "{\"to\":\"bob\"}"));
    commands.add(command("pays", "pay", "{\"to\":\"bob\"}"));
    commands.add(command("pays", "pay", "{\"to\":\"eve\"}"));
    IntStream.range(0, 8).forEach(i -> commands.add(command("loops", "key-" + i, "{}")));
    Map<String, Object> settings = Map.of("bootstrap.servers", stack.bootstrapServers());
    AvroSerdes avro = AvroSerdes.of("oncegate", Map.of("schema.registry.url", stack.registryUrl()));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (ActionCommand command : commands) {
        producer.send(
            new ProducerRecord<>(
                "agent.commands",
                command.getRunId().getBytes(StandardCharsets.UTF_8),
                avro.serializer().serialize("agent.commands", command)));
      }
      // Without a key: it lies anywhere, and is carried to where it belongs.
      for (int i = 0; i < 8; i++) {
        ActionCommand command = command("carried-" + i, "k", "{}");
        producer.send(
            new ProducerRecord<>(
                "agent.commands",
                i % 2,
                null,
                avro.serializer().serialize("agent.commands", command)));
      }
      producer.send(new ProducerRecord<>("agent.commands", new byte[] {1, 2, 3}));
    }
  }

  private static ActionCommand command(String run, String key, String args) {
    return ActionCommand.newBuilder()
        .setRunId(run)
        .setTool("transfer")
        .setArgs(args)
        .setIdempotencyKey(key)
        .setDeadlineMs(1_000L)
        .build();
  }
}
