package dev.oncegate.testbed.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the calls of the tools, executes them and lets them go wrong as the behaviour says. Meant
 * for runs of bounded length: it remembers every key.
 */
final class ToolCalls extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(ToolCalls.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Books books;
  private final Map<String, Known> keys = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private volatile Behaviour behaviour;
  private volatile long stormEndsNanos = System.nanoTime();

  /** How often a key was called, and how many faults it has met. */
  private record Known(int calls, int faults, @Nullable Fault fault) {}

  ToolCalls(Books books, Behaviour behaviour) {
    this.books = books;
    this.behaviour = behaviour;
  }

  Behaviour behaviour() {
    return behaviour;
  }

  void behave(Behaviour next) {
    behaviour = next;
  }

  /** Calls of each tool, and faults of each kind; refusals in a storm are counted as TOO_MANY. */
  Map<String, Long> counts() {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((name, count) -> sums.put(name, count.sum()));
    return sums;
  }

  private void count(String name) {
    counts.computeIfAbsent(name, n -> new LongAdder()).increment();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    String tool = Request.getPathInContext(request).substring(1);
    if (!Books.TOOLS.contains(tool)) {
      return false;
    }
    if (!request.getMethod().equals("POST")) {
      answer(response, 405, "{\"error\":\"POST is expected\"}", callback);
      return true;
    }
    String args = Content.Source.asString(request, StandardCharsets.UTF_8);
    count(tool);
    long latencyMs = behaviour.latencyMs();
    if (latencyMs == 0) {
      serve(tool, args, request, response, callback);
    } else {
      CompletableFuture.delayedExecutor(
              latencyMs, TimeUnit.MILLISECONDS, getServer().getThreadPool())
          .execute(() -> serve(tool, args, request, response, callback));
    }
    return true;
  }

  private void serve(
      String tool, String args, Request request, Response response, Callback callback) {
    Behaviour now = behaviour;
    String key = keyOf(request);
    Fault fault = faultOf(now, tool, key == null ? args : key);
    if (fault != null) {
      count(fault.name());
    }
    try {
      if (fault == Fault.TOO_MANY) {
        refuse(response, callback);
        return;
      }
      if (fault == Fault.FAILS_BEFORE_WRITE) {
        answer(response, 500, "{\"error\":\"simulated, nothing was done\"}", callback);
        return;
      }
      if (!JSON.readTree(args).isObject()) {
        answer(response, 400, "{\"error\":\"a JSON object is expected\"}", callback);
        return;
      }
      Books.Entry entry = books.execute(tool, key, args, now.honoursKeys());
      if (fault != null) {
        fail(fault, now, request, response, callback);
      } else if (entry instanceof Books.Entry.Executed executed) {
        answer(response, 200, executed.answer(), callback);
      } else {
        answer(response, 422, "{\"error\":\"the key was used with other arguments\"}", callback);
      }
    } catch (JsonProcessingException e) {
      answer(response, 400, "{\"error\":\"no JSON\"}", callback);
    } catch (SQLException e) {
      LOG.warn("{} was not executed: {}", tool, e.getMessage());
      answer(response, 503, "{\"error\":\"the database does not answer\"}", callback);
    }
  }

  /** The draft of the header asks for quotes; many send none. */
  private static @Nullable String keyOf(Request request) {
    String key = request.getHeaders().get("Idempotency-Key");
    return key != null && key.length() > 1 && key.startsWith("\"") && key.endsWith("\"")
        ? key.substring(1, key.length() - 1)
        : key;
  }

  private @Nullable Fault faultOf(Behaviour now, String tool, String key) {
    if (System.nanoTime() - stormEndsNanos < 0) {
      return Fault.TOO_MANY;
    }
    Known known =
        keys.compute(
            tool + ' ' + key,
            (name, before) -> {
              int call = before == null ? 1 : before.calls() + 1;
              int met = before == null ? 0 : before.faults();
              Fault fault = now.faultOf(name, call, met);
              return new Known(call, fault == null ? met : met + 1, fault);
            });
    if (known.fault() == Fault.TOO_MANY) {
      stormEndsNanos = System.nanoTime() + Duration.ofMillis(now.stormMs()).toNanos();
    }
    return known.fault();
  }

  private void refuse(Response response, Callback callback) {
    long restMs = Math.max(0, stormEndsNanos - System.nanoTime()) / 1_000_000;
    response.getHeaders().put("Retry-After", Long.toString(restMs / 1000 + 1));
    answer(response, 429, "{\"error\":\"simulated storm\"}", callback);
  }

  private static void fail(
      Fault fault, Behaviour now, Request request, Response response, Callback callback) {
    EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
    switch (fault) {
      case FAILS_AFTER_WRITE ->
          answer(response, 500, "{\"error\":\"simulated, it was done\"}", callback);
      case SILENT_AFTER_WRITE ->
          CompletableFuture.delayedExecutor(now.silenceMs(), TimeUnit.MILLISECONDS)
              .execute(connection::close);
      case RESET_AFTER_WRITE -> reset(connection);
      case FAILS_BEFORE_WRITE, TOO_MANY -> throw new IllegalStateException(fault + " writes");
    }
  }

  private static void reset(EndPoint connection) {
    if (connection.getTransport() instanceof SocketChannel channel) {
      try {
        // A close that does not linger sends RST.
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
      } catch (IOException e) {
        LOG.debug("already closed", e);
      }
    }
    connection.close();
  }

  private static void answer(Response response, int status, String body, Callback callback) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    Content.Sink.write(response, true, body, callback);
  }
}
