package dev.oncegate.helm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks what a probe of a container asks, on loopback. */
final class Probe {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private Probe() {}

  /** Whether a container's probe succeeds now. */
  static boolean succeeds(JsonNode container, String probe) {
    JsonNode get = container.at("/" + probe + "/httpGet");
    String port = get.get("port").asText();
    for (JsonNode named : container.path("ports")) {
      if (named.path("name").asText().equals(port)) {
        port = named.get("containerPort").asText();
      }
    }
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%s%s".formatted(port, get.get("path").asText())))
            .timeout(Duration.ofSeconds(container.at("/" + probe + "/timeoutSeconds").asInt(1)))
            .build();
    try {
      int status = HTTP.send(request, BodyHandlers.discarding()).statusCode();
      return status >= 200 && status < 400;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
