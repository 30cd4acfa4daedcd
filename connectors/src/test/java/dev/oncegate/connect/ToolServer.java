package dev.oncegate.connect;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Real HTTP on loopback: answers each path by a script, and writes down what it is asked. */
final class ToolServer implements AutoCloseable {
  /** What it was asked. */
  record Call(String method, String uri, Headers headers, String body) {
    @Nullable String header(String name) {
      return headers.getFirst(name);
    }
  }

  /** Answers one call; may break off instead. */
  interface Script {
    void answer(HttpExchange exchange, Call call, int number) throws Exception;
  }

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> numbers = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final String scheme;

  /** Opened at the end, so that no handler stays. */
  final CountDownLatch closed = new CountDownLatch(1);

  ToolServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    scheme = "http";
    start();
  }

  /** With TLS, asking for a certificate of the client. */
  ToolServer(SSLContext tls) throws IOException {
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters needed = tls.getDefaultSSLParameters();
            needed.setNeedClientAuth(true);
            parameters.setSSLParameters(needed);
          }
        });
    server = https;
    scheme = "https";
    start();
  }

  private void start() {
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url(String path) {
    return scheme + "://localhost:" + server.getAddress().getPort() + path;
  }

  ToolServer on(String path, Script script) {
    scripts.put(path, script);
    return this;
  }

  /** Calls whose path begins so, in the order of their arrival. */
  List<Call> calls(String path) {
    return calls.stream().filter(call -> call.uri().startsWith(path)).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Headers headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    Call call =
        new Call(exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
    calls.add(call);
    int number = numbers.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
    Script script = scripts.getOrDefault(path, (e, c, n) -> answer(e, 404, "no script"));
    try {
      script.answer(exchange, call, number);
    } catch (Exception e) {
      // The connection breaks, as it does when a server dies.
      exchange.close();
    }
  }

  static void answer(HttpExchange exchange, int status, String json) throws IOException {
    answer(exchange, status, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  static void answer(HttpExchange exchange, int status, String contentType, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", contentType);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
