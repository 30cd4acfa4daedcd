package dev.oncegate.testbed.ingress;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Topics;
import dev.oncegate.ingress.Ingress;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.serde.JsonLine;
import dev.oncegate.testbed.agents.ResultListener;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * What the ingress adds to the time from an action to its decision: one client, by Kafka and by
 * HTTP in turn. No test and not run as one: {@code mvn -pl testbed -am test -Dtest=IngressLatency
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class IngressLatency {
  private static final int WARM_UP = 40;
  private static final int ROUNDS = 640;
  private static final String ACTION =
      "{\"run_id\":\"run-%d\",\"tool\":\"never-answers\",\"args\":{\"to\":\"bob\"},\"idempotency_key\":\"k\"}";

  private volatile boolean done;

  @Test
  void measure() throws Exception {
    Histogram kafka = new Histogram(3);
    Histogram http = new Histogram(3);
    try (IngressStack stack = IngressStack.start();
        Ingress ingress = stack.ingress(Map.of("ingress.anonymous", "true"))) {
      GateConfig config = stack.config();
      AvroSerdes serdes = AvroSerdes.of(AvroSerdes.ONCEGATE, config.kafkaSettings());
      ResultListener results = new ResultListener();
      Thread reader = new Thread(() -> read(config, serdes, results), "reader");
      reader.start();
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      try (Producer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Clients.producer(config.kafkaSettings()),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        for (int i = 0; i < ROUNDS; i++) {
          long start = System.nanoTime();
          send(config, serdes, producer, results, ACTION.formatted(2 * i));
          long middle = System.nanoTime();
          post(client, ingress, ACTION.formatted(2 * i + 1));
          long end = System.nanoTime();
          if (i >= WARM_UP) {
            kafka.recordValue((middle - start) / 1_000);
            http.recordValue((end - middle) / 1_000);
          }
        }
      }
      done = true;
      reader.join();
    }
    System.out.printf(
        "decision by Kafka p50 %d us, p99 %d us; by HTTP p50 %d us, p99 %d us; %d each%n",
        kafka.getValueAtPercentile(50),
        kafka.getValueAtPercentile(99),
        http.getValueAtPercentile(50),
        http.getValueAtPercentile(99),
        kafka.getTotalCount());
  }

  private static void post(HttpClient client, Ingress ingress, String json) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(ingress.url() + "/v1/actions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    int status = client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    if (status != 202) {
      throw new IllegalStateException("answered " + status);
    }
  }

  private static void send(
      GateConfig config,
      AvroSerdes serdes,
      Producer<byte[], byte[]> producer,
      ResultListener results,
      String json)
      throws Exception {
    ActionCommand command = (ActionCommand) JsonLine.read(ActionCommand.getClassSchema(), json);
    String topic = Topics.of(config).commands();
    var written =
        producer
            .send(
                new ProducerRecord<>(
                    topic,
                    command.getRunId().getBytes(StandardCharsets.UTF_8),
                    serdes.serializer().serialize(topic, command)))
            .get();
    results.decisionOf(written.partition(), written.offset()).get(20, TimeUnit.SECONDS);
  }

  private void read(GateConfig config, AvroSerdes serdes, ResultListener results) {
    Map<String, Object> settings = Clients.consumer(config.kafkaSettings());
    settings.put("auto.offset.reset", "earliest");
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      String topic = Topics.of(config).results();
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList());
      while (!done) {
        consumer
            .poll(Duration.ofMillis(50))
            .forEach(
                record ->
                    results.accept(
                        (ActionResult) serdes.deserializer().deserialize(topic, record.value())));
      }
    }
  }
}
