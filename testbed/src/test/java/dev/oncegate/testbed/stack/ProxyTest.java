package dev.oncegate.testbed.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProxyTest {
  private static final int LONG_ENOUGH_MS = 10_000;

  private final ExecutorService echoing = Executors.newCachedThreadPool();
  private ServerSocket echo;
  private Proxy proxy;

  @BeforeEach
  void startTheEchoAndAProxyBeforeIt() throws IOException {
    echo = new ServerSocket(0, 50, Ports.loopback());
    echoing.submit(this::serve);
    proxy = Proxy.start(Ports.lasting(), echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
    echoing.shutdownNow();
  }

  @Test
  void itIsNotNoticedWhileItIsWhole() throws IOException {
    try (Socket socket = connect()) {
      assertThat(answerTo(socket, 7)).isEqualTo(7);
      assertThat(answerTo(socket, 8)).isEqualTo(8);
    }
  }

  @Test
  void cutItEndsWhatIsThereAndWhatComesUntilItIsRestored() throws IOException {
    try (Socket socket = connect()) {
      assertThat(answerTo(socket, 1)).isEqualTo(1);
      proxy.cut();
      assertThatThrownBy(() -> requireAnswerTo(socket, 2)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(
            () -> {
              try (Socket socket = connect()) {
                requireAnswerTo(socket, 3);
              }
            })
        .isInstanceOf(IOException.class);
    proxy.restore();
    try (Socket socket = connect()) {
      assertThat(answerTo(socket, 4)).isEqualTo(4);
    }
  }

  @Test
  void stalledItKeepsEveryByteUntilItIsRestored() throws IOException {
    try (Socket socket = connect()) {
      assertThat(answerTo(socket, 1)).isEqualTo(1);
      proxy.stall();
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> answerTo(socket, 2)).isInstanceOf(SocketTimeoutException.class);
      proxy.restore();
      socket.setSoTimeout(LONG_ENOUGH_MS);
      assertThat(socket.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void delayedItTakesLongerInEachDirection() throws IOException {
    try (Socket socket = connect()) {
      proxy.delay(Duration.ofMillis(150));
      long from = System.nanoTime();
      assertThat(answerTo(socket, 1)).isEqualTo(1);
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThan(Duration.ofMillis(300));
      proxy.restore();
      assertThat(answerTo(socket, 2)).isEqualTo(2);
    }
  }

  @Test
  void whoeverComesIsRefusedWhereNobodyListensBehindIt() throws IOException {
    echo.close();
    try (Socket socket = connect()) {
      assertThatThrownBy(() -> requireAnswerTo(socket, 1)).isInstanceOf(IOException.class);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(Ports.loopback(), proxy.port()), LONG_ENOUGH_MS);
    socket.setSoTimeout(LONG_ENOUGH_MS);
    return socket;
  }

  private static int answerTo(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    return socket.getInputStream().read();
  }

  /** The end of a stream is no answer either. */
  private static void requireAnswerTo(Socket socket, int value) throws IOException {
    if (answerTo(socket, value) != value) {
      throw new IOException("no answer");
    }
  }

  private Void serve() throws IOException {
    while (true) {
      Socket client = echo.accept();
      echoing.submit(() -> client.getInputStream().transferTo(client.getOutputStream()));
    }
  }
}
