package dev.oncegate.testbed.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BrokersTest {
  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();
  private static final Duration START = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  @Timeout(180)
  void theyGoOnWithoutTheirLeaderAndADoorCanBeShut() throws Exception {
    try (Brokers brokers = Brokers.start(directory, 3, 2)) {
      brokers.awaitWhole(START, NEVER);
      createTopic(brokers);
      try (KafkaProducer<String, String> direct = producer(brokers.bootstrapServers());
          KafkaProducer<String, String> first = producer(brokers.bootstrapServers(0));
          KafkaProducer<String, String> second = producer(brokers.bootstrapServers(1))) {
        send(direct);
        send(first);
        send(second);

        brokers.door(0).forEach(Proxy::cut);
        assertThatThrownBy(() -> send(first)).hasCauseInstanceOf(TimeoutException.class);
        send(second);
        brokers.door(0).forEach(Proxy::restore);
        send(first);

        int leader = brokers.leader();
        brokers.broker(leader).kill();
        send(direct);
        send(first);
        brokers.restart(leader);
        brokers.awaitWhole(START, NEVER);
        send(second);
      }
    }
  }

  private static void createTopic(Brokers brokers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers.bootstrapServers()))) {
      NewTopic topic = new NewTopic("kept", Optional.of(3), Optional.empty());
      admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
      var partitions =
          admin.describeTopics(List.of("kept")).allTopicNames().get().get("kept").partitions();
      assertThat(partitions).allSatisfy(partition -> assertThat(partition.replicas()).hasSize(3));
    }
  }

  private static KafkaProducer<String, String> producer(String bootstrapServers) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "acks", "all",
            "request.timeout.ms", "2000",
            "linger.ms", "0",
            "delivery.timeout.ms", "10000",
            "max.block.ms", "10000");
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  /** One record into each partition, one of which the lost leader may have led; years ahead. */
  private static void send(KafkaProducer<String, String> producer) throws Exception {
    long inTenYears = Instant.now().plus(Duration.ofDays(3650)).toEpochMilli();
    for (int partition = 0; partition < 3; partition++) {
      producer
          .send(new ProducerRecord<>("kept", partition, inTenYears, null, "value"))
          .get(30, TimeUnit.SECONDS);
    }
  }
}
