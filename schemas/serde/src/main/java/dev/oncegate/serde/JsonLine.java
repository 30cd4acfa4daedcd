package dev.oncegate.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.oncegate.schema.TrustedSchemas;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a record of a schema from a line of JSON: names as in the schema; absent fields take their
 * defaults.
 *
 * <p>Arguments and results given as an object are taken as they are written, character by
 * character: what a number or a duplicate name in them means is for the gate to judge, not for a
 * JSON library on the way.
 */
public final class JsonLine {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Text fields that may be given as an object. */
  private static final Set<String> JSON_TEXTS = Set.of("args", "result");

  private final String line;
  private final JsonParser in;

  private JsonLine(String line, JsonParser in) {
    this.line = line;
    this.in = in;
  }

  /**
   * The record of a line.
   *
   * @param schema of a generated class
   * @throws IllegalArgumentException saying what is wrong, naming the field
   */
  public static SpecificRecord read(Schema schema, String line) {
    TrustedSchemas.trust();
    try (JsonParser in = JSON.createParser(line)) {
      in.nextToken();
      SpecificRecord record = new JsonLine(line, in).record("", schema);
      if (in.nextToken() != null) {
        throw new IllegalArgumentException("nothing may follow the object");
      }
      return record;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalStateException("a string cannot fail to be read", e);
    }
  }

  private SpecificRecord record(String path, Schema schema) throws IOException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw path.isEmpty()
          ? new IllegalArgumentException("a JSON object is expected")
          : wrong(path, "an object");
    }
    SpecificRecord record =
        (SpecificRecord) SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
    boolean[] given = new boolean[schema.getFields().size()];
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      Schema.Field field = schema.getField(name);
      if (field == null) {
        throw new IllegalArgumentException(
            "%s is no field of %s; there are %s"
                .formatted(path + name, schema.getName(), names(schema)));
      }
      in.nextToken();
      if (in.currentToken() != JsonToken.VALUE_NULL) {
        record.put(field.pos(), value(path + name, name, field.schema()));
        given[field.pos()] = true;
      }
    }
    for (Schema.Field field : schema.getFields()) {
      if (!given[field.pos()]) {
        record.put(field.pos(), defaultOf(path, field));
      }
    }
    return record;
  }

  private static @Nullable Object defaultOf(String path, Schema.Field field) {
    if (!field.hasDefaultValue()) {
      throw new IllegalArgumentException(path + field.name() + " is missing");
    }
    return SpecificData.get().deepCopy(field.schema(), SpecificData.get().getDefaultValue(field));
  }

  private Object value(String path, String name, Schema schema) throws IOException {
    return switch (schema.getType()) {
      case UNION -> value(path, name, withoutNull(schema));
      case RECORD -> record(path + ".", schema);
      case ENUM -> symbol(path, schema);
      case BOOLEAN -> bool(path);
      case INT -> integer(path);
      case LONG ->
          schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
              ? time(path)
              : number(path);
      case STRING -> JSON_TEXTS.contains(name) ? text(path, true) : text(path, false);
      default ->
          throw new IllegalStateException(
              "no command, outcome or control has a field of type " + schema);
    };
  }

  private static Schema withoutNull(Schema union) {
    return union.getTypes().stream()
        .filter(type -> type.getType() != Schema.Type.NULL)
        .findFirst()
        .orElseThrow();
  }

  private String text(String path, boolean mayBeAnObject) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      return in.getText();
    }
    if (!mayBeAnObject || in.currentToken() != JsonToken.START_OBJECT) {
      throw wrong(path, mayBeAnObject ? "a JSON object, or its text," : "text");
    }
    int start = (int) in.currentTokenLocation().getCharOffset();
    in.skipChildren();
    return line.substring(start, (int) in.currentLocation().getCharOffset());
  }

  private boolean bool(String path) throws IOException {
    if (!in.currentToken().isBoolean()) {
      throw wrong(path, "true or false");
    }
    return in.getBooleanValue();
  }

  private long number(String path) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_NUMBER_INT
        || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw wrong(path, "a whole number of 64 bits");
    }
    return in.getLongValue();
  }

  private int integer(String path) throws IOException {
    long number = number(path);
    if (number != (int) number) {
      throw wrong(path, "a whole number of 32 bits");
    }
    return (int) number;
  }

  private Instant time(String path) throws IOException {
    try {
      return in.currentToken() == JsonToken.VALUE_STRING
          ? Instant.parse(in.getText())
          : Instant.ofEpochMilli(number(path));
    } catch (DateTimeException e) {
      throw wrong(path, "milliseconds since the epoch, or a time as 2026-01-31T12:00:00Z");
    }
  }

  private Object symbol(String path, Schema schema) throws IOException {
    String symbol = text(path, false).toUpperCase(Locale.ROOT);
    if (!schema.hasEnumSymbol(symbol)) {
      throw wrong(path, "one of " + String.join(", ", schema.getEnumSymbols()));
    }
    return SpecificData.get().createEnum(symbol, schema);
  }

  private static String names(Schema schema) {
    return String.join(", ", schema.getFields().stream().map(Schema.Field::name).toList());
  }

  private IllegalArgumentException wrong(String path, String expected) throws IOException {
    String name = path.endsWith(".") ? path.substring(0, path.length() - 1) : path;
    return new IllegalArgumentException(
        "%s is %s; %s is expected".formatted(name, in.getText(), expected));
  }
}
