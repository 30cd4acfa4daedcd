package dev.oncegate.ops;

import dev.oncegate.config.GateKeys;
import dev.oncegate.config.HostAndPort;
import org.apache.kafka.common.config.ConfigException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The HTTP server with its limits. A slow client holds a connection and no thread: requests are
 * read, and answers written, as far as the network takes them.
 */
final class HttpServer implements AutoCloseable {
  private static final int MOST_CONNECTIONS = 256;
  private static final int HEADER_BYTES = 8 * 1024;
  private static final long IDLE_MS = 15_000;

  private final HostAndPort listener;
  private final Server server;
  private final ServerConnector connector;

  HttpServer(HostAndPort listener, int threadsMax) {
    this.listener = listener;
    QueuedThreadPool threads = new QueuedThreadPool(threadsMax, Math.min(threadsMax, 4));
    threads.setName("ops-http");
    threads.setDaemon(true);
    server = new Server(threads);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http()));
    connector.setHost(listener.host());
    connector.setPort(listener.port());
    connector.setIdleTimeout(IDLE_MS);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, server));
    server.setErrorHandler(Routes::writeError);
    // What is under way is not waited for: it only tells, and whoever asked may ask again.
    server.setStopTimeout(0);
  }

  private static HttpConfiguration http() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    // Keys may hold any character; the paths are matched as they come, and name no files.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "keys",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_PARAMETER,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));
    return http;
  }

  /**
   * Begins to listen.
   *
   * @throws ConfigException where the address cannot be used
   */
  void start(Handler handler) {
    server.setHandler(handler);
    try {
      server.start();
    } catch (Exception e) {
      close();
      throw new ConfigException(
          GateKeys.OPS_LISTENER,
          listener,
          "cannot listen there: %s; choose another port, 0 for any free one, or nothing to do without"
              .formatted(e.getMessage()));
    }
  }

  /** Where it listens: the port is the one it found where any was right. */
  HostAndPort address() {
    return new HostAndPort(listener.host(), connector.getLocalPort());
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the operations endpoint does not stop", e);
    }
  }
}
