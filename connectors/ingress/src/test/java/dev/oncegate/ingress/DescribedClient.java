package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that holds every answer against openapi.json: path, method and status are in it,
 * the headers that matter are promised by it, and the body has the shape it says.
 */
public final class DescribedClient {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final String url;
  private final JsonNode document;
  private final JsonSchemaFactory schemas =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  /** What was answered. */
  public record Response(int status, Map<String, String> headers, JsonNode body) {
    /** The last part of the problem's type. */
    public String problem() {
      return body.path("type").asText().replace("urn:oncegate:problem:", "");
    }
  }

  public DescribedClient(HttpClient http, String url) {
    this.http = http;
    this.url = url;
    try {
      document = JSON.readTree(openApi());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With plain HTTP/1.1. */
  public static DescribedClient of(String url) {
    return new DescribedClient(
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), url);
  }

  static String openApi() {
    try (var in = Ingress.class.getResourceAsStream("openapi.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Posts JSON; {@code headers} are names and values in turn. */
  public Response post(String path, String body, String... headers) {
    return postAsync(path, body, headers).join();
  }

  /** As {@link #post}, without waiting. */
  public CompletableFuture<Response> postAsync(String path, String body, String... headers) {
    return send(
        request(path, headers)
            .setHeader("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  public Response get(String path, String... headers) {
    return send(request(path, headers).GET()).join();
  }

  HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
    return headers.length == 0 ? request : request.headers(headers);
  }

  /** Sends, and checks the answer. */
  CompletableFuture<Response> send(HttpRequest.Builder builder) {
    HttpRequest request = builder.build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(response -> checked(request, response));
  }

  private Response checked(HttpRequest request, HttpResponse<String> response) {
    JsonNode body;
    try {
      body = JSON.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + response.body(), e);
    }
    String path = request.uri().getRawPath();
    String pointer = pathOf(path);
    if (pointer != null) {
      check(pointer, request.method(), response, body);
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
    return new Response(response.statusCode(), headers, body);
  }

  private @Nullable String pathOf(String path) {
    for (Iterator<String> templates = document.get("paths").fieldNames(); templates.hasNext(); ) {
      String template = templates.next();
      if (path.matches(template.replace(".", "\\.").replaceAll("\\{[^}]+}", "[^/]+"))) {
        return template;
      }
    }
    return null;
  }

  private void check(String template, String method, HttpResponse<String> response, JsonNode body) {
    String what = "%s %s: %d".formatted(method, template, response.statusCode());
    JsonNode operation = document.get("paths").get(template).get(method.toLowerCase(Locale.ROOT));
    if (operation == null) {
      assertThat(response.statusCode()).as(what).isEqualTo(405);
      return;
    }
    String status = String.valueOf(response.statusCode());
    JsonNode described = operation.get("responses").get(status);
    assertThat(described).as("%s is described", what).isNotNull();
    String type = response.headers().firstValue("Content-Type").orElse("none");
    assertThat(described.get("content").has(type)).as("%s with %s", what, type).isTrue();
    for (String header : new String[] {"Retry-After", "Location", "WWW-Authenticate"}) {
      if (response.headers().firstValue(header).isPresent()) {
        assertThat(described.path("headers").has(header)).as("%s, %s", what, header).isTrue();
      }
    }
    JsonSchema schema = schemas.getSchema(alone(described.get("content").get(type).get("schema")));
    assertThat(schema.validate(body.toString(), InputFormat.JSON))
        .as("%s %s", what, body)
        .isEmpty();
  }

  /** A schema of the document, with what it refers to. */
  private String alone(JsonNode schema) {
    ObjectNode alone = JSON.createObjectNode();
    alone.putArray("allOf").add(schema);
    alone.set("$defs", document.at("/components/schemas"));
    return alone.toString().replace("#/components/schemas/", "#/$defs/");
  }
}
