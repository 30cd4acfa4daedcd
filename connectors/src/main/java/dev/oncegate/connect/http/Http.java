package dev.oncegate.connect.http;

import dev.oncegate.connect.claim.ClaimCheck;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * What all callers of a task share.
 *
 * @param threads where answers are read; must bear that a claim check blocks
 * @param timers where times run out
 * @param claimCheck null: there is none
 * @param connectTimeout how long a connection may take to be made
 * @param userAgent what stands in the header of that name
 */
public record Http(
    Executor threads,
    ScheduledExecutorService timers,
    InstantSource clock,
    @Nullable ClaimCheck claimCheck,
    Duration connectTimeout,
    String userAgent) {

  /** The caller of one tool, with connections of its own. */
  public Caller caller(Login login, Tls tls, HttpVersion version, Answers answers) {
    HttpClient client =
        HttpClient.newBuilder()
            .executor(threads)
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .sslContext(tls.context())
            .sslParameters(tls.parameters())
            .build();
    Authentication authentication =
        Authentication.of(
            login,
            secret -> new ClientCredentials(secret, client, connectTimeout.multipliedBy(2), clock));
    return new HttpCaller(
        client, version, authentication, answers, claimCheck, timers, clock, userAgent);
  }
}
