package dev.oncegate.connect.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema.Type;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Avro as Connect knows data: enums as text, times in milliseconds as Connect's timestamps. Of
 * unions it has those that make something optional; our schemas have no others.
 */
final class ConnectData {
  private ConnectData() {}

  static Schema schema(org.apache.avro.Schema avro) {
    return builder(avro).build();
  }

  private static SchemaBuilder builder(org.apache.avro.Schema avro) {
    return switch (avro.getType()) {
      case RECORD -> struct(avro);
      case UNION -> builder(branch(avro)).optional();
      case ARRAY -> SchemaBuilder.array(schema(avro.getElementType()));
      case MAP -> SchemaBuilder.map(Schema.STRING_SCHEMA, schema(avro.getValueType()));
      case STRING, ENUM -> SchemaBuilder.string();
      case INT -> SchemaBuilder.int32();
      case LONG -> isTime(avro) ? Timestamp.builder() : SchemaBuilder.int64();
      case FLOAT -> SchemaBuilder.float32();
      case DOUBLE -> SchemaBuilder.float64();
      case BOOLEAN -> SchemaBuilder.bool();
      case BYTES, FIXED -> SchemaBuilder.bytes();
      case NULL -> throw new DataException("a field that is always null has no type in Connect");
    };
  }

  private static SchemaBuilder struct(org.apache.avro.Schema avro) {
    SchemaBuilder struct = SchemaBuilder.struct().name(avro.getFullName());
    avro.getFields().forEach(field -> struct.field(field.name(), schema(field.schema())));
    return struct;
  }

  private static boolean isTime(org.apache.avro.Schema avro) {
    return avro.getLogicalType() instanceof LogicalTypes.TimestampMillis;
  }

  /** What a union is where it is not null. */
  private static org.apache.avro.Schema branch(org.apache.avro.Schema union) {
    List<org.apache.avro.Schema> branches =
        union.getTypes().stream().filter(type -> type.getType() != Type.NULL).toList();
    if (branches.size() != 1 || union.getTypes().size() != 2) {
      throw new DataException("only unions of null and one type are known, not " + union);
    }
    return branches.get(0);
  }

  /**
   * @param avro the schema of the value
   * @param schema what {@link #schema} made of it
   */
  static @Nullable Object value(
      org.apache.avro.Schema avro, Schema schema, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (avro.getType()) {
      case RECORD -> struct(avro, schema, (IndexedRecord) value);
      case UNION -> value(branch(avro), schema, value);
      case ARRAY -> list(avro.getElementType(), schema.valueSchema(), (Collection<?>) value);
      case MAP -> map(avro.getValueType(), schema.valueSchema(), (Map<?, ?>) value);
      case STRING, ENUM -> value.toString();
      case LONG -> isTime(avro) ? new Date((Long) value) : value;
      case FIXED -> ByteBuffer.wrap(((GenericFixed) value).bytes());
      case BYTES, INT, FLOAT, DOUBLE, BOOLEAN, NULL -> value;
    };
  }

  private static Struct struct(org.apache.avro.Schema avro, Schema schema, IndexedRecord record) {
    Struct struct = new Struct(schema);
    for (org.apache.avro.Schema.Field field : avro.getFields()) {
      Schema type = schema.field(field.name()).schema();
      struct.put(field.name(), value(field.schema(), type, record.get(field.pos())));
    }
    return struct;
  }

  private static List<@Nullable Object> list(
      org.apache.avro.Schema avro, Schema schema, Collection<?> values) {
    List<@Nullable Object> list = new ArrayList<>(values.size());
    values.forEach(value -> list.add(value(avro, schema, value)));
    return list;
  }

  private static Map<String, @Nullable Object> map(
      org.apache.avro.Schema avro, Schema schema, Map<?, ?> values) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    values.forEach((key, value) -> map.put(key.toString(), value(avro, schema, value)));
    return map;
  }
}
