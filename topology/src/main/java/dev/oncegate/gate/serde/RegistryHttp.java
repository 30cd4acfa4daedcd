package dev.oncegate.gate.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** Calls the registry: its URLs in turn, bounded in time and in tries, with the credentials that are set. */
final class RegistryHttp {
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RegistryConfig config;
  private final List<String> urls;
  private final HttpClient http;
  private final Duration timeout;

  RegistryHttp(RegistryConfig config) {
    this.config = config;
    this.urls = config.urls();
    this.timeout = Duration.ofMillis(config.getInt("schema.registry.request.timeout.ms"));
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(timeout).version(HttpClient.Version.HTTP_1_1);
    if (urls.stream().anyMatch(url -> url.startsWith("https:"))) {
      builder.sslContext(RegistryTls.context(config));
    }
    this.http = builder.build();
  }

  /**
   * Calls one path.
   *
   * @param body null: GET; else POST of this JSON
   * @throws RegistryException where the registry refuses
   * @throws RegistryUnavailableException where it does not answer in time, after all tries
   */
  JsonNode call(String path, @Nullable Object body) {
    int tries = config.getInt("schema.registry.retries") + 1;
    long backoffMs = config.getInt("schema.registry.retry.backoff.ms");
    RegistryUnavailableException last = null;
    for (int i = 0; i < tries; i++) {
      if (i > 0) {
        pause(backoffMs << Math.min(i - 1, 6));
      }
      for (String url : urls) {
        try {
          return callOne(url, path, body);
        } catch (RegistryUnavailableException e) {
          last = e;
        }
      }
    }
    throw last == null ? new RegistryUnavailableException("no registry URL") : last;
  }

  private JsonNode callOne(String url, String path, @Nullable Object body) {
    URI uri = URI.create(withoutUserInfo(url) + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(timeout).header("Accept", MEDIA_TYPE + ", application/json");
    String authorization = authorization(url);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try {
      if (body != null) {
        String text = JSON.writeValueAsString(body);
        request.header("Content-Type", MEDIA_TYPE).POST(HttpRequest.BodyPublishers.ofString(text));
      }
      HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return answer(uri, response);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (JsonProcessingException e) {
      throw new RegistryUnavailableException("%s answered no JSON".formatted(uri), e);
    } catch (IOException e) {
      throw new RegistryUnavailableException("%s does not answer: %s".formatted(uri, e), e);
    }
  }

  private static JsonNode answer(URI uri, HttpResponse<String> response) throws JsonProcessingException {
    int status = response.statusCode();
    if (status / 100 == 2) {
      return JSON.readTree(response.body());
    }
    String message = "%s answered %d: %s".formatted(uri, status, response.body());
    if (status == 429 || status / 100 == 5) {
      throw new RegistryUnavailableException(message);
    }
    throw new RegistryException(status, message);
  }

  private @Nullable String authorization(String url) {
    if (config.getString("bearer.auth.credentials.source") != null) {
      Password token = config.getPassword("bearer.auth.token");
      return token == null ? null : "Bearer " + token.value();
    }
    String userInfo = URI.create(url).getUserInfo();
    if ("USER_INFO".equals(config.getString("basic.auth.credentials.source"))) {
      Password configured = config.getPassword("basic.auth.user.info");
      userInfo = configured == null ? null : configured.value();
    }
    return userInfo == null
        ? null
        : "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  private static String withoutUserInfo(String url) {
    String rawUserInfo = URI.create(url).getRawUserInfo();
    String plain = rawUserInfo == null ? url : url.replace(rawUserInfo + "@", "");
    return plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
  }

  private static void pause(long ms) {
    try {
      // Half of it is random, so that many clients of a registry that comes back do not come at once.
      TimeUnit.MILLISECONDS.sleep(ms / 2 + ThreadLocalRandom.current().nextLong(ms / 2 + 1));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
