package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.Uuid;

/**
 * A Kafka broker and its controller in one child JVM, on loopback, with its data in one directory.
 */
public final class Broker extends ChildServer {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final int ASK_TIMEOUT_MS = 2000;
  private static final String LOG_CONFIG =
      "classpath:dev/oncegate/testbed/stack/broker-log4j2.properties";

  private final int port;

  private Broker(ChildJvm jvm, int port) {
    super(jvm);
    this.port = port;
  }

  /**
   * Starts a broker; it answers after {@link #awaitReady}.
   *
   * @param directory its data, kept between starts, and its log file, broker.log
   * @param port 0: any free one
   */
  public static Broker start(Path directory, int port) {
    int chosen = Ports.choose(port, Stack.BROKER_PORT_SETTING);
    Properties properties =
        ServerProperties.ofOneBroker(directory.resolve("data"), chosen, Ports.free());
    return start(
        new Start(
            "the broker",
            directory,
            directory.resolve("broker.log"),
            properties,
            Uuid.randomUuid().toString(),
            List.of("-Xms256m", "-Xmx1g"),
            chosen));
  }

  /**
   * How to start a broker.
   *
   * @param name for errors
   * @param directory of its properties
   * @param clusterId of all brokers of its cluster; counts only where its data directory is new
   * @param port where it is asked whether it is ready
   */
  record Start(
      String name,
      Path directory,
      Path log,
      Properties properties,
      String clusterId,
      List<String> heap,
      int port) {}

  static Broker start(Start start) {
    Path serverProperties = start.directory().resolve("server.properties");
    try {
      Files.createDirectories(start.directory());
      try (Writer writer = Files.newBufferedWriter(serverProperties)) {
        start.properties().store(writer, null);
      }
    } catch (IOException e) {
      throw new StackException(
          "the directory %s of %s cannot be written: %s"
              .formatted(start.directory(), start.name(), e),
          e);
    }
    List<String> flags = new ArrayList<>(start.heap());
    // Serial: in a heap this small its pauses are short, and it leaves the cores to those who are
    // measured.
    flags.addAll(
        List.of("-XX:+UseSerialGC", "-Xshare:auto", "-Dlog4j2.configurationFile=" + LOG_CONFIG));
    ChildJvm.Program program =
        new ChildJvm.Program(
            start.name(),
            flags,
            ChildJvm.ownClassPath(),
            BrokerProgram.class.getName(),
            List.of(serverProperties.toString(), start.clusterId()),
            start.log());
    return new Broker(ChildJvm.start(program), start.port());
  }

  /**
   * Waits until clients are served.
   *
   * @param stop ends the waiting when it is complete, with a StoppedException
   */
  public void awaitReady(CompletableFuture<?> stop) {
    awaitListening(stop);
    Map<String, Object> client =
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
    try (Admin admin = Admin.create(client)) {
      jvm.awaitReady(READY_TIMEOUT, () -> hasOneNode(admin), stop);
    }
  }

  /** First by a bare connection: a Kafka client logs a warning for each one that is refused. */
  void awaitListening(CompletableFuture<?> stop) {
    jvm.awaitReady(READY_TIMEOUT, () -> Ports.answers(port), stop);
  }

  private static boolean hasOneNode(Admin admin) {
    try {
      return admin
              .describeCluster(new DescribeClusterOptions().timeoutMs(ASK_TIMEOUT_MS))
              .nodes()
              .get()
              .size()
          == 1;
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  /** Lets the broker stand still until {@link #thaw}. */
  public void freeze() {
    jvm.freeze();
  }

  /** Lets the broker go on. */
  public void thaw() {
    jvm.thaw();
  }
}
