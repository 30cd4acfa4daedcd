package dev.oncegate.testbed.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerTest {
  private static final TopicPartition KEPT = new TopicPartition("kept", 0);

  @TempDir private Path directory;

  @Test
  void itCommitsTransactionsAndKeepsThemFromOneStartToTheNext() throws Exception {
    try (Broker broker = Broker.start(directory, 0)) {
      broker.awaitReady(new CompletableFuture<>());
      createTopic(broker);
      produce(broker, "aborted", false);
      produce(broker, "committed", true);
      assertThat(committedValues(broker, 1)).containsExactly("committed");
      assertThatThrownBy(() -> Broker.start(directory.resolve("other"), broker.port()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("port %d of 127.0.0.1 is in use", broker.port())
          .hasMessageContaining("--broker-port");
    }
    try (Broker broker = Broker.start(directory, 0)) {
      broker.awaitReady(new CompletableFuture<>());
      produce(broker, "later", true);
      assertThat(committedValues(broker, 2)).containsExactly("committed", "later");
    }
  }

  private static void createTopic(Broker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      NewTopic topic = new NewTopic(KEPT.topic(), Optional.of(1), Optional.empty());
      admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
    }
  }

  private static void produce(Broker broker, String value, boolean commit) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "broker-test");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(KEPT.topic(), value)).get(30, TimeUnit.SECONDS);
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  private static List<String> committedValues(Broker broker, int expected) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(KEPT));
      consumer.seekToBeginning(List.of(KEPT));
      List<String> values = new ArrayList<>();
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .pollInSameThread()
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= expected;
              });
      return values;
    }
  }
}
