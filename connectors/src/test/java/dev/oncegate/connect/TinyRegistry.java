package dev.oncegate.connect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** As much of a schema registry as registers schemas and gives them back; may be down. */
final class TinyRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> schemas = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  volatile boolean down;

  TinyRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    if (down) {
      answer(exchange, 503, Map.of("error_code", 50301, "message", "down"));
      return;
    }
    String path = exchange.getRequestURI().getPath();
    if (exchange.getRequestMethod().equals("POST")) {
      String schema = JSON.readTree(exchange.getRequestBody()).path("schema").asText();
      synchronized (schemas) {
        if (!schemas.contains(schema)) {
          schemas.add(schema);
        }
      }
      answer(exchange, 200, Map.of("id", schemas.indexOf(schema) + 1));
    } else {
      int id = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
      if (id < 1 || id > schemas.size()) {
        answer(exchange, 404, Map.of("error_code", 40403, "message", "Schema not found"));
      } else {
        answer(exchange, 200, Map.of("schema", schemas.get(id - 1)));
      }
    }
  }

  private static void answer(HttpExchange exchange, int status, Map<String, ?> body)
      throws IOException {
    byte[] bytes = JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
