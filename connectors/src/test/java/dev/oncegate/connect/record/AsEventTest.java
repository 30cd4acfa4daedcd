package dev.oncegate.connect.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AsEventTest {
  private static final Schema OUTCOME =
      SchemaBuilder.struct().optional().field("status", Schema.STRING_SCHEMA).build();
  private static final Schema RECORD =
      SchemaBuilder.struct()
          .field("run", Schema.STRING_SCHEMA)
          .field("seq", Schema.INT64_SCHEMA)
          .field("at", Timestamp.SCHEMA)
          .field("outcome", OUTCOME)
          .field("tags", SchemaBuilder.array(Schema.STRING_SCHEMA).build())
          .field("note", Schema.OPTIONAL_STRING_SCHEMA)
          .build();

  private final AsEvent<SinkRecord> transformation = new AsEvent<>();

  @Test
  void theColumnsAreTakenFromTheFieldsAndTheRestIsInThePayload() {
    configure("id=run,n=seq,ts=at,status=outcome.status,missing=nowhere.at");
    Struct row = (Struct) transformation.apply(record(aRecord("r"))).value();
    assertThat(row.getString("id")).isEqualTo("r");
    assertThat(row.getInt64("n")).isEqualTo(7);
    assertThat(row.getString("ts")).isEqualTo("2026-01-31T12:00:00.005Z");
    assertThat(row.schema().field("ts").schema().name())
        .isEqualTo("io.debezium.time.ZonedTimestamp");
    assertThat(row.getString("status")).isEqualTo("SUCCEEDED");
    assertThat(row.getString("missing")).isNull();
    assertThat(row.schema().field("payload").schema().name()).isEqualTo("io.debezium.data.Json");
    assertThat(row.getString("payload"))
        .isEqualTo(
            "{\"run\":\"r\",\"seq\":7,\"at\":\"2026-01-31T12:00:00.005Z\","
                + "\"outcome\":{\"status\":\"SUCCEEDED\"},\"tags\":[\"a\",\"\uFFFD\"]}");
    assertThat(row.schema().fields())
        .extracting(field -> field.name())
        .containsExactly("id", "n", "ts", "status", "missing", "payload");
  }

  @Test
  void aNulNeitherReachesAColumnNorThePayload() {
    configure("id=run");
    Struct row = (Struct) transformation.apply(record(aRecord("r\0"))).value();
    assertThat(row.getString("id")).isEqualTo("r\uFFFD");
    assertThat(row.getString("payload")).contains("\"run\":\"r\uFFFD\"");
  }

  @Test
  void whatIsNotNullMayBeNullInARow() {
    configure("status=outcome.status");
    Struct pending = aRecord("r").put("outcome", null);
    Struct row = (Struct) transformation.apply(record(pending)).value();
    assertThat(row.getString("status")).isNull();
  }

  @Test
  void tombstonesGoOnAsTheyAre() {
    configure("id=run");
    SinkRecord tombstone = record(null);
    assertThat(transformation.apply(tombstone)).isSameAs(tombstone);
  }

  @Test
  void recordsWithoutASchemaAreRefusedWithTheRemedy() {
    configure("id=run");
    SinkRecord bytes = new SinkRecord("t", 0, null, "k", null, Map.of("run", "r"), 3);
    assertThatThrownBy(() -> transformation.apply(bytes))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "set value.converter to dev.oncegate.connect.record.GateRecordConverter");
  }

  @Test
  void aColumnWithoutAFieldIsRefused() {
    assertThatThrownBy(() -> configure("id=run,seq"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("seq")
        .hasMessageContaining("column=field");
  }

  private void configure(String columns) {
    transformation.configure(Map.of("columns", columns));
  }

  private static Struct aRecord(String run) {
    return new Struct(RECORD)
        .put("run", run)
        .put("seq", 7L)
        .put("at", Date.from(Instant.parse("2026-01-31T12:00:00.005Z")))
        .put("outcome", new Struct(OUTCOME).put("status", "SUCCEEDED"))
        .put("tags", List.of("a", "\0"));
  }

  private static SinkRecord record(@Nullable Struct value) {
    return new SinkRecord(
        "t", 0, Schema.STRING_SCHEMA, "k", value == null ? null : value.schema(), value, 3);
  }
}
