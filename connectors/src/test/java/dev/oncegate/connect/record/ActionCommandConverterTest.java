package dev.oncegate.connect.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.oncegate.schema.ActionCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ActionCommandConverterTest {
  private static final int SCHEMA_ID = 7;

  private final ActionCommandConverter converter = new ActionCommandConverter();
  private HttpServer registry;

  @BeforeEach
  void start() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          byte[] answer = "{\"id\":%d}".formatted(SCHEMA_ID).getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    registry.start();
    converter.configure(settings(), false);
  }

  @AfterEach
  void stop() {
    registry.stop(0);
  }

  @Test
  void jsonBecomesACommandInConfluentsWireFormat() throws Exception {
    ActionCommand command =
        converted("{\"run_id\":\"r\",\"tool\":\"t\",\"args\":{\"a\": 1.0}}", headers());
    assertThat(command)
        .isEqualTo(
            ActionCommand.newBuilder()
                .setRunId("r")
                .setTool("t")
                .setArgs("{\"a\": 1.0}")
                .setIdempotencyKey("row-1")
                .setIssuedAt(Instant.parse("2026-01-31T11:00:00.123Z"))
                .build());
  }

  @Test
  void whatACommandSaysItselfGoesBeforeTheHeaders() throws Exception {
    ActionCommand command =
        converted(
            "{\"run_id\":\"r\",\"tool\":\"t\",\"idempotency_key\":\"own\",\"issued_at\":5}",
            headers());
    assertThat(command.getIdempotencyKey()).isEqualTo("own");
    assertThat(command.getIssuedAt()).isEqualTo(Instant.ofEpochMilli(5));
  }

  @Test
  void withoutHeadersTheGateFindsTheKey() throws Exception {
    ActionCommand command = converted("{\"run_id\":\"r\",\"tool\":\"t\"}", new RecordHeaders());
    assertThat(command.getIdempotencyKey()).isNull();
    assertThat(command.getIssuedAt()).isNull();
  }

  @Test
  void whatIsNoCommandGoesOnAsItIs() {
    for (String text : new String[] {"{", "[]", "{\"runid\":\"r\"}", "{\"run_id\":1}"}) {
      assertThat(convert(text, headers())).asString(StandardCharsets.UTF_8).isEqualTo(text);
    }
    Headers wrong = new RecordHeaders().add("issued_at", "noon".getBytes(StandardCharsets.UTF_8));
    String command = "{\"run_id\":\"r\",\"tool\":\"t\"}";
    assertThat(convert(command, wrong)).asString(StandardCharsets.UTF_8).isEqualTo(command);
  }

  @Test
  void aRegistryThatDoesNotAnswerIsAskedAgain() {
    registry.stop(0);
    assertThatThrownBy(() -> convert("{\"run_id\":\"r\",\"tool\":\"t\"}", headers()))
        .isInstanceOf(RetriableException.class);
  }

  @Test
  void useInTheWrongPlaceIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> converter.configure(settings(), true))
        .hasMessageContaining("set value.converter to this class");
    assertThatThrownBy(() -> converter.fromConnectData("t", headers(), null, Map.of("run_id", "r")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("table.expand.json.payload");
    assertThatThrownBy(() -> converter.toConnectData("t", new byte[0]))
        .hasMessageContaining("only writes");
  }

  @Test
  void nothingStaysNothing() {
    assertThat(converter.fromConnectData("t", headers(), null, null)).isNull();
  }

  private Map<String, String> settings() {
    return Map.of(
        "schema.registry.url",
        "http://127.0.0.1:" + registry.getAddress().getPort(),
        "converter.type",
        "value");
  }

  private static Headers headers() {
    return new RecordHeaders()
        .add("id", "row-1".getBytes(StandardCharsets.UTF_8))
        .add("issued_at", "2026-01-31T12:00:00.123456+01:00".getBytes(StandardCharsets.UTF_8));
  }

  private byte[] convert(String json, Headers headers) {
    return converter.fromConnectData("agent.commands", headers, Schema.STRING_SCHEMA, json);
  }

  private ActionCommand converted(String json, Headers headers) throws IOException {
    byte[] bytes = convert(json, headers);
    assertThat(bytes[0]).isZero();
    assertThat(ByteBuffer.wrap(bytes, 1, 4).getInt()).isEqualTo(SCHEMA_ID);
    return new SpecificDatumReader<>(ActionCommand.class)
        .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null));
  }
}
