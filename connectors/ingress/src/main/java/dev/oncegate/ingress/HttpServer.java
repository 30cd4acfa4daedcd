package dev.oncegate.ingress;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The HTTP server: where it listens, its TLS, its limits. */
final class HttpServer implements AutoCloseable {
  private static final long STOP_TIMEOUT_MS = 5_000;
  private static final long IDLE_SLACK_MS = 10_000;

  private final IngressConfig config;
  private final Server server;
  private final ServerConnector connector;

  HttpServer(IngressConfig config) {
    this.config = config;
    QueuedThreadPool threads = new QueuedThreadPool(config.getInt(IngressKeys.THREADS_MAX));
    threads.setName("http");
    server = new Server(threads);
    connector =
        config.getString(IngressKeys.KEYSTORE_LOCATION) == null
            ? new ServerConnector(server, new HttpConnectionFactory(http()))
            : new ServerConnector(server, tls(), new HttpConnectionFactory(http()));
    connector.setHost(config.getString(IngressKeys.HOST));
    connector.setPort(config.getInt(IngressKeys.PORT));
    // A request that waits sends nothing for as long.
    connector.setIdleTimeout(
        IDLE_SLACK_MS
            + Math.max(
                config.decisionTimeout().plus(config.waitMax()).toMillis(),
                config.getLong(IngressKeys.STREAM_HEARTBEAT_MS)));
    server.addConnector(connector);
    server.setErrorHandler(HttpServer::writeError);
    server.setStopTimeout(STOP_TIMEOUT_MS);
  }

  private static HttpConfiguration http() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // Keys may hold any character; the paths are matched as they come, and name no files.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "keys",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_PARAMETER,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));
    // The certificate is the caller's; which host it called is not looked at.
    http.addCustomizer(new SecureRequestCustomizer(false));
    return http;
  }

  private SslContextFactory.Server tls() {
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setKeyStorePath(config.getString(IngressKeys.KEYSTORE_LOCATION));
    tls.setKeyStorePassword(config.secret(IngressKeys.KEYSTORE_PASSWORD));
    if (config.getString(IngressKeys.TRUSTSTORE_LOCATION) != null) {
      tls.setTrustStorePath(config.getString(IngressKeys.TRUSTSTORE_LOCATION));
      tls.setTrustStorePassword(config.secret(IngressKeys.TRUSTSTORE_PASSWORD));
    }
    switch (config.getString(IngressKeys.CLIENT_AUTH)) {
      case "required" -> tls.setNeedClientAuth(true);
      case "requested" -> tls.setWantClientAuth(true);
      default -> tls.setWantClientAuth(false);
    }
    return tls;
  }

  /** Threads that make answers. */
  QueuedThreadPool threads() {
    return (QueuedThreadPool) server.getThreadPool();
  }

  /**
   * Begins to listen.
   *
   * @throws ConfigException where the key store or the port cannot be used
   */
  void start(Handler handler) {
    server.setHandler(new GracefulHandler(handler));
    try {
      server.start();
    } catch (Exception e) {
      close();
      throw new ConfigException(
          "The ingress cannot listen on %s:%d: %s"
              .formatted(
                  config.getString(IngressKeys.HOST),
                  config.getInt(IngressKeys.PORT),
                  e.getMessage()));
    }
  }

  String url() {
    return "%s://%s:%d"
        .formatted(
            config.getString(IngressKeys.KEYSTORE_LOCATION) == null ? "http" : "https",
            config.getString(IngressKeys.HOST),
            connector.getLocalPort());
  }

  /** What the server itself refuses: a request that is no HTTP, or whose headers are too long. */
  private static boolean writeError(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("type", "about:blank");
    body.put("title", HttpStatus.getMessage(status));
    body.put("status", status);
    new Answer(status, Answer.PROBLEM, Map.of(), body).write(response, callback);
    return true;
  }

  /** Stops, giving the requests under way 5 s. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the ingress does not stop", e);
    }
  }
}
