package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports on loopback. */
public final class Ports {
  private static final int CONNECT_TIMEOUT_MS = 1000;

  /** Linux gives connections ports from 32768 on, others from higher ones. */
  private static final int LASTING_FROM = 15_000;

  private static final int LASTING_TO = 32_000;

  /** The system may offer the same port again before its first owner has bound it. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /** A port that nothing listens on and that was not given before in this process. */
  public static int free() {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
        if (GIVEN.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * A free port that stays free while its owner is down and others try to reach it: the system
   * gives no port of this range to a connection. From its own range it might, even so that the one
   * who tries is connected to itself.
   */
  static int lasting() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LASTING_FROM, LASTING_TO);
      if (canBeBound(port) && GIVEN.add(port)) {
        return port;
      }
    }
  }

  /**
   * The port to use for a setting.
   *
   * @param port 0 to 65535; 0: any free one
   * @param setting the option that chooses the port, for the error
   * @throws StackException where something else listens there
   */
  public static int choose(int port, String setting) {
    if (port == 0) {
      return free();
    }
    if (answers(port) || !canBeBound(port)) {
      throw new StackException(
          "port %d of 127.0.0.1 is in use: end what listens there or choose another port with %s"
              .formatted(port, setting));
    }
    return port;
  }

  /** Whether something accepts connections there. */
  static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(loopback(), port), CONNECT_TIMEOUT_MS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean canBeBound(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // A port whose last connections are still in TIME_WAIT is free for a listener.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(loopback(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Not getLoopbackAddress(): that may be ::1. */
  static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
