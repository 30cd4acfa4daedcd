package dev.oncegate.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.gate.store.RunId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * How far the circuits were looked through: by partition, and in it by run. The same for all
 * instances, so that a page may begin where another instance's ended.
 *
 * @param after the last run looked at; null: none of the partition
 */
record Position(int partition, @Nullable RunId after) implements Comparable<Position> {
  static final Position BEGIN = new Position(0, null);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The position of a text of {@link #toText}. */
  static Position of(String text) {
    try {
      JsonNode json = MAPPER.readTree(Base64.getUrlDecoder().decode(text));
      if (json.path("partition").isInt() && json.path("partition").intValue() >= 0) {
        JsonNode scope = json.path("scope");
        JsonNode runId = json.path("run_id");
        return new Position(
            json.get("partition").intValue(),
            scope.isTextual() && runId.isTextual()
                ? new RunId(scope.textValue(), runId.textValue())
                : null);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw malformed();
    }
    throw malformed();
  }

  private static Refused malformed() {
    return new Refused(Problem.INVALID_REQUEST, "after is no next of an earlier answer.");
  }

  /** Opaque, and fit for a URL. */
  String toText() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("partition", partition);
    if (after != null) {
      json.put("scope", after.scope()).put("run_id", after.runId());
    }
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int compareTo(Position other) {
    if (partition != other.partition) {
      return Integer.compare(partition, other.partition);
    }
    byte[] own = after == null ? new byte[0] : after.toBytes();
    byte[] others = other.after == null ? new byte[0] : other.after.toBytes();
    return Arrays.compareUnsigned(own, others);
  }
}
