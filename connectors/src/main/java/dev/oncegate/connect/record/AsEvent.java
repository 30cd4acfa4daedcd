package dev.oncegate.connect.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;
import org.jspecify.annotations.Nullable;

/**
 * Makes a row of a record: a few of its fields as columns, and the whole of it as JSON in one more,
 * so that a field that a later version adds is in the table without a change to the table.
 *
 * <p>Times become text with a zone, as Debezium names it: its sink takes Connect's own timestamps
 * for local times of the worker's zone. The character NUL, which PostgreSQL takes neither in text
 * nor in jsonb, becomes U+FFFD: a tool or an agent that sends one must not bring the history to a
 * stop. Tombstones go on as they are.
 */
public final class AsEvent<R extends ConnectRecord<R>> implements Transformation<R> {
  /** The setting that chooses the columns. */
  public static final String COLUMNS = "columns";

  /** The setting that names the column of the JSON. */
  public static final String PAYLOAD = "payload";

  private static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              COLUMNS,
              Type.LIST,
              ConfigDef.NO_DEFAULT_VALUE,
              Importance.HIGH,
              "Columns and the fields they are taken from, as seq=run_seq; a field of a field as"
                  + " status=stored_outcome.status. A field that a record does not have is null.")
          .define(
              PAYLOAD,
              Type.STRING,
              "payload",
              Importance.MEDIUM,
              "Column that takes the whole record as JSON: times as ISO 8601, fields that are null"
                  + " left out.");

  /** What Debezium calls JSON, so that its sink writes json and jsonb; a string for all others. */
  private static final Schema JSON = SchemaBuilder.string().name("io.debezium.data.Json").build();

  private static final Schema TIME =
      SchemaBuilder.string().name("io.debezium.time.ZonedTimestamp").optional().build();

  /** A column, and the field of a field of … that it is taken from. */
  private record Column(String name, List<String> path) {}

  private List<Column> columns = List.of();
  private String payload = "";
  private @Nullable Schema lastIn;
  private @Nullable Schema lastOut;

  @Override
  public ConfigDef config() {
    return DEFINITION;
  }

  @Override
  public void configure(Map<String, ?> configs) {
    AbstractConfig config = new AbstractConfig(DEFINITION, configs, false);
    payload = config.getString(PAYLOAD);
    List<Column> parsed = new ArrayList<>();
    for (String column : config.getList(COLUMNS)) {
      String[] sides = column.split("=", -1);
      if (sides.length != 2 || sides[0].isBlank() || sides[1].isBlank()) {
        throw new ConfigException(COLUMNS, column, "expected is column=field");
      }
      parsed.add(new Column(sides[0].strip(), List.of(sides[1].strip().split("\\."))));
    }
    columns = parsed;
  }

  @Override
  public R apply(R record) {
    if (record.value() == null) {
      return record;
    }
    if (!(record.value() instanceof Struct in)) {
      throw new DataException(
          "the records of %s come without a schema: set value.converter to dev.oncegate.connect.record.GateRecordConverter"
              .formatted(record.topic()));
    }
    Schema schema = rowSchema(in.schema());
    Struct row = new Struct(schema);
    for (Column column : columns) {
      row.put(column.name(), RecordJson.column(valueOf(in, column.path())));
    }
    row.put(payload, RecordJson.of(in));
    return record.newRecord(
        record.topic(),
        record.kafkaPartition(),
        record.keySchema(),
        record.key(),
        schema,
        row,
        record.timestamp());
  }

  private Schema rowSchema(Schema in) {
    // Records of one schema come in long rows, and are all of the same instance.
    if (lastOut == null || lastIn != in) {
      SchemaBuilder out = SchemaBuilder.struct();
      columns.forEach(column -> out.field(column.name(), typeOf(in, column.path())));
      lastOut = out.field(payload, JSON).build();
      lastIn = in;
    }
    return lastOut;
  }

  /** Always optional: a writer's schema may leave out what has a default. */
  private static Schema typeOf(Schema in, List<String> path) {
    Schema type = in;
    for (String name : path) {
      Field field = type.type() == Schema.Type.STRUCT ? type.field(name) : null;
      if (field == null) {
        return Schema.OPTIONAL_STRING_SCHEMA;
      }
      type = field.schema();
    }
    if (Timestamp.LOGICAL_NAME.equals(type.name())) {
      return TIME;
    }
    return new SchemaBuilder(type.type())
        .name(type.name())
        .version(type.version())
        .optional()
        .build();
  }

  private static @Nullable Object valueOf(Struct in, List<String> path) {
    Object value = in;
    for (String name : path) {
      if (!(value instanceof Struct struct) || struct.schema().field(name) == null) {
        return null;
      }
      value = struct.get(name);
    }
    return value;
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
