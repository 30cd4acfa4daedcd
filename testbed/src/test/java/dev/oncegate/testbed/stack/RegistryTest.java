package dev.oncegate.testbed.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final String V1 =
      recordWith("{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"string\\\"}");

  /** A second field without a default: old data cannot be read with it. */
  private static final String INCOMPATIBLE =
      recordWith(
          "{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"string\\\"},{\\\"name\\\":\\\"b\\\",\\\"type\\\":\\\"string\\\"}");

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path directory;

  @Test
  void itKeepsSchemasFromOneStartToTheNextAndRefusesIncompatibleOnes() throws Exception {
    String id;
    try (Registry registry = Registry.start(directory, 0)) {
      registry.awaitReady(new CompletableFuture<>());
      assertThat(send(registry, "/config", null))
          .isEqualTo("200 {\"compatibilityLevel\":\"FULL_TRANSITIVE\"}");
      id = send(registry, "/subjects/kept-value/versions", V1);
      assertThat(id).matches("200 \\{\"id\":\\d+.*");
      assertThat(send(registry, "/subjects/kept-value/versions", INCOMPATIBLE)).startsWith("409 ");
      assertThatThrownBy(() -> Registry.start(directory.resolve("other"), registry.port()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("port %d of 127.0.0.1 is in use", registry.port())
          .hasMessageContaining("--registry-port");
    }
    try (Registry registry = Registry.start(directory, 0)) {
      registry.awaitReady(new CompletableFuture<>());
      assertThat(send(registry, "/subjects/kept-value/versions", V1)).isEqualTo(id);
      assertThat(send(registry, "/subjects", null)).isEqualTo("200 [\"kept-value\"]");
    }
  }

  private String send(Registry registry, String path, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(registry.url() + path))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json");
    if (body != null) {
      request.POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return response.statusCode() + " " + response.body();
  }

  private static String recordWith(String fields) {
    return "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"Kept\\\",\\\"fields\\\":["
        + fields
        + "]}\"}";
  }
}
