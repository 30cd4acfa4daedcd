package dev.oncegate.ingress;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.gate.GateHeaders;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses of the ingress, as openapi.json describes them. */
final class Routes extends Handler.Abstract {
  /** Names of headers that are carried on under other names in records. */
  private static final Map<String, String> RENAMED = Map.of("correlation-id", "X-Correlation-Id");

  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
  private static final Pattern ACTION = Pattern.compile("/v1/actions/([^/]+)");
  private static final Pattern RUN_EVENTS = Pattern.compile("/v1/runs/([^/]+)/events");
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final IngressConfig config;
  private final Desk desk;
  private final LatestStates states;
  private final EventStreams streams;
  private final BooleanSupplier isReady;
  private final byte[] openApi;
  private final Semaphore room;

  /** Actions of the largest size for which there is room in the body of a batch. */
  private final int batchRoom;

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
    this.config = config;
    this.desk = desk;
    this.states = states;
    this.streams = streams;
    this.isReady = isReady;
    this.openApi = openApi;
    int max = config.getInt(IngressKeys.WAITING_MAX);
    this.room = new Semaphore(max);
    int requestBytes = config.getInt(IngressKeys.REQUEST_MAX_BYTES);
    this.batchRoom =
        Math.min(max, 1 + (config.getInt(IngressKeys.BATCH_MAX_BYTES) - 1) / requestBytes);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    try {
      route(request, response, callback);
    } catch (Refused e) {
      write(Answer.of(e), response, callback);
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
      post(request, response, callback, IngressKeys.REQUEST_MAX_BYTES, 1, this::one);
    } else if (path.equals("/v1/batches")) {
      require(request, response, "POST");
      post(request, response, callback, IngressKeys.BATCH_MAX_BYTES, batchRoom, this::batch);
    } else if (action.matches()) {
      require(request, response, "GET");
      write(state(request, decoded(action.group(1))), response, callback);
    } else if (events.matches()) {
      require(request, response, "GET");
      follow(request, response, callback, decoded(events.group(1)));
    } else if (path.equals("/openapi.json")) {
      require(request, response, "GET");
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, Answer.JSON);
      response.write(true, ByteBuffer.wrap(openApi), callback);
    } else if (path.equals("/health")) {
      require(request, response, "GET");
      write(health(), response, callback);
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

  private Caller caller(Request request) {
    X509Certificate certificate = null;
    if (request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE)
            instanceof EndPoint.SslSessionData session
        && session.peerCertificates() != null
        && session.peerCertificates().length > 0) {
      certificate = session.peerCertificates()[0];
    }
    return config
        .credentials()
        .caller(request.getHeaders().get(HttpHeader.AUTHORIZATION), certificate);
  }

  /** Makes an answer of a body. */
  private interface Work {
    CompletableFuture<Answer> of(String body, Request request, Caller caller, Duration wait);
  }

  private void post(
      Request request, Response response, Callback callback, String limit, int size, Work work) {
    Caller caller = caller(request);
    requireJson(request);
    Duration wait =
        WaitPreference.read(request.getHeaders().getValuesList("Prefer"), config.waitMax());
    if (!wait.isZero()) {
      response.getHeaders().put("Preference-Applied", "wait=" + wait.toSeconds());
    }
    // Before the body is read: it is what takes the memory.
    takeRoom(size);
    BodyReader.read(request, config.getInt(limit))
        .thenCompose(body -> work.of(CommandReader.text(body), request, caller, wait))
        .whenComplete(
            (answer, failure) -> {
              room.release(size);
              write(failure == null ? answer : answerOf(failure), response, callback);
            });
  }

  private static void requireJson(Request request) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(Answer.JSON)) {
      throw new Refused(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type is %s; application/json is expected.".formatted(type));
    }
  }

  private void takeRoom(int actions) {
    if (!room.tryAcquire(actions)) {
      throw new Refused(
          ProblemType.BUSY,
          "%s is %d, and so many are under way. Nothing was written; send it again."
              .formatted(IngressKeys.WAITING_MAX, config.getInt(IngressKeys.WAITING_MAX)));
    }
  }

  private CompletableFuture<Answer> one(
      String body, Request request, Caller caller, Duration wait) {
    String key = KeyHeader.read(request.getHeaders().getValuesList(KeyHeader.NAME));
    return desk.submit(new Desk.Request(body, key, carried(request), caller, wait));
  }

  /** All at once, in their order; each is answered as if it had come alone. */
  private CompletableFuture<Answer> batch(
      String body, Request request, Caller caller, Duration wait) {
    if (request.getHeaders().contains(KeyHeader.NAME)) {
      throw new Refused(
          ProblemType.INVALID_REQUEST,
          "A batch has no %s: each of its actions has an idempotency_key."
              .formatted(KeyHeader.NAME),
          KeyHeader.NAME);
    }
    List<String> actions =
        CommandReader.actions(body, config.getInt(IngressKeys.BATCH_MAX_ACTIONS));
    int more = Math.max(0, actions.size() - batchRoom);
    takeRoom(more);
    Map<String, String> carried = carried(request);
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (String action : actions) {
      answers.add(desk.submit(new Desk.Request(action, null, carried, caller, wait)));
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .handle(
            (done, failure) -> {
              room.release(more);
              return Answer.ok(together(answers));
            });
  }

  private static ObjectNode together(List<CompletableFuture<Answer>> answers) {
    ArrayNode all = JSON.arrayNode();
    for (CompletableFuture<Answer> each : answers) {
      Answer answer = each.join();
      ObjectNode headers = JSON.objectNode();
      answer.headers().forEach(headers::put);
      ObjectNode json = JSON.objectNode().put("status", answer.status());
      json.set("headers", headers);
      json.set("body", answer.body());
      all.add(json);
    }
    ObjectNode json = JSON.objectNode();
    json.set("answers", all);
    return json;
  }

  private static Map<String, String> carried(Request request) {
    Map<String, String> carried = new HashMap<>();
    for (String name : GateHeaders.CARRIED) {
      String value = request.getHeaders().get(RENAMED.getOrDefault(name, name));
      if (value != null) {
        carried.put(name, value);
      }
    }
    return carried;
  }

  private Answer state(Request request, String key) {
    Caller caller = caller(request);
    Scope scope = config.scope();
    Fields query = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
    String said = query.getValue(scope.field());
    String value =
        switch (scope) {
          case RUN -> said;
          case AGENT -> caller.requireAgent(said);
          case TENANT -> caller.requireTenant(said);
        };
    CommandReader.requireName(scope.field(), value);
    if (scope == Scope.RUN) {
      caller.requireOwnRun(value);
    }
    ActionState state = states.find(value, key);
    if (state == null) {
      throw new Refused(
          ProblemType.UNKNOWN_ACTION,
          "It was never sent, or so long ago that it was forgotten here, or a moment ago. The gate remembers longer: send the action again with the same key.");
    }
    caller.requireOwnRun(state.last().getRunId());
    return Answer.ok(ResultJson.of(state));
  }

  private void follow(Request request, Response response, Callback callback, String runId) {
    CommandReader.requireName("run_id", runId);
    caller(request).requireOwnRun(runId);
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
        JSON.objectNode().put("status", ready ? "UP" : "DOWN"));
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refused(ProblemType.INVALID_REQUEST, "The address: " + e.getMessage());
    }
  }

  private static Answer answerOf(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof Refused refused) {
      return Answer.of(refused);
    }
    if (cause instanceof IOException || cause instanceof TimeoutException) {
      LOG.debug("a request ended early", cause);
      return Answer.of(
          new Refused(ProblemType.INVALID_REQUEST, "The body could not be read to its end."));
    }
    LOG.error("a request could not be answered", cause);
    return Answer.of(
        new Refused(
            ProblemType.INTERNAL,
            "The command may or may not have been written. Send it again with the same key."));
  }

  /** Writes an answer as the whole response. */
  static void write(Answer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    answer.headers().forEach(response.getHeaders()::put);
    response.write(true, ByteBuffer.wrap(ResultJson.bytes(answer.body())), callback);
  }
}
