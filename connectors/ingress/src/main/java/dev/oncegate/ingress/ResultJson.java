package dev.oncegate.ingress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.schema.ActionResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of answers. Names are those of the schemas, times are ISO 8601, enums go by name, and
 * fields that are null are left out; a stored result stays the text it is, byte for byte.
 */
final class ResultJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ResultJson() {}

  /** A result as it is on the topic. */
  static ObjectNode of(ActionResult result) {
    return record(result);
  }

  /** How an action stands. */
  static ObjectNode of(ActionState state) {
    ObjectNode json = JSON.objectNode();
    json.put("state", state.phase().name());
    json.set("last", of(state.last()));
    return json;
  }

  /**
   * A problem (RFC 9457).
   *
   * @param field of the request that is wrong; null: none
   * @param result the gate's answer, where it is the gate that says no
   */
  static ObjectNode problem(
      ProblemType type, String detail, @Nullable String field, @Nullable ActionResult result) {
    ObjectNode json = JSON.objectNode();
    json.put("type", type.uri());
    json.put("title", type.title());
    json.put("status", type.status());
    json.put("detail", detail);
    if (field != null) {
      json.put("field", field);
    }
    if (result != null) {
      json.set("result", of(result));
    }
    return json;
  }

  static byte[] bytes(ObjectNode json) {
    try {
      return MAPPER.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  private static ObjectNode record(SpecificRecord record) {
    ObjectNode json = JSON.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      if (value instanceof SpecificRecord inner) {
        json.set(field.name(), record(inner));
      } else if (value instanceof Integer number) {
        json.put(field.name(), number);
      } else if (value instanceof Long number) {
        json.put(field.name(), number);
      } else if (value instanceof Boolean flag) {
        json.put(field.name(), flag);
      } else if (value instanceof Instant || value instanceof Enum || value instanceof String) {
        json.put(field.name(), value.toString());
      } else if (value != null) {
        throw new IllegalStateException("no result has a field such as " + field);
      }
    }
    return json;
  }
}
