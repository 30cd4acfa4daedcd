package dev.oncegate.ops;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.Vitals;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses of the endpoint. All of them are read; none changes anything. */
final class Routes extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

  private final Probes probes;
  private final Supplier<@Nullable Gate> gate;
  private final Supplier<Answer> about;
  private final Supplier<Optional<Scrape>> metrics;

  /**
   * @param gate gives the gate; null while it is being started
   */
  Routes(
      Probes probes,
      Supplier<@Nullable Gate> gate,
      Supplier<Answer> about,
      Supplier<Optional<Scrape>> metrics) {
    this.probes = probes;
    this.gate = gate;
    this.about = about;
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Answer answer;
    try {
      answer = answer(request);
    } catch (Refused e) {
      if (e.problem() == Problem.METHOD_NOT_ALLOWED) {
        response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
      }
      answer = Answer.of(e);
    } catch (RuntimeException e) {
      LOG.error("{} failed.", request.getHttpURI().getPath(), e);
      answer = Answer.of(new Refused(Problem.INTERNAL, "The log tells why."));
    }
    write(answer, response, callback);
    return true;
  }

  private Answer answer(Request request) {
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      throw new Refused(Problem.METHOD_NOT_ALLOWED, "GET or HEAD is expected.");
    }
    if (request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
      throw new Refused(Problem.TOO_LARGE, "Leave the body out.");
    }
    // As it was sent: a key may have an encoded slash in it.
    String path = request.getHttpURI().getPath();
    return switch (path) {
      case "/healthz" -> probes.health(vitals());
      case "/readyz" -> probes.ready(vitals());
      case "/startupz" -> probes.startup(vitals());
      case "/info" -> about.get();
      case "/metrics" -> scrape(request);
      default ->
          throw new Refused(
              Problem.NOT_FOUND, "There are /healthz, /readyz, /startupz, /metrics and /info.");
    };
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
