package dev.oncegate.gate;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.RunCallCounts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/** Confluent's wire format with fixed schema ids: the gate's logic is tested without a registry. */
final class Wire {
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

  private Wire() {}

  static int idOf(Schema schema) {
    return SCHEMAS.indexOf(schema) + 1;
  }

  static byte[] write(SpecificRecord record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(idOf(record.getSchema())).array());
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    try {
      new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static SpecificRecord read(byte[] bytes) {
    int id = ByteBuffer.wrap(bytes, 1, 4).getInt();
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null);
    try {
      return new SpecificDatumReader<SpecificRecord>(SCHEMAS.get(id - 1)).read(null, decoder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
