package dev.oncegate.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What is answered to a request.
 *
 * @param headers further ones, by name
 */
record Answer(int status, String contentType, Map<String, String> headers, byte[] body) {
  static final String JSON = "application/json";
  static final String PROBLEM = "application/problem+json";
  private static final String RETRY_AFTER_S = "1";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  Answer {
    headers = Map.copyOf(headers);
  }

  static Answer ok(ObjectNode body) {
    return new Answer(200, JSON, Map.of(), bytes(body));
  }

  static Answer of(Refused refused) {
    return problem(
        refused.problem(),
        String.valueOf(refused.getMessage()),
        JsonNodeFactory.instance.objectNode());
  }

  static Answer problem(Problem problem, String detail, ObjectNode further) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("type", problem.uri());
    body.put("title", problem.title());
    body.put("status", problem.status());
    body.put("detail", detail);
    body.setAll(further);
    Map<String, String> headers =
        problem.status() == 503 ? Map.of("Retry-After", RETRY_AFTER_S) : Map.of();
    return new Answer(problem.status(), PROBLEM, headers, bytes(body));
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return MAPPER.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }
}
