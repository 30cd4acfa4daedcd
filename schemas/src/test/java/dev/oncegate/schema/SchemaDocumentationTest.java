package dev.oncegate.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaDocumentationTest {

  static List<Schema> namedTypes() {
    Map<String, Schema> found = new LinkedHashMap<>();
    ReleasedSchemas.current().forEach(schema -> collect(schema, found));
    return List.copyOf(found.values());
  }

  @ParameterizedTest
  @MethodSource("namedTypes")
  void everyTypeSaysWhatItIs(Schema schema) {
    assertThat(schema.getDoc()).as(schema.getName()).isNotBlank();
  }

  @ParameterizedTest
  @MethodSource("namedTypes")
  void everyFieldSaysWhatItIs(Schema schema) {
    if (schema.getType() == Schema.Type.RECORD) {
      assertThat(schema.getFields())
          .isNotEmpty()
          .allSatisfy(
              field ->
                  assertThat(field.doc()).as("%s.%s", schema.getName(), field.name()).isNotBlank());
    }
  }

  @ParameterizedTest
  @MethodSource("namedTypes")
  void everyEnumHasADefaultSoThatOldReadersSurviveNewSymbols(Schema schema) {
    if (schema.getType() == Schema.Type.ENUM) {
      assertThat(schema.getEnumDefault()).as(schema.getName()).isIn(schema.getEnumSymbols());
    }
  }

  @ParameterizedTest
  @MethodSource("namedTypes")
  void everyTimestampSaysItsUnit(Schema schema) {
    if (schema.getType() == Schema.Type.RECORD) {
      assertThat(schema.getFields())
          .filteredOn(field -> isTimestamp(field.schema()))
          .allSatisfy(
              field ->
                  assertThat(field.doc())
                      .as("%s.%s", schema.getName(), field.name())
                      .contains("milliseconds since the epoch"));
    }
  }

  @Test
  void everyFileOfTheSourceFolderIsUsedByARecordOfATopic() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src", "main", "avro"))) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".avsc", "")))
          .containsExactlyInAnyOrderElementsOf(namedTypes().stream().map(Schema::getName).toList());
    }
  }

  private static boolean isTimestamp(Schema schema) {
    return schema.isUnion()
        ? schema.getTypes().stream().anyMatch(SchemaDocumentationTest::isTimestamp)
        : schema.getType() == Schema.Type.LONG && schema.getLogicalType() != null;
  }

  private static void collect(Schema schema, Map<String, Schema> found) {
    switch (schema.getType()) {
      case RECORD -> {
        if (found.putIfAbsent(schema.getFullName(), schema) == null) {
          schema.getFields().forEach(field -> collect(field.schema(), found));
        }
      }
      case ENUM -> found.putIfAbsent(schema.getFullName(), schema);
      case ARRAY -> collect(schema.getElementType(), found);
      case MAP -> collect(schema.getValueType(), found);
      case UNION -> schema.getTypes().forEach(member -> collect(member, found));
      default -> {}
    }
  }
}
