package dev.oncegate.ingress;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.oncegate.gate.GateHeaders;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/actions} and {@code POST /v1/batches}: reads the request, hands its actions to
 * the desk and writes the answer. Takes no more actions at a time than there is memory for.
 */
final class Submissions {
  /** Names of headers that are carried on under other names in records. */
  private static final Map<String, String> RENAMED = Map.of("correlation-id", "X-Correlation-Id");

  private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final IngressConfig config;
  private final Desk desk;
  private final Semaphore room;

  /** Actions of the largest size for which there is room in the body of a batch. */
  private final int batchRoom;

  Submissions(IngressConfig config, Desk desk) {
    this.config = config;
    this.desk = desk;
    int max = config.getInt(IngressKeys.WAITING_MAX);
    this.room = new Semaphore(max);
    int requestBytes = config.getInt(IngressKeys.REQUEST_MAX_BYTES);
    this.batchRoom =
        Math.min(max, 1 + (config.getInt(IngressKeys.BATCH_MAX_BYTES) - 1) / requestBytes);
  }

  /** Makes an answer of a body. */
  private interface Work {
    CompletableFuture<Answer> of(String body, Request request, Caller caller, Duration wait);
  }

  /** One action. */
  void one(Request request, Response response, Callback callback) {
    post(request, response, callback, IngressKeys.REQUEST_MAX_BYTES, 1, this::submit);
  }

  /** Several. */
  void batch(Request request, Response response, Callback callback) {
    post(request, response, callback, IngressKeys.BATCH_MAX_BYTES, batchRoom, this::submitAll);
  }

  private void post(
      Request request, Response response, Callback callback, String limit, int size, Work work) {
    Caller caller = config.credentials().caller(request);
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
              (failure == null ? answer : answerOf(failure)).write(response, callback);
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

  private CompletableFuture<Answer> submit(
      String body, Request request, Caller caller, Duration wait) {
    String key = KeyHeader.read(request.getHeaders().getValuesList(KeyHeader.NAME));
    return desk.submit(new Desk.Request(body, key, carried(request), caller, wait));
  }

  /** All at once, in their order; each is answered as if it had come alone. */
  private CompletableFuture<Answer> submitAll(
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

  private static Answer answerOf(Throwable failure) {
    Throwable cause = Refused.causeOf(failure);
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
}
