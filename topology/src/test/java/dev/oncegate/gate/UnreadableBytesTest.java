package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TOPICS;
import static dev.oncegate.gate.GateDriver.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Decision;
import dev.oncegate.serde.AvroDeserializer;
import dev.oncegate.serde.RegistryConfig;
import dev.oncegate.serde.SchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bytes that nobody can act on, through the real deserialiser: each is put aside as it came, and
 * the gate goes on.
 */
class UnreadableBytesTest {
  private static final int WITH_ARRAY = 101;
  private static final int FOREIGN = 102;

  private HttpServer registry;
  private GateDriver gate;

  @BeforeEach
  void open() throws IOException {
    Map<String, String> schemas = new LinkedHashMap<>();
    for (Schema schema :
        List.of(
            ActionCommand.getClassSchema(),
            ActionOutcome.getClassSchema(),
            ControlCommand.getClassSchema(),
            ActionEffect.getClassSchema())) {
      schemas.put("/schemas/ids/" + Wire.idOf(schema), schema.toString());
    }
    schemas.put("/schemas/ids/" + WITH_ARRAY, aCommandSchemaWithAnArray());
    schemas.put(
        "/schemas/ids/" + FOREIGN,
        "{\"type\":\"record\",\"name\":\"Foreign\",\"namespace\":\"x\",\"fields\":[]}");
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          String schema = schemas.get(exchange.getRequestURI().getPath());
          String answer =
              schema == null
                  ? "{\"error_code\":40403,\"message\":\"Schema not found\"}"
                  : new ObjectMapper().writeValueAsString(Map.of("schema", schema));
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(schema == null ? 404 : 200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    registry.start();
    Map<String, Object> config =
        Map.of("schema.registry.url", "http://127.0.0.1:" + registry.getAddress().getPort());
    AvroDeserializer<SpecificRecord> deserializer =
        new AvroDeserializer<>(new SchemaRegistryClient(new RegistryConfig(config)));
    deserializer.configure(config, false);
    gate = GateDriver.with().deserializer(deserializer).open();
  }

  @AfterEach
  void close() {
    gate.close();
    registry.stop(0);
  }

  @Test
  void aNullValueIsPutAside() {
    assertPutAside(null, "WRONG_TYPE", "Found a null value where ActionCommand is expected.");
  }

  @Test
  void tooFewBytesArePutAside() {
    assertPutAside(new byte[0], "UNREADABLE_BYTES", "0 bytes are too short for the wire format.");
    assertPutAside(
        new byte[] {0, 0, 1}, "UNREADABLE_BYTES", "3 bytes are too short for the wire format.");
  }

  @Test
  void anotherMagicByteIsPutAside() {
    byte[] bytes = aCommandsBytes();
    bytes[0] = '{';

    assertPutAside(bytes, "UNREADABLE_BYTES", "The first byte is 0x7b; 0x00 is expected.");
  }

  @Test
  void aSchemaThatTheRegistryDoesNotKnowIsPutAside() {
    assertPutAside(wire(4711), "UNREADABLE_BYTES", "The registry has no Avro schema 4711: ");
  }

  @Test
  void aSchemaOfSomebodyElseIsPutAside() {
    assertPutAside(
        wire(FOREIGN), "UNREADABLE_BYTES", "Schema 102 is x.Foreign, which is none of ours.");
  }

  @Test
  void truncatedAvroIsPutAsideWhereverItEnds() {
    byte[] bytes = aCommandsBytes();
    for (int length = 5; length < bytes.length; length++) {
      assertPutAside(
          Arrays.copyOf(bytes, length),
          "UNREADABLE_BYTES",
          "The bytes are no record of schema 1: ");
    }
  }

  @Test
  void bytesThatFollowTheRecordArePutAside() {
    byte[] bytes = aCommandsBytes();

    assertPutAside(
        Arrays.copyOf(bytes, bytes.length + 1),
        "UNREADABLE_BYTES",
        "Bytes follow the record of schema 1.");
  }

  @Test
  void aRecordOfAnotherTypeIsPutAside() {
    byte[] outcome = Wire.write(ActionOutcome.newBuilder().build());

    assertPutAside(
        outcome,
        "WRONG_TYPE",
        "Found dev.oncegate.schema.ActionOutcome where ActionCommand is expected.");
    assertThat(
            gate.pipe(TOPICS.outcomes(), aCommandsBytes(), START, new RecordHeaders())
                .onlyDeadLetter()
                .cause())
        .isEqualTo("WRONG_TYPE");
    assertThat(
            gate.pipe(TOPICS.controls(), aCommandsBytes(), START, new RecordHeaders())
                .onlyDeadLetter()
                .cause())
        .isEqualTo("WRONG_TYPE");
  }

  @Test
  void aHostileLengthOfTextIsPutAsideAndTakesNoMemory() throws IOException {
    for (long length :
        new long[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 100L, Long.MAX_VALUE, -1}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(wire(Wire.idOf(ActionCommand.getClassSchema())));
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      encoder.writeLong(length);
      encoder.flush();

      assertPutAside(
          out.toByteArray(), "UNREADABLE_BYTES", "The bytes are no record of schema 1: ");
    }
  }

  @Test
  void aHostileNumberOfItemsIsPutAsideAndTakesNoMemory() throws IOException {
    for (long items : new long[] {Integer.MAX_VALUE - 10L, Long.MAX_VALUE, Long.MIN_VALUE}) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(wire(WITH_ARRAY));
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      encoder.writeLong(items);
      encoder.flush();

      assertPutAside(
          out.toByteArray(), "UNREADABLE_BYTES", "The bytes are no record of schema 101: ");
    }
  }

  @Test
  void noiseBehindAGoodPrefixNeverStopsTheGate() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] noise = new byte[5 + random.nextInt(60)];
      random.nextBytes(noise);
      System.arraycopy(wire(1 + random.nextInt(3)), 0, noise, 0, 5);

      Told told = gate.pipe(TOPICS.commands(), noise, START, new RecordHeaders());

      assertThat(told.deadLetters().size() + told.results().size()).isEqualTo(1);
    }
    assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.ACCEPTED);
  }

  private void assertPutAside(byte[] bytes, String cause, String message) {
    Told.Raw letter =
        gate.pipe(TOPICS.commands(), "key", bytes, START, new RecordHeaders()).onlyDeadLetter();

    assertThat(letter.cause()).isEqualTo(cause);
    assertThat(letter.headers().get(GateHeaders.MESSAGE)).startsWith(message);
    assertThat(letter.key()).isEqualTo("key");
    assertThat(letter.value()).isEqualTo(bytes);
  }

  private static byte[] aCommandsBytes() {
    return Wire.write(aCommand().build());
  }

  private static byte[] wire(int schemaId) {
    return ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array();
  }

  /**
   * A later version of ours that has an array, of which this version knows nothing and which it
   * must skip.
   */
  private static String aCommandSchemaWithAnArray() {
    return ActionCommand.getClassSchema()
        .toString()
        .replaceFirst(
            "\"fields\":\\[",
            "\"fields\":[{\"name\":\"later\",\"type\":{\"type\":\"array\",\"items\":\"string\"},\"default\":[]},");
  }
}
