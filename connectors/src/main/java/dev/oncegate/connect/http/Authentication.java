package dev.oncegate.connect.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a tool is shown of who calls; a client certificate is shown by TLS beside it. */
interface Authentication {
  /**
   * A value of the header Authorization.
   *
   * @param value null: the header is not sent
   * @param reused whether it may have become stale since it was obtained
   */
  record Credentials(@Nullable String value, boolean reused) {
    @Override
    public String toString() {
      return "Credentials[hidden]";
    }
  }

  /** For the next call. Fails where none can be had. */
  CompletableFuture<Credentials> obtain();

  /** Takes note that the tool refused these. */
  default void refused(Credentials credentials) {}

  /** The same for all calls. */
  record Fixed(@Nullable String value) implements Authentication {
    @Override
    public CompletableFuture<Credentials> obtain() {
      return CompletableFuture.completedFuture(new Credentials(value, false));
    }

    @Override
    public String toString() {
      return "Fixed[hidden]";
    }
  }

  /**
   * What fits a login.
   *
   * @param fetching what fetches tokens
   */
  static Authentication of(Login login, Function<Login.ClientSecret, Authentication> fetching) {
    if (login instanceof Login.Basic basic) {
      byte[] pair = (basic.user() + ":" + basic.password()).getBytes(StandardCharsets.UTF_8);
      return new Fixed("Basic " + Base64.getEncoder().encodeToString(pair));
    } else if (login instanceof Login.Bearer bearer) {
      return new Fixed("Bearer " + bearer.token());
    } else if (login instanceof Login.ClientSecret secret) {
      return fetching.apply(secret);
    }
    return new Fixed(null);
  }
}
