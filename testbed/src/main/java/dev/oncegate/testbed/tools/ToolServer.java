package dev.oncegate.testbed.tools;

import dev.oncegate.testbed.stack.Database;
import dev.oncegate.testbed.stack.Ports;
import dev.oncegate.testbed.stack.StackException;
import java.sql.SQLException;
import java.util.Map;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The simulated tools on loopback: {@code POST /payments}, {@code /tickets} and {@code /mails},
 * each with any JSON object as arguments. Their behaviour is read and set at {@code
 * /admin/behaviour}, what they have met is told by {@code GET /admin/counts}.
 */
public final class ToolServer implements AutoCloseable {
  /** The option that chooses the port, as errors name it. */
  public static final String PORT_SETTING = "--tools-port";

  private static final int THREADS = 64;

  private final Server server;
  private final ServerConnector connector;
  private final Books books;
  private final ToolCalls calls;

  private ToolServer(Server server, ServerConnector connector, Books books, ToolCalls calls) {
    this.server = server;
    this.connector = connector;
    this.books = books;
    this.calls = calls;
  }

  /**
   * Starts the tools.
   *
   * @param database takes what they do; their tables are made where they are missing
   * @param port 0: any free one
   */
  public static ToolServer start(Database database, int port, Behaviour behaviour) {
    int chosen = Ports.choose(port, PORT_SETTING);
    Books books;
    try {
      books = Books.open(database);
    } catch (SQLException e) {
      throw new StackException(
          "the tools cannot use %s: %s".formatted(database, e.getMessage()), e);
    }
    Server server = new Server(new QueuedThreadPool(THREADS));
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(chosen);
    server.addConnector(connector);
    ToolCalls calls = new ToolCalls(books, behaviour);
    server.setHandler(new Handler.Sequence(new Administration(calls), calls));
    try {
      server.start();
    } catch (Exception e) {
      books.close();
      throw new StackException("the tools do not start: " + e.getMessage(), e);
    }
    return new ToolServer(server, connector, books, calls);
  }

  /** Where the tools are, without a slash at the end. */
  public String url() {
    return "http://127.0.0.1:" + connector.getLocalPort();
  }

  /** Changes how they behave from the next call on. */
  public void behave(Behaviour behaviour) {
    calls.behave(behaviour);
  }

  /** Calls of each tool, and faults of each kind, since the start. */
  public Map<String, Long> counts() {
    return calls.counts();
  }

  /** Stops; calls that wait for an answer get none. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new StackException("the tools do not stop: " + e.getMessage(), e);
    } finally {
      books.close();
    }
  }
}
