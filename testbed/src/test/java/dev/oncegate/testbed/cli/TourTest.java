package dev.oncegate.testbed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.testbed.stack.ChildJvm;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's five-minute tour, pasted: its blocks are run by bash as they stand there, in a
 * directory whose {@code oncegate} runs the compiled classes.
 */
class TourTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path README = Path.of("..", "README.md");
  private static final Duration START = Duration.ofSeconds(60);
  private static final String LAUNCHER =
      """
      #!/bin/sh
      # Free ports, for those of the tour may be taken.
      [ "$1" = up ] && set -- "$@" --broker-port 0 --registry-port 0 --set gate.ops.listener=127.0.0.1:0
      exec "%s" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Doncegate.home="$(dirname "$0")" %s "$@"
      """;

  @TempDir private Path home;
  private List<String> blocks = List.of();
  private @Nullable Process up;

  @BeforeEach
  void startTheStackAsTheFirstBlockSays() throws IOException {
    Path launcher =
        Files.writeString(
            home.resolve("oncegate"),
            LAUNCHER.formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"), Testbed.class.getName()));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    blocks = blocksOfTheTour();
    Process started = bash("up", "exec " + blocks.get(0));
    up = started;
    Awaitility.await().atMost(START).until(() -> Files.exists(upFile()) || !started.isAlive());
    assertThat(upFile()).withFailMessage(() -> textOf("up.err") + textOf("up.out")).exists();
  }

  private static List<String> blocksOfTheTour() throws IOException {
    String tour = Files.readString(README).split("\n## Five-minute tour\n")[1].split("\n## ")[0];
    return Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
        .matcher(tour)
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }

  @AfterEach
  void endTheStack() throws InterruptedException {
    if (up == null) {
      return;
    }
    up.destroy();
    if (!up.waitFor(30, TimeUnit.SECONDS)) {
      up.destroyForcibly();
    }
  }

  @Test
  @Timeout(180)
  void whatTheReadmeSaysIsSeenAndATamperedHistoryIsFoundOut() throws Exception {
    assertThat(blocks).hasSize(7);

    assertThat(recordsOfBlock(1))
        .singleElement()
        .satisfies(
            effect -> {
              assertThat(effect.path("topic").asText()).isEqualTo("agent.effects");
              assertThat(effect.at("/value/idempotency_key").asText()).isEqualTo("pay-bob");
              assertThat(effect.at("/value/attempt").asInt()).isEqualTo(1);
            });

    assertThat(recordsOfBlock(2))
        .extracting(TourTest::eventOrDecision)
        .containsExactly("ACCEPTED", "IN_PROGRESS");

    List<JsonNode> results = recordsOfBlock(3);
    assertThat(results)
        .extracting(TourTest::eventOrDecision)
        .containsExactly("ACCEPTED", "IN_PROGRESS", "SETTLED", "REPLAYED");
    assertThat(results.get(3).at("/value/stored_outcome").toString()).contains("R-1");

    assertThat(recordsOfBlock(4))
        .singleElement()
        .satisfies(
            conflict -> {
              assertThat(conflict.path("topic").asText()).isEqualTo("agent.conflicts");
              assertThat(conflict.at("/value/first_hash").asText())
                  .isNotEqualTo(conflict.at("/value/second_hash").asText())
                  .isNotEmpty();
            });

    List<JsonNode> loop = recordsOfBlock(5);
    assertThat(loop)
        .filteredOn(record -> record.path("topic").asText().equals("agent.effects"))
        .hasSize(5);
    assertThat(loop)
        .filteredOn(record -> record.path("topic").asText().equals("agent.circuits"))
        .extracting(record -> record.at("/value/state").asText())
        .containsExactly("OPEN");

    assertThat(recordsOfBlock(6)).extracting(r -> r.at("/value/state").asText()).endsWith("CLOSED");
    assertThat(textOf("block-6.out")).contains("All invariants hold.").doesNotContain("Note:");

    sendAnEffectOnceMore();
    assertThat(exitCode(bash("tampered", "./oncegate check --json"))).isEqualTo(1);
    JsonNode invariants = JSON.readTree(textOf("tampered.out")).path("invariants");
    assertThat(invariants.at("/I1/violations").asLong()).isPositive();
    for (String other : List.of("I2", "I3", "I4", "I5", "I6", "I7")) {
      assertThat(invariants.path(other).path("violations").asLong(-1)).as(other).isZero();
    }
  }

  /** The records that a block prints, after it has ended well. */
  private List<JsonNode> recordsOfBlock(int number) throws Exception {
    String output = "block-" + number;
    int exitCode = exitCode(bash(output, "set -e -o pipefail\n" + blocks.get(number)));
    assertThat(exitCode).withFailMessage(() -> textOf(output + ".err")).isZero();
    return textOf(output + ".out")
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(TourTest::parsed)
        .toList();
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  private static String eventOrDecision(JsonNode result) {
    String event = result.at("/value/event").asText();
    return event.equals("DECIDED") ? result.at("/value/decision").asText() : event;
  }

  /** As a gate would that lets an action through a second time. */
  private void sendAnEffectOnceMore() throws Exception {
    Map<String, Object> reach =
        Map.of("bootstrap.servers", addresses().getProperty("bootstrap.servers"));
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(reach, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(reach, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor("agent.effects").stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      ConsumerRecord<byte[], byte[]> effect =
          Awaitility.await()
              .pollInSameThread()
              .until(
                  () ->
                      StreamSupport.stream(
                              consumer.poll(Duration.ofMillis(200)).spliterator(), false)
                          .findFirst(),
                  found -> found.isPresent())
              .orElseThrow();
      producer
          .send(
              new ProducerRecord<>(
                  effect.topic(),
                  effect.partition(),
                  effect.timestamp(),
                  effect.key(),
                  effect.value(),
                  effect.headers()))
          .get(30, TimeUnit.SECONDS);
    }
  }

  private Properties addresses() throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(upFile())) {
      properties.load(reader);
    }
    return properties;
  }

  private Path upFile() {
    return home.resolve(".oncegate").resolve("up.properties");
  }

  private Process bash(String output, String script) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .directory(home.toFile())
            .redirectOutput(home.resolve(output + ".out").toFile())
            .redirectError(home.resolve(output + ".err").toFile());
    builder.environment().put("CLASSPATH", ChildJvm.ownClassPath());
    builder.environment().keySet().removeIf(name -> name.startsWith("ONCEGATE_"));
    return builder.start();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String textOf(String output) {
    try {
      return Files.readString(home.resolve(output));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
