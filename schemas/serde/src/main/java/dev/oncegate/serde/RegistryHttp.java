package dev.oncegate.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Calls the registry: its URLs in turn, bounded in time and in tries, with the credentials that are
 * set.
 */
final class RegistryHttp {
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_QUOTE = 500;

  /** Threads that end soon after the last call, and keep no process from its end. */
  private static final ExecutorService CALLS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "registry-call");
            thread.setDaemon(true);
            return thread;
          });

  private final RegistryConfig config;
  private final List<String> urls;
  private final HttpClient http;
  private final int timeoutMs;

  /**
   * The URL that answered last is asked first: one that is down costs its time-out once, not at
   * each call.
   */
  private volatile int preferred;

  RegistryHttp(RegistryConfig config) {
    this.config = config;
    this.urls = config.urls();
    this.timeoutMs = config.getInt("http.read.timeout.ms");
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofMillis(config.getInt("http.connect.timeout.ms")))
            .version(HttpClient.Version.HTTP_1_1);
    if (urls.stream().anyMatch(url -> url.startsWith("https:"))) {
      RegistryTls tls = RegistryTls.of(config);
      builder.sslContext(tls.context()).sslParameters(tls.parameters());
    }
    String proxy = config.getString("proxy.host");
    if (!proxy.isEmpty()) {
      builder.proxy(ProxySelector.of(new InetSocketAddress(proxy, config.getInt("proxy.port"))));
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
    int retries = config.getInt("max.retries");
    for (int i = 0; ; i++) {
      try {
        return callOnce(path, body);
      } catch (RegistryUnavailableException e) {
        if (i >= retries) {
          throw e;
        }
      }
      pause(i);
    }
  }

  /** Calls one path, trying each URL once at most. */
  JsonNode callOnce(String path, @Nullable Object body) {
    int first = preferred;
    RegistryUnavailableException last = null;
    for (int i = 0; i < urls.size(); i++) {
      int candidate = (first + i) % urls.size();
      try {
        JsonNode answer = callOne(urls.get(candidate), path, body);
        preferred = candidate;
        return answer;
      } catch (RegistryUnavailableException e) {
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
      }
    }
    throw last == null ? new RegistryUnavailableException("no registry URL") : last;
  }

  private JsonNode callOne(String url, String path, @Nullable Object body) {
    URI uri = URI.create(withoutUserInfo(url) + path);
    HttpRequest request = request(url, uri, body);
    // The time-out of the future bounds the body too, that of the request would end with the
    // headers. Not sendAsync: its answers pass through the common pool, which whoever uses this
    // may keep busy, and which has one thread where there are two processors.
    Future<HttpResponse<String>> answer =
        CALLS.submit(() -> http.send(request, HttpResponse.BodyHandlers.ofString()));
    try {
      return read(uri, answer.get(timeoutMs, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw new InterruptException(e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new RegistryUnavailableException(
          "%s does not answer within %d ms".formatted(uri, timeoutMs), e);
    } catch (JsonProcessingException e) {
      throw new RegistryUnavailableException("%s answered no JSON".formatted(uri), e);
    } catch (ExecutionException e) {
      throw new RegistryUnavailableException(
          "%s does not answer: %s".formatted(uri, e.getCause()), e.getCause());
    }
  }

  private HttpRequest request(String url, URI uri, @Nullable Object body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).header("Accept", MEDIA_TYPE + ", application/json");
    String authorization = authorization(url);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    if (body != null) {
      String text = JSON.valueToTree(body).toString();
      request.header("Content-Type", MEDIA_TYPE).POST(HttpRequest.BodyPublishers.ofString(text));
    }
    return request.build();
  }

  private static JsonNode read(URI uri, HttpResponse<String> response)
      throws JsonProcessingException {
    int status = response.statusCode();
    String body = response.body();
    if (status / 100 == 2) {
      return JSON.readTree(body);
    }
    String quote = body.length() <= LONGEST_QUOTE ? body : body.substring(0, LONGEST_QUOTE) + "…";
    String message = "%s answered %d: %s".formatted(uri, status, quote);
    if (status == 408 || status == 429 || status / 100 == 5) {
      throw new RegistryUnavailableException(message);
    }
    // 40401, 40402, 40403: subject, version, schema not found. Any other 404 comes from a wrong URL
    // or a proxy.
    throw status == 404 && errorCode(body) / 100 == 404
        ? RegistryException.noSuchSchema(message)
        : RegistryException.refused(message);
  }

  private static int errorCode(String body) {
    try {
      return JSON.readTree(body).path("error_code").asInt(0);
    } catch (JsonProcessingException e) {
      return 0;
    }
  }

  private @Nullable String authorization(String url) {
    String token = config.bearerToken();
    if (token != null) {
      return "Bearer " + token;
    }
    String configured = config.userInfo();
    String userInfo = configured != null ? configured : URI.create(url).getUserInfo();
    return userInfo == null
        ? null
        : "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
  }

  private static String withoutUserInfo(String url) {
    String rawUserInfo = URI.create(url).getRawUserInfo();
    String plain = rawUserInfo == null ? url : url.replace(rawUserInfo + "@", "");
    return plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
  }

  private void pause(int triesBefore) {
    long longestMs = config.getInt("retries.max.wait.ms");
    long ms =
        Math.min(longestMs, (long) config.getInt("retries.wait.ms") << Math.min(triesBefore, 16));
    try {
      // Half of it is random, so that many clients of a registry that comes back do not come at
      // once.
      TimeUnit.MILLISECONDS.sleep(ms / 2 + ThreadLocalRandom.current().nextLong(ms / 2 + 1));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
