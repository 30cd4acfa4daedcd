package dev.oncegate.ops;

import dev.oncegate.config.HostAndPort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Asks other instances, each question once and for a bounded time. No thread waits meanwhile. */
final class Neighbours implements AutoCloseable {
  private static final int THREADS = 2;

  /** An answer is a thousand circuits at most, or one stored result. */
  private static final long MOST_BYTES = 16 * 1024 * 1024;

  private final Duration timeout;
  private final ExecutorService threads;
  private final HttpClient client;

  Neighbours(Duration timeout) {
    this.timeout = timeout;
    AtomicInteger number = new AtomicInteger();
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "ops-neighbours-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .executor(threads)
            .build();
  }

  /**
   * What another instance answers.
   *
   * @param target path and query
   * @param self where the answer of this instance would come from
   * @return fails with {@link Refused} where it does not answer, or not as a gate does
   */
  CompletableFuture<Answer> ask(HostAndPort instance, String target, HostAndPort self) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + instance + target))
            .timeout(timeout)
            .header(Asked.FORWARDED_BY, self.toString())
            .build();
    return client
        .sendAsync(request, response -> bodyOf(response.headers()))
        // The request's own timeout ends with the headers.
        .orTimeout(2 * timeout.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (response, failure) -> {
              if (failure != null) {
                throw unreachable(instance, reason(failure));
              }
              return answer(instance, response);
            });
  }

  private static HttpResponse.BodySubscriber<byte @Nullable []> bodyOf(HttpHeaders headers) {
    long length = headers.firstValueAsLong("Content-Length").orElse(Long.MAX_VALUE);
    String type = headers.firstValue("Content-Type").orElse("");
    boolean ours = type.equals(Answer.JSON) || type.equals(Answer.PROBLEM);
    return ours && length <= MOST_BYTES
        ? BodySubscribers.mapping(BodySubscribers.ofByteArray(), bytes -> bytes)
        : BodySubscribers.replacing(null);
  }

  private static Answer answer(HostAndPort instance, HttpResponse<byte @Nullable []> response) {
    byte[] body = response.body();
    if (body == null) {
      throw unreachable(
          instance, "it answers %d, and not as a gate".formatted(response.statusCode()));
    }
    Map<String, String> headers =
        response
            .headers()
            .firstValue("Retry-After")
            .map(seconds -> Map.of("Retry-After", seconds))
            .orElse(Map.of());
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(Answer.JSON),
        headers,
        body);
  }

  private static Refused unreachable(HostAndPort instance, String reason) {
    return new Refused(
        Problem.INSTANCE_UNREACHABLE, "%s cannot be asked: %s.".formatted(instance, reason));
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
