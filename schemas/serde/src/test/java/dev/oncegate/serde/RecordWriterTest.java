package dev.oncegate.serde;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.TrustedSchemas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordWriterTest {
  private final Random random = new Random(7);

  static List<Schema> schemasOfTheGate() {
    TrustedSchemas.trust();
    return List.of(
        ActionCommand.getClassSchema(),
        ActionEffect.getClassSchema(),
        ActionOutcome.getClassSchema(),
        ActionResult.getClassSchema(),
        CircuitEvent.getClassSchema(),
        ConflictEvent.getClassSchema(),
        ControlCommand.getClassSchema(),
        Escalation.getClassSchema(),
        RunCallCounts.getClassSchema());
  }

  @ParameterizedTest
  @MethodSource("schemasOfTheGate")
  void writesWhatAvrosOwnWriterWrites(Schema schema) throws IOException {
    DatumWriter<SpecificRecord> ours = RecordWriter.of(schema);
    assertThat(ours).isInstanceOf(RecordWriter.class);
    for (int i = 0; i < 500; i++) {
      SpecificRecord record = (SpecificRecord) any(schema);
      assertThat(bytes(ours, record)).isEqualTo(bytes(new SpecificDatumWriter<>(schema), record));
    }
  }

  @Test
  void aSchemaWithOtherTypesIsLeftToAvro() {
    for (String type :
        List.of(
            "\"bytes\"",
            "\"double\"",
            "{\"type\":\"map\",\"values\":\"int\"}",
            "[\"null\",\"int\",\"long\"]",
            "{\"type\":\"int\",\"logicalType\":\"date\"}",
            "\"string\"",
            "[\"null\",\"R\"]")) {
      Schema schema =
          new Schema.Parser()
              .parse(
                  "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":%s}]}"
                      .formatted(type));
      assertThat(RecordWriter.of(schema)).as(type).isInstanceOf(SpecificDatumWriter.class);
    }
  }

  private Object any(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> {
        SpecificRecord record =
            (SpecificRecord) SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
        schema.getFields().forEach(field -> record.put(field.pos(), any(field.schema())));
        yield record;
      }
      case UNION -> random.nextBoolean() ? null : any(schema.getTypes().get(1));
      case ENUM -> {
        List<String> symbols = schema.getEnumSymbols();
        yield SpecificData.get().createEnum(symbols.get(random.nextInt(symbols.size())), schema);
      }
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
          list.add(any(schema.getElementType()));
        }
        yield list;
      }
      case STRING ->
          random
              .ints(random.nextInt(20), 32, 0xD7FF)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      case LONG ->
          schema.getLogicalType() == null
              ? random.nextLong()
              : Instant.ofEpochMilli(random.nextInt());
      case INT -> random.nextInt();
      case BOOLEAN -> random.nextBoolean();
      default -> throw new IllegalStateException(schema.toString());
    };
  }

  private static byte[] bytes(DatumWriter<SpecificRecord> writer, SpecificRecord record)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    writer.write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
