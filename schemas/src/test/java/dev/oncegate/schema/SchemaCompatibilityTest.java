package dev.oncegate.schema;

import static org.apache.avro.SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaPairCompatibility;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** FULL_TRANSITIVE: whoever was built with any release reads what any other release writes. */
class SchemaCompatibilityTest {

  static List<Schema> current() {
    return ReleasedSchemas.current();
  }

  @ParameterizedTest
  @MethodSource("current")
  void readsAndIsReadByEveryReleasedVersion(Schema schema) {
    List<Schema> releases = ReleasedSchemas.releasesOf(schema);
    assertThat(releases).as("releases of %s", schema.getName()).isNotEmpty();
    List<String> problems = new ArrayList<>();
    for (Schema released : releases) {
      problems.addAll(problemsBetween(schema, released));
    }
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("current")
  void everyReleaseReadsEveryOther(Schema schema) {
    List<Schema> releases = ReleasedSchemas.releasesOf(schema);
    List<String> problems = new ArrayList<>();
    for (Schema one : releases) {
      for (Schema other : releases) {
        problems.addAll(problemsBetween(one, other));
      }
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void everyReleaseHasOneSelfContainedFileForEachOfItsRecords() {
    List<Path> versions = ReleasedSchemas.versions();
    assertThat(versions).isNotEmpty();
    for (Path version : versions) {
      assertThat(ReleasedSchemas.filesOf(version))
          .as(version.toString())
          .isNotEmpty()
          .allSatisfy(
              file -> {
                Schema schema = ReleasedSchemas.read(file);
                assertThat(file).hasFileName(schema.getName() + ".avsc");
                assertThat(schema.getNamespace()).isEqualTo("dev.oncegate.schema");
              });
    }
  }

  @Test
  void noReleasedRecordWasDropped() {
    List<String> names = current().stream().map(Schema::getName).toList();
    Stream<String> released =
        ReleasedSchemas.versions().stream()
            .flatMap(version -> ReleasedSchemas.filesOf(version).stream())
            .map(file -> ReleasedSchemas.read(file).getName())
            .distinct();
    assertThat(names).containsAll(released.toList());
  }

  @Test
  void theFirstReleaseHasAllTenRecords() {
    Path first = ReleasedSchemas.FOLDER.resolve("0.1.0");
    assertThat(ReleasedSchemas.filesOf(first))
        .extracting(file -> file.getFileName().toString())
        .containsExactlyInAnyOrder(
            "ActionCommand.avsc",
            "ActionEffect.avsc",
            "ActionOutcome.avsc",
            "ActionResult.avsc",
            "ConflictEvent.avsc",
            "RunCallCounts.avsc",
            "CircuitEvent.avsc",
            "ControlCommand.avsc",
            "Escalation.avsc",
            "ActionExecution.avsc");
  }

  @Test
  void aFieldAddedWithoutADefaultIsDetected() {
    Schema broken =
        changed(
            ActionCommand.SCHEMA$,
            "\"fields\":[",
            "\"fields\":[{\"name\":\"new\",\"type\":\"string\"},");
    assertThat(problemsBetween(broken, ActionCommand.SCHEMA$))
        .singleElement()
        .asString()
        .contains("READER_FIELD_MISSING_DEFAULT_VALUE", "new");
  }

  @Test
  void aFieldRemovedThatHadNoDefaultIsDetected() {
    Schema released = ActionEffect.SCHEMA$;
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : released.getFields()) {
      if (!field.name().equals("args_hash")) {
        fields.add(new Schema.Field(field, field.schema()));
      }
    }
    Schema broken =
        Schema.createRecord(
            released.getName(), released.getDoc(), released.getNamespace(), false, fields);
    assertThat(problemsBetween(broken, released))
        .singleElement()
        .asString()
        .contains("READER_FIELD_MISSING_DEFAULT_VALUE", "args_hash");
  }

  @Test
  void aFieldOfAnotherTypeIsDetected() {
    Schema broken =
        changed(
            ActionEffect.SCHEMA$,
            "\"name\":\"attempt\",\"type\":\"int\"",
            "\"name\":\"attempt\",\"type\":\"string\"");
    assertThat(problemsBetween(broken, ActionEffect.SCHEMA$)).asString().contains("TYPE_MISMATCH");
  }

  @Test
  void aSymbolAddedToAnEnumWithoutADefaultIsDetected() {
    String withDefault = "\"DESTRUCTIVE\"],\"default\":\"WRITE\"";
    Schema careless = changed(ActionCommand.SCHEMA$, withDefault, "\"DESTRUCTIVE\"]");
    Schema broken = changed(ActionCommand.SCHEMA$, withDefault, "\"DESTRUCTIVE\",\"PURGE\"]");
    assertThat(problemsBetween(broken, careless))
        .asString()
        .contains("MISSING_ENUM_SYMBOLS", "PURGE");
  }

  @Test
  void anOlderReaderSurvivesASymbolItDoesNotKnow() throws IOException {
    Schema newer =
        changed(
            ActionCommand.SCHEMA$,
            "\"DESTRUCTIVE\"],\"default\"",
            "\"DESTRUCTIVE\",\"PURGE\"],\"default\"");
    assertThat(problemsBetween(newer, ActionCommand.SCHEMA$)).isEmpty();
    GenericRecord written =
        new GenericRecordBuilder(newer)
            .set("run_id", "run-1")
            .set("tool", "drop")
            .set(
                "side_effect_class",
                new GenericData.EnumSymbol(newer.getField("side_effect_class").schema(), "PURGE"))
            .build();
    Schema oldest = ReleasedSchemas.releasesOf(ActionCommand.SCHEMA$).get(0);
    GenericRecord read = decode(encode(written, newer), newer, oldest);
    assertThat(read.get("side_effect_class")).hasToString("WRITE");
    assertThat(read.get("run_id")).hasToString("run-1");
    assertThat(read.get("tool")).hasToString("drop");
  }

  @Test
  void anOlderReaderSurvivesADecisionItDoesNotKnow() {
    Schema newer =
        changed(
            ActionResult.SCHEMA$,
            "\"CONFIRMATION_REQUIRED\",",
            "\"CONFIRMATION_REQUIRED\",\"DEFERRED\",");
    assertThat(problemsBetween(newer, ActionResult.SCHEMA$)).isEmpty();
  }

  private static List<String> problemsBetween(Schema one, Schema other) {
    return Stream.of(
            SchemaCompatibility.checkReaderWriterCompatibility(one, other),
            SchemaCompatibility.checkReaderWriterCompatibility(other, one))
        .filter(pair -> pair.getType() != COMPATIBLE)
        .map(SchemaCompatibilityTest::described)
        .toList();
  }

  private static String described(SchemaPairCompatibility pair) {
    return pair.getReader().getName() + ": " + pair.getResult().getIncompatibilities();
  }

  private static Schema changed(Schema schema, String what, String by) {
    String json = schema.toString();
    assertThat(json).contains(what);
    return new Schema.Parser().parse(json.replace(what, by));
  }

  private static byte[] encode(GenericRecord datum, Schema schema) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(datum, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private static GenericRecord decode(byte[] bytes, Schema writer, Schema reader)
      throws IOException {
    return new GenericDatumReader<GenericRecord>(writer, reader)
        .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
  }
}
