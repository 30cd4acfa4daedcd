package dev.oncegate.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A registry with Confluent's API inside the test, under a path prefix and with ids that are not
 * consecutive. It writes down what it is asked, and fails on demand.
 */
final class FakeRegistry implements AutoCloseable {
  static final String PATH = "/apis/ccompat/v7";
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How it fails while told so. */
  enum Fault {
    NONE,
    INTERNAL_ERROR,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
    NO_SUCH_PAGE,
    NO_JSON,
    NO_ANSWER,
    HALF_AN_ANSWER
  }

  /** What it was asked. */
  record Request(
      String method,
      String path,
      String body,
      @Nullable String authorization,
      @Nullable String contentType) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Map<Integer, ObjectNode> schemas = new LinkedHashMap<>();
  private final Map<String, List<Integer>> subjects = new LinkedHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final @Nullable SSLContext tls;
  private final boolean clientCertificate;
  private final int port;
  private HttpServer server;
  private volatile Fault fault = Fault.NONE;
  private volatile int faultyRequests = Integer.MAX_VALUE;
  private volatile @Nullable String authorization;

  FakeRegistry() {
    this(null, false);
  }

  FakeRegistry(@Nullable SSLContext tls, boolean clientCertificate) {
    this.tls = tls;
    this.clientCertificate = clientCertificate;
    server = listen(0);
    port = server.getAddress().getPort();
  }

  private HttpServer listen(int onPort) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), onPort);
      HttpServer listening = tls == null ? HttpServer.create(address, 0) : https(address, tls);
      listening.createContext("/", this::handle);
      listening.setExecutor(threads);
      listening.start();
      return listening;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpsServer https(InetSocketAddress address, SSLContext context) throws IOException {
    HttpsServer https = HttpsServer.create(address, 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters ssl = context.getDefaultSSLParameters();
            ssl.setNeedClientAuth(clientCertificate);
            parameters.setSSLParameters(ssl);
          }
        });
    return https;
  }

  String url() {
    return (tls == null ? "http" : "https") + "://127.0.0.1:" + port + PATH;
  }

  int port() {
    return port;
  }

  /** Refuses connections. */
  void down() {
    server.stop(0);
  }

  /** Listens again, at the same port. */
  void up() {
    server = listen(port);
  }

  void fail(Fault how) {
    failNext(Integer.MAX_VALUE, how);
  }

  void failNext(int times, Fault how) {
    faultyRequests = times;
    fault = how;
  }

  void require(String authorizationHeader) {
    authorization = authorizationHeader;
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  List<String> asked() {
    return requests.stream().map(Request::toString).toList();
  }

  /** Registers what may be no Avro schema at all, and returns its id. */
  synchronized int register(String subject, ObjectNode schema) {
    int id =
        schemas.entrySet().stream()
            .filter(known -> known.getValue().equals(schema))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(7 + 13 * schemas.size());
    schemas.put(id, schema);
    List<Integer> versions = subjects.computeIfAbsent(subject, s -> new ArrayList<>());
    if (!versions.contains(id)) {
      versions.add(id);
    }
    return id;
  }

  int register(String subject, String schema) {
    return register(subject, JSON.createObjectNode().put("schema", schema));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Request request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString().replace(PATH, ""),
              body,
              exchange.getRequestHeaders().getFirst("Authorization"),
              exchange.getRequestHeaders().getFirst("Content-Type"));
      requests.add(request);
      if (authorization != null && !authorization.equals(request.authorization())) {
        answer(exchange, 401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
        return;
      }
      if (fault != Fault.NONE && faultyRequests-- > 0) {
        failing(exchange);
        return;
      }
      Answer answer = answerTo(request, exchange.getRequestURI().getPath());
      answer(exchange, answer.status, answer.body.toString());
    }
  }

  private void failing(HttpExchange exchange) throws IOException {
    switch (fault) {
      case INTERNAL_ERROR ->
          answer(exchange, 500, "{\"error_code\":50001,\"message\":\"Error in the backend\"}");
      case TOO_MANY_REQUESTS ->
          answer(exchange, 429, "{\"error_code\":429,\"message\":\"slower\"}");
      case UNAUTHORIZED ->
          answer(exchange, 401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
      case NO_SUCH_PAGE -> answer(exchange, 404, "<html>nothing here</html>");
      case NO_JSON -> answer(exchange, 200, "<html>please log in</html>");
      case NO_ANSWER -> hold();
      case HALF_AN_ANSWER -> {
        exchange.sendResponseHeaders(200, 1_000);
        exchange.getResponseBody().write('{');
        exchange.getResponseBody().flush();
        hold();
      }
      case NONE -> throw new IllegalStateException();
    }
  }

  private void hold() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", MEDIA_TYPE);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private record Answer(int status, JsonNode body) {}

  private synchronized Answer answerTo(Request request, String path) throws IOException {
    if (!path.startsWith(PATH)) {
      return error(404, 404, "HTTP 404 Not Found");
    }
    String[] parts = path.substring(PATH.length() + 1).split("/");
    boolean post = request.method().equals("POST");
    if (parts[0].equals("schemas") && parts[1].equals("ids") && !post) {
      ObjectNode schema = schemas.get(Integer.parseInt(parts[2]));
      return schema == null ? error(404, 40403, "Schema not found") : new Answer(200, schema);
    }
    if (!parts[0].equals("subjects")) {
      return error(404, 404, "HTTP 404 Not Found");
    }
    if (post) {
      ObjectNode schema = (ObjectNode) JSON.readTree(request.body());
      return parts.length == 3
          ? new Answer(200, JSON.createObjectNode().put("id", register(parts[1], schema)))
          : lookedUp(parts[1], schema);
    }
    List<Integer> versions = subjects.get(parts[1]);
    if (versions == null) {
      return error(404, 40401, "Subject not found");
    }
    int version = parts[3].equals("latest") ? versions.size() : Integer.parseInt(parts[3]);
    return version > versions.size()
        ? error(404, 40402, "Version not found")
        : new Answer(200, versionOf(parts[1], version));
  }

  private Answer lookedUp(String subject, ObjectNode schema) {
    List<Integer> versions = subjects.getOrDefault(subject, List.of());
    for (int version = 1; version <= versions.size(); version++) {
      if (schema.equals(schemas.get(versions.get(version - 1)))) {
        return new Answer(200, versionOf(subject, version));
      }
    }
    return versions.isEmpty()
        ? error(404, 40401, "Subject not found")
        : error(404, 40403, "Schema not found");
  }

  private ObjectNode versionOf(String subject, int version) {
    int id = subjects.get(subject).get(version - 1);
    return schemas.get(id).deepCopy().put("subject", subject).put("version", version).put("id", id);
  }

  private static Answer error(int status, int code, String message) {
    return new Answer(
        status, JSON.createObjectNode().put("error_code", code).put("message", message));
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
