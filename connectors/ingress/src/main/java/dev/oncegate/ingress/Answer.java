package dev.oncegate.ingress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.schema.ActionResult;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What is answered to a request.
 *
 * @param headers further ones, by name
 */
record Answer(int status, String contentType, Map<String, String> headers, ObjectNode body) {
  static final String JSON = "application/json";
  static final String PROBLEM = "application/problem+json";

  Answer {
    headers = Map.copyOf(headers);
  }

  static Answer ok(ObjectNode body) {
    return new Answer(200, JSON, Map.of(), body);
  }

  /** What the gate says. */
  static Answer of(ActionResult result, Scope scope) {
    Twin twin = Twin.of(result);
    Map<String, String> headers = new TreeMap<>();
    if (twin.retryAfterS() != null) {
      headers.put("Retry-After", String.valueOf(twin.retryAfterS()));
    }
    String location = location(result, scope);
    if (location != null && (twin.status() == 202 || twin.status() == 409)) {
      headers.put("Location", location);
    }
    ProblemType problem = twin.problem();
    return problem == null
        ? new Answer(twin.status(), JSON, headers, ResultJson.of(result))
        : new Answer(
            twin.status(),
            PROBLEM,
            headers,
            ResultJson.problem(problem, result.getMessage(), result.getField(), result));
  }

  /** What the ingress says. */
  static Answer of(Refused refused) {
    Map<String, String> headers = new TreeMap<>();
    if (refused.problem().status() == 503) {
      headers.put("Retry-After", "1");
    }
    if (refused.problem() == ProblemType.UNAUTHENTICATED) {
      headers.put("WWW-Authenticate", "Bearer realm=\"oncegate\"");
    }
    return new Answer(
        refused.problem().status(),
        PROBLEM,
        headers,
        ResultJson.problem(refused.problem(), refused.getMessage(), refused.field(), null));
  }

  /** Writes it as the whole response. */
  void write(Response response, Callback callback) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.forEach(response.getHeaders()::put);
    response.write(true, ByteBuffer.wrap(ResultJson.bytes(body)), callback);
  }

  private static @Nullable String location(ActionResult result, Scope scope) {
    String key = result.getIdempotencyKey();
    return key == null
        ? null
        : "/v1/actions/%s?%s=%s".formatted(encoded(key), scope.field(), encoded(result.getScope()));
  }

  /** As in a path or a query: a form would have + for a blank. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
