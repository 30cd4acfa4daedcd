package dev.oncegate.testbed.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The server.properties of brokers that are controllers too, on loopback. */
final class ServerProperties {
  private static final String DIRECT = "DIRECT";
  private static final String CONTROLLER = "CONTROLLER";
  private static final List<String> INTERNAL =
      List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic");

  private ServerProperties() {}

  /** Those of a broker that is alone. */
  static Properties ofOneBroker(Path data, int port, int controllerPort) {
    Properties properties = common(data);
    properties.putAll(
        Map.of(
            "node.id",
            "1",
            // Not a dynamic quorum: that would keep the controller's port in the data, and it
            // changes at every start.
            "controller.quorum.voters",
            "1@127.0.0.1:" + controllerPort,
            "listeners",
            "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort),
            "advertised.listeners",
            "PLAINTEXT://127.0.0.1:" + port));
    for (String internal : INTERNAL) {
      properties.put(internal + ".replication.factor", "1");
    }
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    return properties;
  }

  /**
   * A broker of several.
   *
   * @param id from 1 on
   * @param port where clients and the other brokers reach it
   * @param doors further ways to it
   */
  record Node(int id, int port, int controllerPort, List<Door> doors) {}

  /**
   * A way to a broker.
   *
   * @param port where the broker listens
   * @param advertised where those who come this way are told to come
   */
  record Door(int port, int advertised) {}

  /** Those of one broker of a cluster, each of whose records lies on all of them. */
  static Properties ofOneOf(List<Node> cluster, Node node, Path data) {
    List<String> doors =
        IntStream.rangeClosed(1, node.doors().size()).mapToObj(i -> "DOOR" + i).toList();
    StringBuilder listeners =
        new StringBuilder("%s://127.0.0.1:%d".formatted(CONTROLLER, node.controllerPort()))
            .append(",%s://127.0.0.1:%d".formatted(DIRECT, node.port()));
    StringBuilder advertised =
        new StringBuilder("%s://127.0.0.1:%d".formatted(DIRECT, node.port()));
    StringBuilder protocols = new StringBuilder(CONTROLLER + ":PLAINTEXT," + DIRECT + ":PLAINTEXT");
    for (int i = 0; i < doors.size(); i++) {
      Door door = node.doors().get(i);
      listeners.append(",%s://127.0.0.1:%d".formatted(doors.get(i), door.port()));
      advertised.append(",%s://127.0.0.1:%d".formatted(doors.get(i), door.advertised()));
      protocols.append(",%s:PLAINTEXT".formatted(doors.get(i)));
    }
    Properties properties = common(data);
    properties.putAll(
        Map.of(
            "node.id", String.valueOf(node.id()),
            "controller.quorum.voters",
                cluster.stream()
                    .map(one -> "%d@127.0.0.1:%d".formatted(one.id(), one.controllerPort()))
                    .collect(Collectors.joining(",")),
            "listeners", listeners.toString(),
            "advertised.listeners", advertised.toString(),
            "listener.security.protocol.map", protocols.toString(),
            "inter.broker.listener.name", DIRECT));
    properties.putAll(replicated(cluster.size()));
    properties.putAll(quickToNotice());
    properties.putAll(keepingEverything());
    return properties;
  }

  private static Map<String, String> replicated(int brokers) {
    Properties properties = new Properties();
    String replicas = String.valueOf(brokers);
    String inSync = String.valueOf(brokers / 2 + 1);
    for (String internal : INTERNAL) {
      properties.put(internal + ".replication.factor", replicas);
    }
    properties.put("default.replication.factor", replicas);
    properties.put("min.insync.replicas", inSync);
    properties.put("transaction.state.log.min.isr", inSync);
    properties.put("share.coordinator.state.topic.min.isr", inSync);
    // A listener has threads of its own, and there are many.
    properties.put("num.network.threads", "1");
    properties.put("num.io.threads", "4");
    return asMap(properties);
  }

  /** Faster than by default: a fault that nobody has noticed yet is no fault. */
  private static Map<String, String> quickToNotice() {
    return Map.of(
        "broker.session.timeout.ms", "5000",
        "broker.heartbeat.interval.ms", "1000",
        "replica.lag.time.max.ms", "5000",
        "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
  }

  /**
   * Timestamps are what clients say, however far away. None of them must let the broker delete what
   * is to be judged, or begin a new segment at every leap.
   */
  private static Map<String, String> keepingEverything() {
    String forever = String.valueOf(Long.MAX_VALUE);
    return Map.of(
        "log.message.timestamp.after.max.ms", forever,
        "log.message.timestamp.before.max.ms", forever,
        "log.roll.ms", forever,
        "log.retention.ms", "-1");
  }

  private static Properties common(Path data) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "process.roles", "broker,controller",
            "controller.listener.names", CONTROLLER,
            "log.dirs", data.toAbsolutePath().toString(),
            "auto.create.topics.enable", "false",
            // With no delay a second thread that joins while the first one syncs may have to wait
            // for a whole session.
            "group.initial.rebalance.delay.ms", "200",
            // The default, 128 MiB, is an eighth of the heap and taken at once.
            "log.cleaner.dedupe.buffer.size", "33554432"));
    for (String internal : INTERNAL) {
      properties.put(internal + ".num.partitions", "4");
    }
    return properties;
  }

  private static Map<String, String> asMap(Properties properties) {
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, properties::getProperty));
  }
}
