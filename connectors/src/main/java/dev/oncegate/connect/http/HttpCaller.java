package dev.oncegate.connect.http;

import dev.oncegate.connect.claim.ClaimCheck;
import dev.oncegate.connect.http.Authentication.Credentials;
import dev.oncegate.connect.policy.RetryAfter;
import dev.oncegate.connect.route.ToolRequest;
import dev.oncegate.schema.CallClass;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Calls one tool by java.net.http, asynchronously; redirects are not followed. */
final class HttpCaller implements Caller {
  private static final int UNAUTHORIZED = 401;
  private static final int MAX_MESSAGE = 300;

  private final HttpClient client;
  private final HttpVersion version;
  private final Authentication authentication;
  private final Answers answers;
  private final @Nullable ClaimCheck claimCheck;
  private final ScheduledExecutorService timers;
  private final InstantSource clock;
  private final String userAgent;

  HttpCaller(
      HttpClient client,
      HttpVersion version,
      Authentication authentication,
      Answers answers,
      @Nullable ClaimCheck claimCheck,
      ScheduledExecutorService timers,
      InstantSource clock,
      String userAgent) {
    this.client = client;
    this.version = version;
    this.authentication = authentication;
    this.answers = answers;
    this.claimCheck = claimCheck;
    this.timers = timers;
    this.clock = clock;
    this.userAgent = userAgent;
  }

  @Override
  public CompletableFuture<CallEnd> call(
      ToolRequest request, String actionId, int attempt, Duration sendWithin, Duration timeout) {
    OneCall call = new OneCall(request, actionId, attempt);
    ScheduledFuture<?> timer = after(timeout, call::timeOut);
    CompletableFuture<Credentials> credentials = authentication.obtain();
    if (!credentials.isDone() && sendWithin.compareTo(timeout) < 0) {
      ScheduledFuture<?> lastMoment = after(sendWithin, call::giveUpUnsent);
      credentials.whenComplete((obtained, error) -> lastMoment.cancel(false));
    }
    credentials.whenComplete(call::send);
    return call.end.whenComplete((end, error) -> timer.cancel(false));
  }

  private ScheduledFuture<?> after(Duration delay, Runnable work) {
    return timers.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Whether anything was sent is what decides about a repetition, so the sending and the end of the
   * time exclude each other.
   */
  private final class OneCall {
    private final ToolRequest request;
    private final String actionId;
    private final int attempt;
    private final CompletableFuture<CallEnd> end = new CompletableFuture<>();
    private @Nullable CompletableFuture<HttpResponse<Body>> exchange;

    OneCall(ToolRequest request, String actionId, int attempt) {
      this.request = request;
      this.actionId = actionId;
      this.attempt = attempt;
    }

    synchronized void timeOut() {
      giveUpUnsent();
      if (exchange != null) {
        end.complete(new CallEnd.Broken(CallClass.TIMEOUT, null, "No whole answer in time."));
        exchange.cancel(true);
      }
    }

    synchronized void giveUpUnsent() {
      if (exchange == null) {
        end.complete(new CallEnd.Broken(CallClass.NO_TOKEN, null, "No access token came in time."));
      }
    }

    synchronized void send(@Nullable Credentials credentials, @Nullable Throwable error) {
      if (end.isDone()) {
        return;
      }
      if (credentials == null) {
        end.complete(
            new CallEnd.Broken(
                CallClass.NO_TOKEN, null, "No access token: " + described(root(error))));
        return;
      }
      try {
        exchange = client.sendAsync(httpRequest(request, credentials), bodyHandler());
      } catch (IllegalArgumentException e) {
        end.complete(new CallEnd.Broken(CallClass.NO_CONNECTION, null, described(e)));
        return;
      }
      exchange.whenComplete(
          (response, failure) ->
              end.complete(
                  failure == null
                      ? answered(response, credentials)
                      : HttpCaller.broken(root(failure))));
    }

    private BodyHandler<Body> bodyHandler() {
      return info -> {
        int status = info.statusCode();
        boolean success = status >= 200 && status < 300;
        boolean refusal = status >= 300 && status < 500;
        if (!success && !refusal) {
          return BodySubscribers.replacing(new Body.None());
        }
        ClaimCheck place = claimCheck;
        return new BodyReader(
            answers,
            status,
            answers.selected(info.headers()),
            Answers.contentType(info.headers()),
            place == null || !success ? null : () -> place.open(actionId, attempt));
      };
    }

    private CallEnd answered(HttpResponse<Body> response, Credentials credentials) {
      int status = response.statusCode();
      if (status == UNAUTHORIZED && credentials.reused()) {
        authentication.refused(credentials);
        return new CallEnd.Broken(
            CallClass.NO_TOKEN, status, "The tool refused the access token; a new one is fetched.");
      }
      Duration retryAfter =
          RetryAfter.of(response.headers().firstValue("retry-after").orElse(null), clock.instant());
      return new CallEnd.Answered(
          status, answers.selected(response.headers()), retryAfter, response.body());
    }
  }

  private HttpRequest httpRequest(ToolRequest request, Credentials credentials) {
    String text = request.body();
    BodyPublisher body = text == null ? BodyPublishers.noBody() : BodyPublishers.ofString(text);
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.uri())
            .version(version.of(request.uri()))
            .method(request.method(), body)
            .header("User-Agent", userAgent);
    for (Map.Entry<String, String> header : request.headers().entrySet()) {
      builder.setHeader(header.getKey(), header.getValue());
    }
    if (credentials.value() != null) {
      builder.setHeader("Authorization", credentials.value());
    }
    return builder.build();
  }

  /** Told apart is what matters: whether the tool can have received the request. */
  static CallEnd broken(Throwable error) {
    CallClass callClass;
    if (error instanceof ConnectException
        || error instanceof HttpConnectTimeoutException
        || error instanceof UnresolvedAddressException
        || error instanceof SSLHandshakeException) {
      callClass = CallClass.NO_CONNECTION;
    } else if (error instanceof HttpTimeoutException) {
      callClass = CallClass.TIMEOUT;
    } else {
      callClass = CallClass.RESET;
    }
    return new CallEnd.Broken(callClass, null, described(error));
  }

  private static Throwable root(@Nullable Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null ? new IllegalStateException("nothing was obtained") : cause;
  }

  private static String described(Throwable error) {
    String message = error.getMessage();
    String text =
        error.getClass().getSimpleName() + (message == null ? "" : ": " + message.strip());
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE);
  }
}
