package dev.oncegate.connect.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateRecordConverterTest {
  private static final String TOPIC = "agent.results";
  private static final int SCHEMA_ID = 7;

  /** Every type that our schemas have, and none of our classes. */
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Later", "namespace": "of.another", "fields": [
                {"name": "text", "type": "string"},
                {"name": "none", "type": ["null", "string"]},
                {"name": "number", "type": ["null", "int"]},
                {"name": "count", "type": "long"},
                {"name": "share", "type": "double"},
                {"name": "yes", "type": "boolean"},
                {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
                {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}]},
                {"name": "bytes", "type": "bytes"},
                {"name": "headers", "type": {"type": "map", "values": "string"}},
                {"name": "parts", "type": {"type": "array", "items":
                  {"type": "record", "name": "Part", "fields": [{"name": "n", "type": "int"}]}}}
              ]}
              """);

  private final GateRecordConverter converter = new GateRecordConverter();
  private HttpServer registry;
  private volatile int status = 200;
  private volatile String answer = "{}";
  private volatile @Nullable String asked;

  @BeforeEach
  void start() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          asked = exchange.getRequestURI().toString();
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    registry.start();
    answer = new ObjectMapper().writeValueAsString(Map.of("schema", SCHEMA.toString()));
    converter.configure(
        Map.of(
            "schema.registry.url",
            "http://127.0.0.1:" + registry.getAddress().getPort(),
            "max.retries",
            "0"),
        false);
  }

  @AfterEach
  void stop() {
    registry.stop(0);
  }

  @Test
  void aRecordIsReadByItsWritersSchemaWhateverItsName() throws IOException {
    SchemaAndValue converted = converter.toConnectData(TOPIC, wire(SCHEMA_ID, record()));

    Struct value = (Struct) converted.value();
    value.validate();
    assertThat(asked).startsWith("/schemas/ids/7?").contains("subject=agent.results-value");
    assertThat(value.schema()).isSameAs(converted.schema());
    assertThat(value.getString("text")).isEqualTo("hello");
    assertThat(value.get("none")).isNull();
    assertThat(value.getInt32("number")).isEqualTo(3);
    assertThat(value.getInt64("count")).isEqualTo(Long.MAX_VALUE);
    assertThat(value.getFloat64("share")).isEqualTo(0.5);
    assertThat(value.getBoolean("yes")).isTrue();
    assertThat(value.getString("kind")).isEqualTo("B");
    assertThat(value.get("at")).isEqualTo(new Date(1_700_000_000_123L));
    assertThat(value.schema().field("at").schema().name()).isEqualTo(Timestamp.LOGICAL_NAME);
    assertThat(value.schema().field("at").schema().isOptional()).isTrue();
    assertThat(value.get("bytes")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    assertThat(value.getMap("headers")).isEqualTo(Map.of("a", "b"));
    assertThat(value.<Struct>getArray("parts"))
        .singleElement()
        .satisfies(part -> assertThat(part.getInt32("n")).isEqualTo(9));
  }

  @Test
  void theSchemaIsAskedForOnceAndThenServesWithoutTheRegistry() throws IOException {
    SchemaAndValue first = converter.toConnectData(TOPIC, wire(SCHEMA_ID, record()));
    registry.stop(0);
    SchemaAndValue second = converter.toConnectData(TOPIC, wire(SCHEMA_ID, record()));
    assertThat(second).isEqualTo(first);
    assertThat(second.schema()).isSameAs(first.schema());
  }

  @Test
  void aTombstoneIsOne() {
    assertThat(converter.toConnectData(TOPIC, null)).isEqualTo(SchemaAndValue.NULL);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429, 401, 403})
  void aRegistryThatFailsOrRefusesMakesARecordWaitAndNotUnreadable(int bad) throws IOException {
    status = bad;
    byte[] bytes = wire(SCHEMA_ID, record());
    assertThatThrownBy(() -> converter.toConnectData(TOPIC, bytes))
        .isInstanceOf(RetriableException.class);
    status = 200;
    assertThat(converter.toConnectData(TOPIC, bytes).value()).isInstanceOf(Struct.class);
  }

  @Test
  void aRegistryThatIsAwayMakesARecordWait() {
    registry.stop(0);
    assertThatThrownBy(() -> converter.toConnectData(TOPIC, wire(SCHEMA_ID, record())))
        .isInstanceOf(RetriableException.class);
  }

  @Test
  void whatCanNeverBeReadIsADataException() throws IOException {
    assertNoRecord("no Avro".getBytes(StandardCharsets.UTF_8));
    assertNoRecord(new byte[] {0, 0});
    assertNoRecord(wire(-1, record()));
    byte[] good = wire(SCHEMA_ID, record());
    assertNoRecord(Arrays.copyOf(good, good.length - 1));
    assertNoRecord(Arrays.copyOf(good, good.length + 1));
    status = 404;
    answer = "{\"error_code\":40403,\"message\":\"Schema not found\"}";
    assertNoRecord(wire(8, record()));
  }

  @Test
  void aSchemaThatConnectCannotHoldIsADataException() throws IOException {
    String self =
        "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"s\",\"type\":[\"null\",\"S\"]}]}";
    answer = new ObjectMapper().writeValueAsString(Map.of("schema", self));
    assertNoRecord(wire(9, record()));
    String union =
        "{\"type\":\"record\",\"name\":\"U\",\"fields\":[{\"name\":\"u\",\"type\":[\"int\",\"string\"]}]}";
    answer = new ObjectMapper().writeValueAsString(Map.of("schema", union));
    assertNoRecord(wire(10, record()));
  }

  private void assertNoRecord(byte[] bytes) {
    assertThatThrownBy(() -> converter.toConnectData(TOPIC, bytes))
        .isInstanceOf(DataException.class);
  }

  private static GenericRecord record() {
    Schema part = SCHEMA.getField("parts").schema().getElementType();
    GenericRecord inner = new GenericData.Record(part);
    inner.put("n", 9);
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("text", "hello");
    record.put("number", 3);
    record.put("count", Long.MAX_VALUE);
    record.put("share", 0.5);
    record.put("yes", true);
    record.put("kind", new GenericData.EnumSymbol(SCHEMA.getField("kind").schema(), "B"));
    record.put("at", 1_700_000_000_123L);
    record.put("bytes", ByteBuffer.wrap(new byte[] {1, 2}));
    record.put("headers", Map.of("a", "b"));
    record.put("parts", List.of(inner));
    return record;
  }

  private static byte[] wire(int id, GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
