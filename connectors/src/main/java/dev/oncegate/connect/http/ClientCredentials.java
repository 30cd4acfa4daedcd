package dev.oncegate.connect.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * OAuth 2.0 client credentials (RFC 6749, section 4.4). One token serves all calls until shortly
 * before it expires or the tool refuses it; calls that come while one is fetched wait for that one.
 */
final class ClientCredentials implements Authentication {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration EARLY = Duration.ofSeconds(30);
  private static final long DEFAULT_LIFE_S = 300;

  private record Token(Credentials credentials, Instant until) {}

  private final Login.ClientSecret account;
  private final HttpClient client;
  private final Duration timeout;
  private final InstantSource clock;
  private @Nullable Token token;
  private @Nullable CompletableFuture<Token> fetching;

  ClientCredentials(
      Login.ClientSecret account, HttpClient client, Duration timeout, InstantSource clock) {
    this.account = account;
    this.client = client;
    this.timeout = timeout;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<Credentials> obtain() {
    CompletableFuture<Token> pending;
    synchronized (this) {
      if (token != null && clock.instant().isBefore(token.until)) {
        return CompletableFuture.completedFuture(token.credentials);
      }
      token = null;
      if (fetching == null) {
        fetching = fetch();
      }
      pending = fetching;
    }
    pending.whenComplete((fetched, error) -> settle(pending, fetched));
    return pending.thenApply(
        fetched -> new Credentials(fetched.credentials.value(), /* reused= */ false));
  }

  private synchronized void settle(CompletableFuture<Token> ended, @Nullable Token fetched) {
    if (fetching == ended) {
      fetching = null;
      token = fetched;
    }
  }

  @Override
  public synchronized void refused(Credentials credentials) {
    if (token != null && String.valueOf(token.credentials.value()).equals(credentials.value())) {
      token = null;
    }
  }

  private CompletableFuture<Token> fetch() {
    StringBuilder form = new StringBuilder("grant_type=client_credentials");
    if (account.scope() != null) {
      form.append("&scope=").append(encoded(account.scope()));
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(account.tokenUrl())
            .timeout(timeout)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json");
    if (account.inHeader()) {
      String pair = encoded(account.id()) + ":" + encoded(account.secret());
      String basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      request.header("Authorization", "Basic " + basic);
    } else {
      form.append("&client_id=").append(encoded(account.id()));
      form.append("&client_secret=").append(encoded(account.secret()));
    }
    request.POST(BodyPublishers.ofString(form.toString()));
    return client
        .sendAsync(request.build(), BodyHandlers.ofString())
        .thenCompose(
            response -> {
              try {
                return CompletableFuture.completedFuture(read(response));
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
            });
  }

  private Token read(HttpResponse<String> response) throws IOException {
    if (response.statusCode() != 200) {
      // Not its body: some servers repeat what they were sent.
      throw new IOException("the token endpoint answered " + response.statusCode());
    }
    JsonNode json;
    try {
      json = JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new IOException("the token endpoint answered something that is no JSON");
    }
    String value = json.path("access_token").asText("");
    if (value.isEmpty()) {
      throw new IOException("the token endpoint answered without access_token");
    }
    Duration life = Duration.ofSeconds(json.path("expires_in").asLong(DEFAULT_LIFE_S));
    Duration early = life.compareTo(EARLY.multipliedBy(2)) > 0 ? EARLY : life.dividedBy(2);
    return new Token(
        new Credentials("Bearer " + value, /* reused= */ true),
        clock.instant().plus(life.minus(early)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
