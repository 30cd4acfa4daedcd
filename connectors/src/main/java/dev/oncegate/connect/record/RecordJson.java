package dev.oncegate.connect.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Connect's data as JSON for people and databases: times as ISO 8601, nulls left out. */
final class RecordJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final char NUL = '\0';
  private static final char REPLACEMENT = '\uFFFD';

  private RecordJson() {}

  /** The text of an object. */
  static String of(Struct record) {
    return object(record).toString();
  }

  /** A value in a column of its own: times as text, and no text with a NUL. */
  static @Nullable Object column(@Nullable Object value) {
    if (value instanceof Date time) {
      return time.toInstant().toString();
    }
    return value instanceof String text ? text.replace(NUL, REPLACEMENT) : value;
  }

  private static ObjectNode object(Struct struct) {
    ObjectNode object = JSON.objectNode();
    for (Field field : struct.schema().fields()) {
      Object value = struct.get(field);
      if (value != null) {
        object.set(field.name(), node(value));
      }
    }
    return object;
  }

  private static JsonNode node(@Nullable Object value) {
    if (value == null) {
      return JSON.nullNode();
    }
    if (value instanceof Struct struct) {
      return object(struct);
    }
    if (value instanceof List<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(element -> array.add(node(element)));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.objectNode();
      map.forEach((name, element) -> object.set(name.toString(), node(element)));
      return object;
    }
    if (value instanceof String text) {
      return JSON.textNode(text.replace(NUL, REPLACEMENT));
    }
    if (value instanceof Date time) {
      return JSON.textNode(time.toInstant().toString());
    }
    if (value instanceof Boolean bool) {
      return JSON.booleanNode(bool);
    }
    return number(value);
  }

  private static JsonNode number(Object value) {
    if (value instanceof Float || value instanceof Double) {
      return JSON.numberNode(((Number) value).doubleValue());
    }
    if (value instanceof Number number) {
      return JSON.numberNode(number.longValue());
    }
    if (value instanceof byte[] bytes) {
      return JSON.binaryNode(bytes);
    }
    if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return JSON.binaryNode(bytes);
    }
    throw new DataException("no JSON can be made of " + value.getClass());
  }
}
