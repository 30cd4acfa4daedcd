package dev.oncegate.testbed.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.ops.Operations;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.serde.JsonLine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A gate with its operations endpoint, and a client of both. */
final class OperatedGate implements AutoCloseable {
  static final int PARTITIONS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Operations operations;
  private final Gate gate;
  private final String url;

  private OperatedGate(Map<String, String> settings) throws InterruptedException {
    Map<String, String> all = new TreeMap<>();
    all.put("gate.ops.listener", "127.0.0.1:0");
    all.put("num.stream.threads", "1");
    all.putAll(settings);
    operations = Operations.open(GateConfig.of(all));
    url = operations.url().orElseThrow();
    try {
      gate = Gate.start(operations.config());
    } catch (RuntimeException | InterruptedException e) {
      operations.close();
      throw e;
    }
    operations.watch(gate);
  }

  /** What a gate answered, of whatever status. */
  record Told(int status, String contentType, JsonNode body, Optional<String> retryAfter) {
    String problem() {
      return body.path("type").asText().replace("urn:oncegate:problem:", "");
    }
  }

  static OperatedGate start(Map<String, String> settings) throws InterruptedException {
    return new OperatedGate(settings);
  }

  static void createTopics(Map<String, String> settings) {
    GateConfig config = GateConfig.of(settings);
    try (Admin admin = Gate.admin(config)) {
      new TopicSetup(admin, config).create(PARTITIONS, Optional.of((short) 1));
    }
  }

  Gate gate() {
    return gate;
  }

  GateConfig config() {
    return operations.config();
  }

  String address() {
    return url.substring("http://".length());
  }

  /** Ends the endpoint alone: the gate goes on, and nobody can ask it. */
  void closeEndpoint() {
    operations.close();
  }

  Told get(String path) {
    return get(path, Map.of());
  }

  Told get(String path, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(10));
    headers.forEach(request::header);
    try {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      return new Told(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          JSON.readTree(response.body()),
          response.headers().firstValue("Retry-After"));
    } catch (IOException e) {
      throw new AssertionError(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(path, e);
    }
  }

  /** Sends commands, each a JSON object. */
  void command(String... lines) {
    send(Topics.of(config()).commands(), ActionCommand.getClassSchema(), lines);
  }

  void outcome(String... lines) {
    send(Topics.of(config()).outcomes(), ActionOutcome.getClassSchema(), lines);
  }

  private void send(String topic, Schema schema, String... lines) {
    Map<String, Object> settings = config().kafkaSettings();
    AvroSerdes avro = AvroSerdes.of(AvroSerdes.ONCEGATE, settings);
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Clients.producer(settings), new StringSerializer(), new ByteArraySerializer())) {
      for (String line : lines) {
        producer.send(
            new ProducerRecord<>(
                topic, avro.serializer().serialize(topic, JsonLine.read(schema, line))));
      }
    }
  }

  @Override
  public void close() {
    gate.close();
    operations.close();
  }
}
