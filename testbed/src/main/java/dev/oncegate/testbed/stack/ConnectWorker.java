package dev.oncegate.testbed.stack;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Kafka Connect worker in a child JVM, on a class path of its own, with its REST API on loopback.
 * Its state is in the broker's topics: one that is started again goes on where the last one was.
 */
public final class ConnectWorker extends ChildServer {
  /** The option that chooses the port of the REST API, as errors name it. */
  public static final String PORT_SETTING = "--connect-port";

  private static final String MAIN_CLASS = "org.apache.kafka.connect.cli.ConnectDistributed";
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);

  private final int port;

  private ConnectWorker(ChildJvm jvm, int port) {
    super(jvm);
    this.port = port;
  }

  /**
   * What a worker needs.
   *
   * @param directory its configuration and its log file, connect.log
   * @param port of the REST API; 0: any free one
   * @param bootstrapServers the brokers
   * @param plugins folders of plug-ins beside those that come with the testbed
   * @param environment what configurations of connectors name as ${env:NAME}
   */
  public record Plan(
      Path directory,
      int port,
      String bootstrapServers,
      List<Path> plugins,
      Map<String, String> environment) {}

  /**
   * The folder of our own plug-ins, for a {@link Plan}.
   *
   * @throws StackException where they were not built
   */
  public static Path ownPlugins() {
    return BesideTheTestbed.ownPlugins();
  }

  /** Starts a worker; it answers after {@link #awaitReady}. */
  public static ConnectWorker start(Plan plan) {
    int port = Ports.choose(plan.port(), PORT_SETTING);
    Path directory = plan.directory();
    Path file = directory.resolve("worker.properties");
    try {
      Files.createDirectories(directory);
      try (Writer writer = Files.newBufferedWriter(file)) {
        properties(plan, port).store(writer, null);
      }
      ChildJvm.Program program =
          new ChildJvm.Program(
              "the Connect worker",
              List.of(
                  "-Xms128m",
                  "-Xmx768m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Dlog4j2.configurationFile=" + ownLogConfig(directory).toUri()),
              classPath(directory),
              MAIN_CLASS,
              List.of(file.toString()),
              directory.resolve("connect.log"));
      return new ConnectWorker(ChildJvm.start(program, plan.environment()), port);
    } catch (IOException e) {
      throw new StackException(
          "the Connect worker's directory %s cannot be written: %s".formatted(directory, e), e);
    }
  }

  /** A file: the worker's class path has none of our resources. */
  private static Path ownLogConfig(Path directory) throws IOException {
    Path file = directory.resolve("connect-log4j2.properties");
    try (var bytes = ConnectWorker.class.getResourceAsStream("connect-log4j2.properties")) {
      Files.write(file, bytes.readAllBytes());
    }
    return file;
  }

  private static String classPath(Path directory) throws IOException {
    return Stream.concat(
            Stream.of(ChildJvm.copyOfChild(directory)), BesideTheTestbed.workerJars().stream())
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Properties properties(Plan plan, int port) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", plan.bootstrapServers());
    properties.put("listeners", "http://127.0.0.1:" + port);
    properties.put(
        "plugin.path",
        Stream.concat(Stream.of(BesideTheTestbed.plugins()), plan.plugins().stream())
            .map(Path::toString)
            .collect(Collectors.joining(",")));
    properties.put("plugin.discovery", "service_load");
    properties.putAll(
        Map.of(
            "group.id", "oncegate-connect",
            "key.converter", "org.apache.kafka.connect.storage.StringConverter",
            "value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter",
            "exactly.once.source.support", "enabled",
            "config.providers", "env,file",
            "config.providers.env.class",
                "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
            "config.providers.file.class",
                "org.apache.kafka.common.config.provider.FileConfigProvider",
            // A worker that was killed is given its tasks again after this time; the default is
            // five minutes.
            "scheduled.rebalance.max.delay.ms", "0",
            "session.timeout.ms", "10000",
            "offset.flush.interval.ms", "1000"));
    for (String topic : List.of("config", "offset", "status")) {
      properties.put(topic + ".storage.topic", "oncegate-connect-" + topic);
      properties.put(topic + ".storage.replication.factor", "1");
    }
    properties.put("offset.storage.partitions", "4");
    properties.put("status.storage.partitions", "1");
    return properties;
  }

  /**
   * Waits until the worker has joined its group and takes connectors.
   *
   * @param stop ends the waiting when it is complete, with a StoppedException
   */
  public void awaitReady(CompletableFuture<?> stop) {
    ConnectRest rest = rest();
    jvm.awaitReady(READY_TIMEOUT, () -> Ports.answers(port) && rest.isHealthy(), stop);
  }

  /** What manages its connectors. */
  public ConnectRest rest() {
    return new ConnectRest(URI.create("http://127.0.0.1:" + port));
  }

  /** The port of its REST API. */
  public int port() {
    return port;
  }
}
