package dev.oncegate.ops.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.TrustedSchemas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.OutputStreamAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log as it leaves the process, through the configurations that are shipped. */
class JsonLogTest {
  static {
    TrustedSchemas.trust();
  }

  private static final Logger LOG = LoggerFactory.getLogger("dev.oncegate.test");
  private static final URI TEXT_CONFIGURATION =
      URI.create(String.valueOf(LogFormat.class.getResource("/log4j2.properties")));
  private static final String SECRET = "4111-1111-1111-1111";

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final RecordContext context = new RecordContext();

  @AfterEach
  void asBefore() {
    context.ends();
    Configurator.reconfigure(TEXT_CONFIGURATION);
  }

  /** Chooses a format, and hears what the console is told in it. */
  private void use(String format) {
    LogFormat.use(format);
    Configuration used = LoggerContext.getContext(false).getConfiguration();
    Appender heard =
        OutputStreamAppender.createAppender(
            (Layout<?>) used.getAppender("console").getLayout(),
            null,
            written,
            "heard",
            false,
            true);
    heard.start();
    used.getRootLogger().addAppender(heard, null, null);
  }

  @Test
  void aLineIsAJsonObjectWithTheRecordItIsAbout() throws IOException {
    use(LogFormat.JSON);
    context.begins(new Coordinates("agent.commands", 3, 42));
    context.concerns("run-\"7\"\n", "c-1");

    LOG.warn("half a {}\nline", "\"quoted\"", new IllegalStateException("a bug"));

    JsonNode line = onlyLine();
    assertThat(line.path("log.level").asText()).isEqualTo("WARN");
    assertThat(line.path("message").asText()).isEqualTo("half a \"quoted\"\nline");
    assertThat(line.path("run_id").asText()).isEqualTo("run-\"7\"\n");
    assertThat(line.path("correlation_id").asText()).isEqualTo("c-1");
    assertThat(line.path("topic").asText()).isEqualTo("agent.commands");
    assertThat(line.path("partition").asText()).isEqualTo("3");
    assertThat(line.path("offset").asText()).isEqualTo("42");
    assertThat(line.path("log.logger").asText()).isEqualTo("dev.oncegate.test");
    assertThat(line.path("error.type").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(line.path("error.stack_trace").asText()).contains("JsonLogTest");
    assertThat(line.path("@timestamp").asText()).matches("20\\d\\d-.*T.*\\.\\d{3}Z");
  }

  @Test
  void aLineThatIsAboutNoRecordNamesNone() throws IOException {
    use(LogFormat.JSON);
    context.begins(new Coordinates("agent.commands", 3, 42));
    context.concerns("run", null);
    context.ends();

    LOG.info("RUNNING");

    assertThat(onlyLine().properties())
        .extracting(field -> field.getKey())
        .containsExactlyInAnyOrder(
            "@timestamp", "log.level", "message", "log.logger", "process.thread.name");
  }

  @Test
  void theRunOfTheRecordBeforeIsForgotten() throws IOException {
    use(LogFormat.JSON);
    context.begins(new Coordinates("agent.commands", 3, 42));
    context.concerns("run", "c-1");
    context.begins(new Coordinates("agent.commands", 3, 43));

    LOG.info("waiting for the registry");

    assertThat(onlyLine().has("run_id")).isFalse();
    assertThat(onlyLine().path("offset").asText()).isEqualTo("43");
  }

  @Test
  void anotherThreadsLinesAreNotAboutThisRecord() throws Exception {
    use(LogFormat.JSON);
    context.begins(new Coordinates("agent.commands", 3, 42));

    Thread other = new Thread(() -> LOG.info("elsewhere"));
    other.start();
    other.join();

    assertThat(onlyLine().has("topic")).isFalse();
  }

  @Test
  void aNameOfAnyLengthIsCut() throws IOException {
    use(LogFormat.JSON);
    context.begins(new Coordinates("agent.commands", 3, 42));
    context.concerns("r".repeat(1_000_000), null);

    LOG.info("x");

    assertThat(onlyLine().path("run_id").asText()).hasSize(255);
  }

  @Test
  void aDecisionIsLoggedWithTheHashOfItsArgumentsOnly() throws IOException {
    use(LogFormat.JSON);

    decide(DecisionLog.HASHES);

    JsonNode line = onlyLine();
    assertThat(line.path("decision").asText()).isEqualTo("ACCEPTED");
    assertThat(line.path("reason").asText()).isEqualTo("FIRST_SEEN");
    assertThat(line.path("run_id").asText()).isEqualTo("run");
    assertThat(line.path("tool").asText()).isEqualTo("pay");
    assertThat(line.path("attempt").asText()).isEqualTo("1");
    assertThat(line.path("args_hash").asText()).isEqualTo("ab".repeat(32));
    assertThat(text()).doesNotContain(SECRET).doesNotContain("key-of-");
  }

  @Test
  void argumentsAreLoggedOnlyWhereThatIsSwitchedOn() throws IOException {
    use(LogFormat.JSON);

    decide(DecisionLog.ARGUMENTS);

    assertThat(onlyLine().path("args").asText()).isEqualTo("{\"card\":\"" + SECRET + "\"}");
    assertThat(onlyLine().path("idempotency_key").asText()).isEqualTo("key-of-" + SECRET);
  }

  @Test
  void noDecisionIsLoggedByDefault() {
    assertThat(DecisionLog.of(DecisionLog.OFF)).isEmpty();
  }

  @Test
  void asTextALineHasTheRunOnlyWhereThereIsOneAndStaysOneLine() {
    use(LogFormat.TEXT);
    LOG.info("first");
    context.begins(new Coordinates("agent.commands", 3, 42));
    context.concerns("run\nforged", null);

    LOG.info("second");

    assertThat(text().lines().toList())
        .hasSize(2)
        .satisfies(lines -> assertThat(lines.get(0)).endsWith(" test: first"))
        .satisfies(
            lines -> assertThat(lines.get(1)).endsWith(" test: second run_id=\"run\\nforged\""));
  }

  @Test
  void whatOthersLogThroughJavasOwnLoggingIsJsonToo() throws IOException {
    use(LogFormat.JSON);

    java.util.logging.Logger.getLogger("io.opentelemetry.exporter")
        .log(Level.WARNING, "Failed to export spans");

    assertThat(onlyLine().path("message").asText()).isEqualTo("Failed to export spans");
  }

  private void decide(String shown) {
    context.begins(new Coordinates("agent.commands", 3, 42));
    context.concerns("run", null);
    ActionCommand command =
        ActionCommand.newBuilder()
            .setRunId("run")
            .setTool("pay")
            .setArgs("{\"card\":\"" + SECRET + "\"}")
            .build();
    DecisionLog.of(shown)
        .orElseThrow()
        .decided(command, Decided.intent("pay"), Decided.accepted(SECRET), Decided.NO_HEADERS);
    context.ends();
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  private JsonNode onlyLine() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : text().lines().toList()) {
      lines.add(mapper.readTree(line));
    }
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }
}
