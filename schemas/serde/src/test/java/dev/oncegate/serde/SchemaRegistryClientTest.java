package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.Compensation;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.serde.FakeRegistry.Fault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SchemaRegistryClientTest {
  private static final Schema SCHEMA = ActionCommand.getClassSchema();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FakeRegistry registry = new FakeRegistry();

  @AfterEach
  void closeRegistry() {
    registry.close();
  }

  @Test
  void anIdIsAskedForAsTheRealClientDoes() {
    int id = client(registry.url()).idOf("s-value", SCHEMA);

    assertThat(id).isEqualTo(7);
    assertThat(registry.requests())
        .containsExactly(
            new FakeRegistry.Request(
                "POST",
                "/subjects/s-value/versions?normalize=false",
                JSON.createObjectNode().put("schema", SCHEMA.toString()).toString(),
                null,
                "application/vnd.schemaregistry.v1+json"));
  }

  @Test
  void aSchemaIsAskedForAsTheRealClientDoes() {
    int id = registry.register("s-value", SCHEMA.toString());

    assertThat(client(registry.url()).schemaOf(id, "s-value")).isEqualTo(SCHEMA);
    assertThat(registry.asked())
        .containsExactly("GET /schemas/ids/7?fetchMaxId=false&subject=s-value");
  }

  @Test
  void withoutAutoRegistrationTheSchemaIsOnlyLookedUp() {
    registry.register("s-value", "\"string\"");
    int id = registry.register("s-value", SCHEMA.toString());

    assertThat(client(registry.url(), "auto.register.schemas", "false").idOf("s-value", SCHEMA))
        .isEqualTo(id);
    assertThat(registry.asked())
        .containsExactly("POST /subjects/s-value?normalize=false&deleted=false");
  }

  @Test
  void aSchemaThatMustBeRegisteredBeforehandIsToldSo() {
    assertThatThrownBy(
            () -> client(registry.url(), "auto.register.schemas", "false").idOf("s-value", SCHEMA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("subject s-value has no dev.oncegate.schema.ActionCommand")
        .hasMessageContaining("auto.register.schemas=true");
  }

  @Test
  void theLatestVersionIsUsedWhereItsLayoutIsOurs() {
    registry.register("s-value", "\"string\"");
    String withoutDocs =
        SCHEMA.toString().replaceAll("\"doc\":\"(?:[^\"\\\\]|\\\\.)*\",?", "").replace(",}", "}");
    int id = registry.register("s-value", withoutDocs);

    assertThat(latest().idOf("s-value", SCHEMA)).isEqualTo(id);
    assertThat(registry.asked()).containsExactly("GET /subjects/s-value/versions/latest");
  }

  @Test
  void theIdOfAnotherLayoutNeverStandsBeforeOurBytes() {
    registry.register("s-value", SCHEMA.toString());
    registry.register(
        "s-value",
        SCHEMA
            .toString()
            .replace(
                "\"attempt_number\",\"type\":\"int\"", "\"attempt_number\",\"type\":\"long\""));

    assertThatThrownBy(() -> latest().idOf("s-value", SCHEMA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("version 2 of subject s-value, its latest, has another layout");
  }

  private SchemaRegistryClient latest() {
    return client(registry.url(), "use.latest.version", "true", "auto.register.schemas", "false");
  }

  @Test
  void normalisationIsAskedForWhereConfigured() {
    client(registry.url(), "normalize.schemas", "true").idOf("s-value", SCHEMA);

    assertThat(registry.asked()).containsExactly("POST /subjects/s-value/versions?normalize=true");
  }

  @Test
  void aSubjectIsEncodedAndASlashAtTheEndOfTheUrlIsNotDoubled() {
    client(registry.url() + "/").idOf("a topic+ü-value", SCHEMA);

    assertThat(registry.asked())
        .containsExactly("POST /subjects/a%20topic%2B%C3%BC-value/versions?normalize=false");
  }

  @Test
  void eachIdAndEachSchemaIsAskedForOnce() {
    SchemaRegistryClient client = client(registry.url());
    int other = registry.register("t-value", "\"string\"");

    for (int i = 0; i < 3; i++) {
      int id = client.idOf("s-value", SCHEMA);
      assertThat(client.schemaOf(id, "s-value")).isSameAs(SCHEMA);
      client.schemaOf(other, "t-value");
    }

    assertThat(registry.asked()).hasSize(2);
  }

  @Test
  void whatIsKnownGoesOnWorkingWhileTheRegistryIsDown() {
    SchemaRegistryClient client = client(registry.url());
    int id = client.idOf("s-value", SCHEMA);
    registry.down();

    assertThat(client.idOf("s-value", SCHEMA)).isEqualTo(id);
    assertThat(client.schemaOf(id, "s-value")).isEqualTo(SCHEMA);
    assertThatThrownBy(() -> client.schemaOf(id + 1, "s-value"))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void aFailureIsNotRemembered() {
    SchemaRegistryClient client = client(registry.url());
    registry.down();
    assertThatThrownBy(() -> client.idOf("s-value", SCHEMA))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThatThrownBy(() -> client.schemaOf(7, "s-value"))
        .isInstanceOf(RegistryUnavailableException.class);
    registry.up();
    assertThatThrownBy(() -> client.schemaOf(7, "s-value")).isInstanceOf(RegistryException.class);

    int id = client.idOf("t-value", SCHEMA);

    assertThat(client.schemaOf(id, "s-value")).isEqualTo(SCHEMA);
    assertThat(client.idOf("s-value", SCHEMA)).isEqualTo(id);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"INTERNAL_ERROR", "TOO_MANY_REQUESTS", "NO_JSON", "NO_ANSWER", "HALF_AN_ANSWER"})
  void aRegistryInTroubleIsAskedAgainUntilItAnswers(Fault fault) {
    registry.failNext(2, fault);

    assertThat(client(registry.url(), "http.read.timeout.ms", "200").idOf("s-value", SCHEMA))
        .isEqualTo(7);
    assertThat(registry.asked()).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"INTERNAL_ERROR", "TOO_MANY_REQUESTS", "NO_JSON", "NO_ANSWER", "HALF_AN_ANSWER"})
  void triesAreBoundedInNumberAndTime(Fault fault) {
    registry.fail(fault);
    SchemaRegistryClient client =
        client(registry.url(), "http.read.timeout.ms", "100", "max.retries", "2");

    CompletableFuture<Integer> call =
        CompletableFuture.supplyAsync(() -> client.idOf("s-value", SCHEMA));

    assertThat(call)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(Exception.class)
        .withCauseInstanceOf(RegistryUnavailableException.class);
    assertThat(registry.asked()).hasSize(3);
  }

  @Test
  void theRegistryIsHeardThoughTheCommonPoolIsBusy() {
    CountDownLatch end = new CountDownLatch(1);
    for (int i = 0; i < 4 * ForkJoinPool.getCommonPoolParallelism(); i++) {
      ForkJoinPool.commonPool().execute(() -> await(end));
    }
    try {
      assertThat(client(registry.url(), "max.retries", "0").idOf("s-value", SCHEMA)).isEqualTo(7);
    } finally {
      end.countDown();
    }
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRefusalIsNotAskedAgain() {
    registry.fail(Fault.UNAUTHORIZED);

    assertThatThrownBy(() -> client(registry.url()).schemaOf(7, "s-value"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("answered 401")
        .satisfies(e -> assertThat(((RegistryException) e).isAboutTheSchema()).isFalse());
    assertThat(registry.asked()).hasSize(1);
  }

  @Test
  void anUnknownSchemaIsToldApartFromAWrongPath() {
    assertThatThrownBy(() -> client(registry.url()).schemaOf(99, "s-value"))
        .satisfies(e -> assertThat(((RegistryException) e).isAboutTheSchema()).isTrue());

    registry.fail(Fault.NO_SUCH_PAGE);
    assertThatThrownBy(() -> client(registry.url()).schemaOf(99, "s-value"))
        .satisfies(e -> assertThat(((RegistryException) e).isAboutTheSchema()).isFalse());
    registry.fail(Fault.NONE);
    assertThatThrownBy(() -> client(registry.url().replace("/v7", "/v9")).schemaOf(99, "s-value"))
        .satisfies(e -> assertThat(((RegistryException) e).isAboutTheSchema()).isFalse());
  }

  @Test
  void theNextUrlIsAskedWhereOneDoesNotAnswerAndThenFirst() {
    try (FakeRegistry other = new FakeRegistry()) {
      registry.fail(Fault.INTERNAL_ERROR);
      SchemaRegistryClient client = client(registry.url() + "," + other.url());

      client.idOf("s-value", SCHEMA);
      client.idOf("t-value", SCHEMA);

      assertThat(registry.asked()).hasSize(1);
      assertThat(other.asked()).hasSize(2);
      other.down();
      registry.fail(Fault.NONE);
      client.idOf("u-value", SCHEMA);
      assertThat(registry.asked()).hasSize(2);
    }
  }

  @Test
  void typesThatAreRegisteredApartAreFetched() {
    registry.register("class", SideEffectClass.getClassSchema().toString());
    registry.register("compensation", Compensation.getClassSchema().toString());
    ObjectNode command = JSON.createObjectNode();
    command.put(
        "schema",
        SCHEMA
            .toString()
            .replace(
                SideEffectClass.getClassSchema().toString(),
                "\"dev.oncegate.schema.SideEffectClass\"")
            .replaceAll(
                "\\{\"type\":\"record\",\"name\":\"Compensation\".*?\\]\\}", "\"Compensation\""));
    command
        .putArray("references")
        .add(JSON.createObjectNode().put("name", "x").put("subject", "class").put("version", 1))
        .add(
            JSON.createObjectNode()
                .put("name", "y")
                .put("subject", "compensation")
                .put("version", 1));
    int id = registry.register("s-value", command);

    Schema found = client(registry.url()).schemaOf(id, "s-value");

    assertThat(found.getField("compensation").schema().getTypes().get(1).getField("saga_id"))
        .isNotNull();
    assertThat(found.getField("side_effect_class").schema().getEnumSymbols())
        .contains("DESTRUCTIVE");
    assertThat(registry.asked().subList(1, 3))
        .containsExactly(
            "GET /subjects/class/versions/1?deleted=true",
            "GET /subjects/compensation/versions/1?deleted=true");
  }

  @Test
  void anInterruptEndsTheWaitForAnAnswer() throws InterruptedException {
    registry.fail(Fault.NO_ANSWER);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread asking =
        new Thread(
            () -> {
              try {
                client(registry.url()).idOf("s-value", SCHEMA);
              } catch (RuntimeException e) {
                thrown.complete(e);
              }
            });
    asking.start();
    Awaitility.await().until(() -> !registry.asked().isEmpty());

    asking.interrupt();

    assertThat(thrown).succeedsWithin(Duration.ofSeconds(5)).isInstanceOf(InterruptException.class);
    asking.join();
  }

  @Test
  void aRegistryThatIsDownAtTheStartIsWaitedForAndToldOf() throws Exception {
    registry.down();
    try (CapturedLog log = new CapturedLog(RegistryWait.class)) {
      SchemaRegistryClient client = client(registry.url());
      CompletableFuture<Integer> prepared =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.prepare("s-value", SCHEMA);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      Awaitility.await().until(() -> log.lines.size() >= 4);
      assertThat(prepared).isNotDone();

      registry.up();

      assertThat(prepared).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(7);
      assertThat(log.lines.get(0))
          .contains("WARN Waiting for the schema registry; next try in 1 ms. " + registry.url())
          .contains("does not answer");
      assertThat(log.lines.get(1)).contains("next try in 2 ms");
      assertThat(log.lines.subList(2, 4)).allMatch(line -> line.contains("next try in 4 ms"));
      registry.down();
      assertThat(client.idOf("s-value", SCHEMA)).isEqualTo(7);
    }
  }

  @Test
  void wrongCredentialsAreNoReasonToWait() {
    registry.require("Basic other");

    CompletableFuture<Void> prepared =
        CompletableFuture.runAsync(
            () -> {
              try {
                client(registry.url()).prepare("s-value", SCHEMA);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(prepared)
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableOfType(Exception.class)
        .withCauseInstanceOf(RegistryException.class);
  }

  /** The lines one class logs. */
  private static final class CapturedLog extends AbstractAppender implements AutoCloseable {
    final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;

    CapturedLog(Class<?> of) {
      super("captured", null, null, true, Property.EMPTY_ARRAY);
      logger = (Logger) LogManager.getLogger(of);
      start();
      logger.addAppender(this);
      logger.setLevel(Level.WARN);
      logger.setAdditive(false);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
    }

    @Override
    public void close() {
      logger.removeAppender(this);
      logger.setAdditive(true);
      stop();
    }
  }
}
