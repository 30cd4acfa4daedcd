package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way to a TCP port on loopback that can be broken: connections cut, stalled or delayed, and put
 * right again.
 *
 * <p>While it is cut its own port stays bound and each new connection is reset at once: a port that
 * nobody holds could be given to somebody else.
 */
public final class Proxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 65_536;

  private enum Way {
    OPEN,
    CUT,
    STALLED
  }

  private final int targetPort;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private Way way = Way.OPEN;
  private boolean closed;
  private volatile Duration delay = Duration.ZERO;

  private Proxy(ServerSocket listener, int targetPort) {
    this.listener = listener;
    this.targetPort = targetPort;
  }

  /** Starts one on a port that stays its own. */
  static Proxy start(int port, int targetPort) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(new InetSocketAddress(Ports.loopback(), port));
      Proxy proxy = new Proxy(listener, targetPort);
      daemon("proxy-" + port, proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new StackException("no proxy on port %d: %s".formatted(port, e), e);
    }
  }

  int targetPort() {
    return targetPort;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Resets all connections, and each new one. */
  public synchronized void cut() {
    way = Way.CUT;
    notifyAll();
    sockets.forEach(Proxy::reset);
  }

  /** Lets no byte through; nobody is told, as with a cable that is unplugged. */
  public synchronized void stall() {
    way = Way.STALLED;
  }

  /**
   * From now on each piece of a stream takes longer, once in each direction.
   *
   * @param longer what arrives while a piece waits, waits with the next one
   */
  public void delay(Duration longer) {
    delay = longer;
  }

  /** All is as if nothing had happened, but for connections that were cut. */
  public synchronized void restore() {
    way = Way.OPEN;
    delay = Duration.ZERO;
    notifyAll();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        connect(listener.accept());
      } catch (IOException e) {
        // Closed, or the one who came has gone again.
      }
    }
  }

  private void connect(Socket client) {
    Socket target = new Socket();
    if (!admit(client, target)) {
      reset(client);
      return;
    }
    daemon(
        "proxy-%d-out".formatted(port()),
        () -> {
          try {
            target.connect(new InetSocketAddress(Ports.loopback(), targetPort));
            client.setTcpNoDelay(true);
            target.setTcpNoDelay(true);
          } catch (IOException e) {
            end(client, target);
            return;
          }
          daemon("proxy-%d-back".formatted(port()), () -> pump(target, client));
          pump(client, target);
        });
  }

  /** Under the lock: no connection slips through while all are being cut. */
  private synchronized boolean admit(Socket client, Socket target) {
    if (way == Way.CUT || closed) {
      return false;
    }
    sockets.add(client);
    sockets.add(target);
    return true;
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        Thread.sleep(delay.toMillis());
        awaitPassage();
        out.write(buffer, 0, length);
      }
    } catch (IOException e) {
      // One side has ended, and so does the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(from, to);
    }
  }

  private synchronized void awaitPassage() throws InterruptedException {
    while (way == Way.STALLED && !closed) {
      wait();
    }
  }

  private void end(Socket one, Socket other) {
    reset(one);
    reset(other);
    sockets.remove(one);
    sockets.remove(other);
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // Closed already.
    }
    try {
      socket.close();
    } catch (IOException e) {
      // It was of no use any more.
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new StackException("the proxy on port %d does not close".formatted(port()), e);
    }
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    sockets.forEach(Proxy::reset);
  }
}
