package dev.oncegate.testbed.simulate;

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
import dev.oncegate.serde.RecordNotReadableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Records as bytes, with no registry: a byte that names the schema, then Avro. */
final class Wire {
  static {
    TrustedSchemas.trust();
  }

  private static final List<Schema> SCHEMAS =
      List.of(
          ActionCommand.getClassSchema(),
          ActionOutcome.getClassSchema(),
          ControlCommand.getClassSchema(),
          ActionEffect.getClassSchema(),
          ActionResult.getClassSchema(),
          ConflictEvent.getClassSchema(),
          RunCallCounts.getClassSchema(),
          CircuitEvent.getClassSchema(),
          Escalation.getClassSchema());
  private static final List<SpecificDatumWriter<SpecificRecord>> WRITERS =
      SCHEMAS.stream().map(schema -> new SpecificDatumWriter<SpecificRecord>(schema)).toList();
  private static final List<SpecificDatumReader<SpecificRecord>> READERS =
      SCHEMAS.stream().map(schema -> new SpecificDatumReader<SpecificRecord>(schema)).toList();

  private Wire() {}

  static byte[] write(SpecificRecord record) {
    int number = SCHEMAS.indexOf(record.getSchema());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(number);
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      WRITERS.get(number).write(record, encoder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * @throws RecordNotReadableException where the bytes are no record
   */
  static @Nullable SpecificRecord read(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    if (bytes.length == 0 || bytes[0] < 0 || bytes[0] >= READERS.size()) {
      throw new RecordNotReadableException("no record: they do not begin with a schema's number");
    }
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, 1, bytes.length - 1, null);
    try {
      return READERS.get(bytes[0]).read(null, decoder);
    } catch (IOException | RuntimeException e) {
      throw new RecordNotReadableException("no record: " + e.getMessage());
    }
  }
}
