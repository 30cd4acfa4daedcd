package dev.oncegate.serde;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.Encoder;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of one schema as Avro's {@link SpecificDatumWriter} does, several times as
 * fast: which conversion a field needs and which branch of a union it takes is found out once for
 * the schema, not again for each value.
 *
 * <p>Knows the types that our schemas use; {@link #of} gives Avro's own writer for a schema with
 * others.
 */
final class RecordWriter implements DatumWriter<SpecificRecord> {
  private final Part[] fields;

  private RecordWriter(Part[] fields) {
    this.fields = fields;
  }

  /** Writes one value. */
  private interface Part {
    void write(Object value, Encoder out) throws IOException;
  }

  /** The fastest writer for a schema. */
  static DatumWriter<SpecificRecord> of(Schema schema) {
    return isKnown(schema, new HashSet<>()) ? record(schema) : new SpecificDatumWriter<>(schema);
  }

  /** Whether all types are known and no record is within itself. */
  private static boolean isKnown(Schema schema, Set<String> around) {
    return switch (schema.getType()) {
      case STRING -> "String".equals(schema.getProp("avro.java.string"));
      case LONG ->
          schema.getLogicalType() == null
              || schema.getLogicalType() instanceof LogicalTypes.TimestampMillis;
      case INT -> schema.getLogicalType() == null;
      case BOOLEAN, ENUM -> true;
      case ARRAY -> isKnown(schema.getElementType(), around);
      case UNION -> optional(schema) != null && isKnown(optional(schema), around);
      case RECORD -> {
        if (!around.add(schema.getFullName())) {
          yield false;
        }
        boolean known =
            schema.getFields().stream().allMatch(field -> isKnown(field.schema(), around));
        around.remove(schema.getFullName());
        yield known;
      }
      default -> false;
    };
  }

  /** The other branch of a union of null and one more; null where the union is another. */
  private static @Nullable Schema optional(Schema union) {
    List<Schema> types = union.getTypes();
    if (types.size() != 2 || types.get(0).getType() == types.get(1).getType()) {
      return null;
    }
    if (types.get(0).getType() == Schema.Type.NULL) {
      return types.get(1);
    }
    return types.get(1).getType() == Schema.Type.NULL ? types.get(0) : null;
  }

  private static RecordWriter record(Schema schema) {
    return new RecordWriter(
        schema.getFields().stream().map(field -> part(field.schema())).toArray(Part[]::new));
  }

  private static Part part(Schema schema) {
    return switch (schema.getType()) {
      case STRING -> (value, out) -> out.writeString((String) value);
      case INT -> (value, out) -> out.writeInt((int) value);
      case LONG ->
          schema.getLogicalType() == null
              ? (value, out) -> out.writeLong((long) value)
              : (value, out) -> out.writeLong(((Instant) value).toEpochMilli());
      case BOOLEAN -> (value, out) -> out.writeBoolean((boolean) value);
      // Avro generates enums with their symbols in the schema's order.
      case ENUM -> (value, out) -> out.writeEnum(((Enum<?>) value).ordinal());
      case ARRAY -> array(part(schema.getElementType()));
      case UNION -> union(schema);
      case RECORD -> {
        RecordWriter writer = record(schema);
        yield (value, out) -> writer.write((SpecificRecord) value, out);
      }
      default -> throw new IllegalArgumentException("not known: " + schema);
    };
  }

  private static Part array(Part element) {
    return (value, out) -> {
      List<?> list = (List<?>) value;
      out.writeArrayStart();
      out.setItemCount(list.size());
      for (Object each : list) {
        out.startItem();
        element.write(each, out);
      }
      out.writeArrayEnd();
    };
  }

  private static Part union(Schema schema) {
    int nullIndex = schema.getTypes().get(0).getType() == Schema.Type.NULL ? 0 : 1;
    Part other = part(schema.getTypes().get(1 - nullIndex));
    return (value, out) -> {
      if (value == null) {
        out.writeIndex(nullIndex);
      } else {
        out.writeIndex(1 - nullIndex);
        other.write(value, out);
      }
    };
  }

  @Override
  public void setSchema(Schema schema) {
    throw new IllegalStateException("a writer is of one schema");
  }

  @Override
  public void write(SpecificRecord record, Encoder out) throws IOException {
    for (int i = 0; i < fields.length; i++) {
      fields[i].write(record.get(i), out);
    }
  }
}
