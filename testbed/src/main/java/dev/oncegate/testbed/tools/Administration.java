package dev.oncegate.testbed.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code /admin}: reads and sets the behaviour of the tools. */
final class Administration extends Handler.Abstract {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ToolCalls calls;

  Administration(ToolCalls calls) {
    this.calls = calls;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    String asked = request.getMethod() + " " + Request.getPathInContext(request);
    switch (asked) {
      case "GET /admin/behaviour" -> answer(response, 200, json(calls.behaviour()), callback);
      case "GET /admin/counts" -> answer(response, 200, json(calls.counts()), callback);
      case "PUT /admin/behaviour" -> {
        try {
          String body = Content.Source.asString(request, StandardCharsets.UTF_8);
          // What is not said stays as it is.
          calls.behave(
              JSON.treeToValue(
                  JSON.readerForUpdating(JSON.valueToTree(calls.behaviour())).readTree(body),
                  Behaviour.class));
          answer(response, 200, json(calls.behaviour()), callback);
        } catch (JsonProcessingException | IllegalArgumentException e) {
          answer(response, 400, e.getMessage(), callback);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static String json(Object value) throws JsonProcessingException {
    return JSON.writeValueAsString(value);
  }

  private static void answer(Response response, int status, String body, Callback callback) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    Content.Sink.write(response, true, body, callback);
  }
}
