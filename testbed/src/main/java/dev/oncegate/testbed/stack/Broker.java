package dev.oncegate.testbed.stack;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;

/**
 * A Kafka broker and its controller in one child JVM, on loopback, with its data in one directory.
 */
public final class Broker implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final int ASK_TIMEOUT_MS = 2000;
  private static final String LOG_CONFIG =
      "classpath:dev/oncegate/testbed/stack/broker-log4j2.properties";

  private final ChildJvm jvm;
  private final int port;

  private Broker(ChildJvm jvm, int port) {
    this.jvm = jvm;
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
    Path serverProperties = directory.resolve("server.properties");
    try {
      Files.createDirectories(directory);
      try (Writer writer = Files.newBufferedWriter(serverProperties)) {
        serverProperties(directory.resolve("data"), chosen, Ports.free()).store(writer, null);
      }
    } catch (IOException e) {
      throw new StackException(
          "the broker's directory %s cannot be written: %s".formatted(directory, e), e);
    }
    // Serial: in a heap this small its pauses are short, and it leaves the cores to those who are
    // measured.
    List<String> flags =
        List.of(
            "-Xms256m",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Dlog4j2.configurationFile=" + LOG_CONFIG);
    ChildJvm.Program program =
        new ChildJvm.Program(
            "the broker",
            flags,
            ChildJvm.ownClassPath(),
            BrokerProgram.class.getName(),
            List.of(serverProperties.toString()),
            directory.resolve("broker.log"));
    return new Broker(ChildJvm.start(program), chosen);
  }

  private static Properties serverProperties(Path data, int port, int controllerPort) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "process.roles", "broker,controller",
            "node.id", "1",
            // Not a dynamic quorum: that would keep the controller's port in the data, and it
            // changes at every start.
            "controller.quorum.voters", "1@127.0.0.1:" + controllerPort,
            "controller.listener.names", "CONTROLLER",
            "listeners",
                "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                    .formatted(port, controllerPort),
            "advertised.listeners", "PLAINTEXT://127.0.0.1:" + port,
            "log.dirs", data.toAbsolutePath().toString(),
            "auto.create.topics.enable", "false",
            // With no delay a second thread that joins while the first one syncs may have to wait
            // for a whole session.
            "group.initial.rebalance.delay.ms", "200",
            // The default, 128 MiB, is an eighth of the heap and taken at once.
            "log.cleaner.dedupe.buffer.size", "33554432"));
    for (String internal :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      properties.put(internal + ".replication.factor", "1");
      properties.put(internal + ".num.partitions", "4");
    }
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    return properties;
  }

  /**
   * Waits until clients are served.
   *
   * @param stop ends the waiting when it is complete, with a StoppedException
   */
  public void awaitReady(CompletableFuture<?> stop) {
    // First by a bare connection: a Kafka client logs a warning for each one that is refused.
    jvm.awaitReady(READY_TIMEOUT, () -> Ports.answers(port), stop);
    Map<String, Object> client =
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
    try (Admin admin = Admin.create(client)) {
      jvm.awaitReady(READY_TIMEOUT, () -> hasOneNode(admin), stop);
    }
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

  /** Completes when the broker has ended, whoever ended it, with what there is to say about it. */
  public CompletableFuture<StackException> ended() {
    return jvm.ended();
  }

  /** Ends the broker at once, as an accident would. */
  public void kill() {
    jvm.kill();
  }

  long pid() {
    return jvm.pid();
  }

  @Override
  public void close() {
    jvm.close();
  }
}
