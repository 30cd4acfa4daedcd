package dev.oncegate.ingress;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The addresses of the ingress, as openapi.json describes them. */
final class Routes extends Handler.Abstract {
  private static final Pattern ACTION = Pattern.compile("/v1/actions/([^/]+)");
  private static final Pattern RUN_EVENTS = Pattern.compile("/v1/runs/([^/]+)/events");

  private final Credentials credentials;
  private final Submissions submissions;
  private final StateLookup stateLookup;
  private final EventStreams streams;
  private final BooleanSupplier isReady;
  private final byte[] openApi;

  /**
   * @param isReady whether results are followed
   */
  Routes(
      IngressConfig config,
      Desk desk,
      LatestStates states,
      EventStreams streams,
      BooleanSupplier isReady,
      byte[] openApi) {
    this.credentials = config.credentials();
    this.submissions = new Submissions(config, desk);
    this.stateLookup = new StateLookup(config.scope(), credentials, states);
    this.streams = streams;
    this.isReady = isReady;
    this.openApi = openApi;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      route(request, response, callback);
    } catch (Refused e) {
      Answer.of(e).write(response, callback);
    }
    return true;
  }

  private void route(Request request, Response response, Callback callback) {
    // As it was sent: a key may have an encoded slash in it.
    String path = request.getHttpURI().getPath();
    Matcher action = ACTION.matcher(path);
    Matcher events = RUN_EVENTS.matcher(path);
    if (path.equals("/v1/actions")) {
      require(request, response, "POST");
      submissions.one(request, response, callback);
    } else if (path.equals("/v1/batches")) {
      require(request, response, "POST");
      submissions.batch(request, response, callback);
    } else if (action.matches()) {
      require(request, response, "GET");
      stateLookup.of(request, decoded(action.group(1))).write(response, callback);
    } else if (events.matches()) {
      require(request, response, "GET");
      follow(request, response, callback, decoded(events.group(1)));
    } else if (path.equals("/openapi.json")) {
      require(request, response, "GET");
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, Answer.JSON);
      response.write(true, ByteBuffer.wrap(openApi), callback);
    } else if (path.equals("/health")) {
      require(request, response, "GET");
      health().write(response, callback);
    } else {
      throw new Refused(ProblemType.NOT_FOUND, "GET /openapi.json describes what there is.");
    }
  }

  private static void require(Request request, Response response, String method) {
    if (!request.getMethod().equals(method)) {
      response.getHeaders().put(HttpHeader.ALLOW, method);
      throw new Refused(ProblemType.METHOD_NOT_ALLOWED, method + " is expected.");
    }
  }

  private void follow(Request request, Response response, Callback callback, String runId) {
    CommandReader.requireName("run_id", runId);
    credentials.caller(request).requireOwnRun(runId);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    // Proxies of one kind hold back what is not a buffer full.
    response.getHeaders().put("X-Accel-Buffering", "no");
    streams.add(runId, new EventStream(response, callback));
  }

  private Answer health() {
    boolean ready = isReady.getAsBoolean();
    return new Answer(
        ready ? 200 : 503,
        Answer.JSON,
        Map.of(),
        JsonNodeFactory.instance.objectNode().put("status", ready ? "UP" : "DOWN"));
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refused(ProblemType.INVALID_REQUEST, "The address: " + e.getMessage());
    }
  }
}
