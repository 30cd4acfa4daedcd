package dev.oncegate.ops;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.GateQueries;
import dev.oncegate.gate.Vitals;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The addresses of the endpoint. All of them are read; none changes anything. */
final class Routes extends Handler.Abstract {
  private static final Pattern RUN = Pattern.compile("/v1/runs/([^/]+)");
  private static final Pattern ACTION = Pattern.compile("/v1/actions/([^/]+)/([^/]+)");

  private final Probes probes;
  private final Supplier<@Nullable Gate> gate;
  private final Supplier<Answer> about;
  private final Supplier<Optional<Scrape>> metrics;
  private final Lookups lookups;
  private final Circuits circuits;

  /**
   * @param gate gives the gate; null while it is being started
   */
  Routes(
      Probes probes,
      Lookups lookups,
      Circuits circuits,
      Supplier<@Nullable Gate> gate,
      Supplier<Answer> about,
      Supplier<Optional<Scrape>> metrics) {
    this.probes = probes;
    this.lookups = lookups;
    this.circuits = circuits;
    this.gate = gate;
    this.about = about;
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    CompletableFuture<Answer> answer;
    try {
      answer = answer(request);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    answer.whenComplete(
        (ready, failure) ->
            write(failure == null ? ready : Answer.of(Refused.of(failure)), response, callback));
    return true;
  }

  private CompletableFuture<Answer> answer(Request request) {
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      throw new Refused(Problem.METHOD_NOT_ALLOWED, "GET or HEAD is expected.");
    }
    if (request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
      throw new Refused(Problem.TOO_LARGE, "Leave the body out.");
    }
    Asked asked = Asked.of(request);
    return asked.path().startsWith("/v1/")
        ? known(asked)
        : CompletableFuture.completedFuture(plain(asked, request));
  }

  private Answer plain(Asked asked, Request request) {
    return switch (asked.path()) {
      case "/healthz" -> probes.health(vitals());
      case "/readyz" -> probes.ready(vitals());
      case "/startupz" -> probes.startup(vitals());
      case "/info" -> about.get();
      case "/metrics" -> scrape(request);
      default -> throw nothingThere();
    };
  }

  private CompletableFuture<Answer> known(Asked asked) {
    Matcher run = RUN.matcher(asked.path());
    Matcher action = ACTION.matcher(asked.path());
    if (run.matches()) {
      return lookups.run(queries(), asked, Asked.name(run.group(1)));
    }
    if (action.matches()) {
      return lookups.action(
          queries(), asked, Asked.name(action.group(1)), Asked.name(action.group(2)));
    }
    if (asked.path().equals("/v1/circuits")) {
      return circuits.list(queries(), asked);
    }
    throw nothingThere();
  }

  private static Refused nothingThere() {
    return new Refused(
        Problem.NOT_FOUND,
        "There are /healthz, /readyz, /startupz, /metrics, /info, /v1/runs/{run_id}, /v1/actions/{scope}/{key} and /v1/circuits.");
  }

  private GateQueries queries() {
    Gate running = gate.get();
    if (running == null) {
      throw new Refused(Problem.NOT_AVAILABLE, "The gate is being started. Ask again.");
    }
    return running.queries();
  }

  private @Nullable Vitals vitals() {
    Gate running = gate.get();
    return running == null ? null : running.vitals();
  }

  private Answer scrape(Request request) {
    Scrape scrape =
        metrics
            .get()
            .orElseThrow(
                () -> new Refused(Problem.NOT_FOUND, "This instance publishes no metrics."));
    String contentType = prefersOpenMetrics(request) ? Scrape.OPEN_METRICS : Scrape.PROMETHEUS;
    return new Answer(200, contentType, Map.of(), scrape.page(contentType));
  }

  /** By the order of preference that the collector gives; what it does not name it is not sent. */
  private static boolean prefersOpenMetrics(Request request) {
    QuotedQualityCSV accepted = new QuotedQualityCSV();
    request.getHeaders().getValuesList(HttpHeader.ACCEPT).forEach(accepted::addValue);
    for (String type : accepted.getValues()) {
      if (type.startsWith("application/openmetrics-text")) {
        return !type.contains("version=") || type.contains("version=1.0.0");
      }
      if (type.startsWith("text/") || type.startsWith("*/*")) {
        return false;
      }
    }
    return false;
  }

  static void write(Answer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    if (answer.status() == Problem.METHOD_NOT_ALLOWED.status()) {
      response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
    }
    answer.headers().forEach(response.getHeaders()::put);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
  }

  /** What the server itself refuses: a request that is no HTTP, or whose headers are too long. */
  static boolean writeError(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    write(
        new Answer(
            status,
            Answer.PROBLEM,
            Map.of(),
            JsonNodeFactory.instance
                .objectNode()
                .put("type", "about:blank")
                .put("title", HttpStatus.getMessage(status))
                .put("status", status)
                .toString()
                .getBytes(StandardCharsets.UTF_8)),
        response,
        callback);
    return true;
  }
}
