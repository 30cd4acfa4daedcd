package dev.oncegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Writes records as JSON for people: times as ISO 8601, enums by name, fields that are null left
 * out.
 */
final class RecordJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private RecordJson() {}

  /**
   * A record with where it lies.
   *
   * @param value null where the bytes are no record of ours: they are shown in base 64
   */
  static ObjectNode of(ConsumerRecord<byte[], byte[]> record, @Nullable SpecificRecord value) {
    ObjectNode json = JSON.objectNode();
    json.put("topic", record.topic())
        .put("partition", record.partition())
        .put("offset", record.offset());
    json.put("timestamp", Instant.ofEpochMilli(record.timestamp()).toString());
    if (record.key() != null) {
      json.put("key", text(record.key()));
    }
    ObjectNode headers = JSON.objectNode();
    for (Header header : record.headers()) {
      headers.put(header.key(), header.value() == null ? null : text(header.value()));
    }
    if (!headers.isEmpty()) {
      json.set("headers", headers);
    }
    if (value != null) {
      json.set("value", of(value));
    } else if (record.value() == null) {
      json.putNull("value");
    } else {
      json.put("value_base64", Base64.getEncoder().encodeToString(record.value()));
    }
    return json;
  }

  private static ObjectNode of(SpecificRecord record) {
    ObjectNode json = JSON.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      Object value = record.get(field.pos());
      if (value != null) {
        json.set(field.name(), node(value));
      }
    }
    return json;
  }

  private static JsonNode node(Object value) {
    if (value instanceof SpecificRecord record) {
      return of(record);
    }
    if (value instanceof List<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(element -> array.add(node(element)));
      return array;
    }
    if (value instanceof Boolean bool) {
      return JSON.booleanNode(bool);
    }
    if (value instanceof Integer || value instanceof Long) {
      return JSON.numberNode(((Number) value).longValue());
    }
    return JSON.textNode(value.toString());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
