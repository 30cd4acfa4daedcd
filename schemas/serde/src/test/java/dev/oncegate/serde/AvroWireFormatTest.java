package dev.oncegate.serde;

import static dev.oncegate.serde.Samples.TOPIC;
import static dev.oncegate.serde.Samples.command;
import static dev.oncegate.serde.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.serde.FakeRegistry.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AvroWireFormatTest {
  private final FakeRegistry registry = new FakeRegistry();

  @AfterEach
  void closeRegistry() {
    registry.close();
  }

  private AvroSerializer<SpecificRecord> serializer(String... keysAndValues) {
    AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();
    serializer.configure(settings(registry.url(), keysAndValues), false);
    return serializer;
  }

  private AvroDeserializer<SpecificRecord> deserializer(String... keysAndValues) {
    AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>();
    deserializer.configure(settings(registry.url(), keysAndValues), false);
    return deserializer;
  }

  /** A record as somebody else would write it. */
  private byte[] written(GenericRecord record) throws IOException {
    return written(registry.register(TOPIC + "-value", record.getSchema().toString()), record);
  }

  private static byte[] written(int id, GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  @Test
  void aRecordIsAZeroByteTheIdAndItsAvroBinary() {
    registry.register("x", "\"string\"");

    byte[] bytes =
        serializer()
            .serialize(TOPIC, ActionCommand.newBuilder().setRunId("r").setTool("t").build());

    assertThat(bytes)
        .containsExactly(
            0, 0, 0, 0, 20, // magic, id
            2, 'r', 0, 0, 2, 't', 6, '{', ' ', '}', 0, 0, 2, 0, 0, 0, 0, 0, 2, 0, 0);
  }

  @Test
  void whatIsWrittenIsReadWithTextAsString() {
    byte[] bytes = serializer().serialize(TOPIC, command());

    SpecificRecord read = deserializer().deserialize(TOPIC, bytes);

    assertThat(read).isEqualTo(command());
    assertThat(read.get(0)).isInstanceOf(String.class);
  }

  @Test
  void nullIsNullBothWays() {
    assertThat(serializer().serialize(TOPIC, null)).isNull();
    assertThat(deserializer().deserialize(TOPIC, null)).isNull();
    assertThat(registry.asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "TopicNameStrategy, false, agent.commands-value",
    "TopicNameStrategy, true, agent.commands-key",
    "RecordNameStrategy, false, dev.oncegate.schema.ActionCommand",
    "RecordNameStrategy, true, dev.oncegate.schema.ActionCommand",
    "TopicRecordNameStrategy, false, agent.commands-dev.oncegate.schema.ActionCommand",
    "TopicRecordNameStrategy, true, agent.commands-dev.oncegate.schema.ActionCommand"
  })
  void theSubjectFollowsItsStrategy(String strategy, boolean isKey, String subject) {
    String key = (isKey ? "key" : "value") + ".subject.name.strategy";
    Map<String, Object> settings = settings(registry.url(), key, strategy);
    AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>();
    serializer.configure(settings, isKey);
    AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>();
    deserializer.configure(settings, isKey);

    assertThat(deserializer.deserialize(TOPIC, serializer.serialize(TOPIC, command())))
        .isEqualTo(command());

    String hint = strategy.equals("TopicNameStrategy") ? subject : "";
    assertThat(registry.asked())
        .containsExactly(
            "POST /subjects/" + subject + "/versions?normalize=false",
            "GET /schemas/ids/7?fetchMaxId=false&subject=" + hint);
  }

  @Test
  void aPreparedSchemaIsWrittenWhileTheRegistryIsDown() throws InterruptedException {
    AvroSerializer<SpecificRecord> serializer = serializer("max.retries", "0");
    serializer.prepare(TOPIC, ActionCommand.getClassSchema());
    registry.down();

    assertThat(serializer.serialize(TOPIC, command())).startsWith(0, 0, 0, 0, 7);
    assertThatThrownBy(() -> serializer.serialize("other", command()))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void aRecordThatCannotBeWrittenLeavesNothingBehind() {
    AvroSerializer<SpecificRecord> serializer = serializer();
    byte[] whole = serializer.serialize(TOPIC, command());
    ActionCommand broken = command();
    broken.put("args", null);

    assertThatThrownBy(() -> serializer.serialize(TOPIC, broken))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("dev.oncegate.schema.ActionCommand");

    assertThat(serializer.serialize(TOPIC, command())).isEqualTo(whole);
  }

  @Test
  void anOlderAndANewerWriterAreRead() throws IOException {
    Schema older =
        SchemaBuilder.record("ActionCommand")
            .namespace("dev.oncegate.schema")
            .fields()
            .requiredString("run_id")
            .requiredString("tool")
            .endRecord();
    Schema newer =
        SchemaBuilder.record("ActionCommand")
            .namespace("dev.oncegate.schema")
            .fields()
            .requiredString("run_id")
            .requiredString("tool")
            .name("future")
            .type()
            .array()
            .items()
            .stringType()
            .noDefault()
            .name("side_effect_class")
            .type()
            .enumeration("SideEffectClass")
            .symbols("READ", "NUCLEAR")
            .noDefault()
            .endRecord();
    AvroDeserializer<SpecificRecord> deserializer = deserializer();

    ActionCommand fromOlder =
        (ActionCommand)
            deserializer.deserialize(
                TOPIC,
                written(
                    new GenericRecordBuilder(older).set("run_id", "r").set("tool", "t").build()));
    ActionCommand fromNewer =
        (ActionCommand)
            deserializer.deserialize(
                TOPIC,
                written(
                    new GenericRecordBuilder(newer)
                        .set("run_id", "r")
                        .set("tool", "t")
                        .set("future", List.of("x", "y"))
                        .set(
                            "side_effect_class",
                            new GenericData.EnumSymbol(
                                newer.getField("side_effect_class").schema(), "NUCLEAR"))
                        .build()));

    assertThat(fromOlder).isEqualTo(ActionCommand.newBuilder().setRunId("r").setTool("t").build());
    assertThat(fromNewer).isEqualTo(fromOlder);
    assertThat(fromNewer.getSideEffectClass()).isEqualTo(SideEffectClass.WRITE);
  }

  @Test
  void bytesThatAreNoWireFormatAreToldApart() {
    AvroDeserializer<SpecificRecord> deserializer = deserializer();

    assertThatThrownBy(() -> deserializer.deserialize(TOPIC, "{\"run_id\":1}".getBytes()))
        .isInstanceOf(RecordNotReadableException.class)
        .hasMessage("The first byte is 0x7b; 0x00 is expected.");
    for (int length = 0; length < 5; length++) {
      byte[] tooShort = new byte[length];
      assertThatThrownBy(() -> deserializer.deserialize(TOPIC, tooShort))
          .isInstanceOf(RecordNotReadableException.class)
          .hasMessage("%d bytes are too short for the wire format.".formatted(length));
    }
    assertThat(registry.asked()).isEmpty();
  }

  @Test
  void anUnknownIdIsNotReadableAndAskedForAgain() {
    AvroDeserializer<SpecificRecord> deserializer = deserializer();
    byte[] ahead = {0, 0, 0, 0, 7, 2, 'r', 2, 't'};

    assertThatThrownBy(() -> deserializer.deserialize(TOPIC, ahead))
        .isInstanceOf(RecordNotReadableException.class)
        .hasMessageContaining("The registry has no Avro schema 7");
    registry.register(
        TOPIC + "-value",
        SchemaBuilder.record("ActionCommand")
            .namespace("dev.oncegate.schema")
            .fields()
            .requiredString("run_id")
            .requiredString("tool")
            .endRecord()
            .toString());

    assertThat(deserializer.deserialize(TOPIC, ahead)).isInstanceOf(ActionCommand.class);
  }

  @ParameterizedTest
  @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aRegistryInTroubleNeverMakesARecordUnreadable(Fault fault) {
    byte[] bytes = serializer().serialize(TOPIC, command());
    AvroDeserializer<SpecificRecord> deserializer =
        deserializer("max.retries", "0", "http.read.timeout.ms", "100");
    registry.fail(fault);

    assertThatThrownBy(() -> deserializer.deserialize(TOPIC, bytes))
        .isInstanceOfAny(RegistryUnavailableException.class, RegistryException.class);
    registry.fail(Fault.NONE);
    assertThat(deserializer.deserialize(TOPIC, bytes)).isEqualTo(command());

    registry.down();
    assertThat(deserializer.deserialize(TOPIC, bytes)).isEqualTo(command());
    assertThatThrownBy(() -> deserializer("max.retries", "0").deserialize(TOPIC, bytes))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  @Test
  void schemasThatAreNoneOfOursAreNotReadable() {
    AvroDeserializer<SpecificRecord> deserializer = deserializer();
    JsonNodeFactory json = JsonNodeFactory.instance;
    List<Integer> ids =
        List.of(
            registry.register("a", "\"string\""),
            registry.register("b", SchemaBuilder.record("Other").fields().endRecord().toString()),
            registry.register(
                "c", SchemaBuilder.record("java.lang.String").fields().endRecord().toString()),
            registry.register("d", "no schema"),
            registry.register("e", "[".repeat(100_000)),
            registry.register("f", SideEffectClass.getClassSchema().toString()),
            registry.register(
                "g", json.objectNode().put("schema", "{}").put("schemaType", "JSON")));

    for (int id : ids) {
      byte[] bytes = ByteBuffer.allocate(6).put((byte) 0).putInt(id).array();
      assertThatThrownBy(() -> deserializer.deserialize(TOPIC, bytes))
          .isInstanceOf(RecordNotReadableException.class);
    }
  }

  @Test
  void manyThreadsShareOneSerializerAndOneDeserializer() throws Exception {
    AvroSerializer<SpecificRecord> serializer = serializer();
    AvroDeserializer<SpecificRecord> deserializer = deserializer();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        String run = "run-" + thread;
        done.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 500; i++) {
                    SpecificRecord record =
                        i % 2 == 0
                            ? ActionCommand.newBuilder(command())
                                .setRunId(run)
                                .setAttemptNumber(i)
                                .build()
                            : ControlCommand.newBuilder().setRunId(run).build();
                    assertThat(deserializer.deserialize(TOPIC, serializer.serialize(TOPIC, record)))
                        .isEqualTo(record);
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get(30, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
