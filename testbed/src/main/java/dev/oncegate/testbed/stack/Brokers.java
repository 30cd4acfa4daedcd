package dev.oncegate.testbed.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;

/**
 * Several brokers that are controllers too, each in a child JVM, on loopback: every record lies on
 * all of them, and a write counts when most of them have it.
 *
 * <p>Besides the direct way there are doors: a door has a proxy before each broker, and who comes
 * through it is kept there. So one client can be cut off while others are not.
 */
public final class Brokers implements AutoCloseable {
  private static final List<String> HEAP =
      List.of("-Xms192m", "-Xmx384m", "-XX:TieredStopAtLevel=1");
  private static final int ASK_TIMEOUT_MS = 2000;
  private static final long PAUSE_MS = 100;

  private final Path directory;
  private final String clusterId = Uuid.randomUuid().toString();
  private final List<ServerProperties.Node> nodes;
  private final List<List<Proxy>> proxiesByDoor;
  private final Broker[] brokers;
  private final Admin admin;
  private int starts;

  private Brokers(
      Path directory, List<ServerProperties.Node> nodes, List<List<Proxy>> proxiesByDoor) {
    this.directory = directory;
    this.nodes = nodes;
    this.proxiesByDoor = proxiesByDoor;
    this.brokers = new Broker[nodes.size()];
    for (int i = 0; i < brokers.length; i++) {
      brokers[i] = launch(i);
    }
    this.admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()));
  }

  /**
   * Starts brokers on free ports; they answer after {@link #awaitWhole}.
   *
   * @param directory for their data and logs
   * @param size how many, an odd number
   * @param doors how many clients need a way of their own
   */
  public static Brokers start(Path directory, int size, int doors) {
    List<ServerProperties.Node> nodes = new ArrayList<>();
    List<List<Proxy>> proxies = new ArrayList<>();
    IntStream.range(0, doors).forEach(door -> proxies.add(new ArrayList<>()));
    for (int id = 1; id <= size; id++) {
      List<ServerProperties.Door> ways = new ArrayList<>();
      for (int door = 0; door < doors; door++) {
        Proxy proxy = Proxy.start(Ports.lasting(), Ports.lasting());
        proxies.get(door).add(proxy);
        ways.add(new ServerProperties.Door(proxy.targetPort(), proxy.port()));
      }
      nodes.add(new ServerProperties.Node(id, Ports.lasting(), Ports.lasting(), ways));
    }
    return new Brokers(directory, nodes, proxies);
  }

  private Broker launch(int index) {
    ServerProperties.Node node = nodes.get(index);
    String name = "broker-" + node.id();
    Path home = directory.resolve(name);
    starts++;
    return Broker.start(
        new Broker.Start(
            name,
            home,
            home.resolve("broker-%d.log".formatted(starts)),
            ServerProperties.ofOneOf(nodes, node, home.resolve("data")),
            clusterId,
            HEAP,
            node.port()));
  }

  /** How many there are. */
  public int size() {
    return brokers.length;
  }

  /** One of them, from 0 on. */
  public Broker broker(int index) {
    return brokers[index];
  }

  /** The direct way to all. */
  public String bootstrapServers() {
    return nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
  }

  /** The way through a door, from 0 on. */
  public String bootstrapServers(int door) {
    return proxiesByDoor.get(door).stream()
        .map(proxy -> "127.0.0.1:" + proxy.port())
        .collect(Collectors.joining(","));
  }

  /** The proxies of a door, one before each broker. */
  public List<Proxy> door(int door) {
    return proxiesByDoor.get(door);
  }

  /** Starts a broker again that has ended, on the same ports and data. */
  public void restart(int index) {
    brokers[index] = launch(index);
  }

  /** Which broker leads the metadata quorum, from 0 on. */
  public int leader() {
    try {
      int id =
          admin
              .describeMetadataQuorum()
              .quorumInfo()
              .get(ASK_TIMEOUT_MS, TimeUnit.MILLISECONDS)
              .leaderId();
      return id - 1;
    } catch (ExecutionException | TimeoutException e) {
      throw new StackException("the brokers do not tell who leads them", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  /**
   * Waits until all brokers serve and each partition lies on all of them.
   *
   * @param stop ends the waiting when it is complete, with a StoppedException
   */
  public void awaitWhole(Duration timeout, CompletableFuture<?> stop) {
    for (Broker broker : brokers) {
      broker.awaitListening(stop);
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!isWhole()) {
      if (stop.isDone()) {
        throw new StoppedException("told to stop before the brokers were whole");
      }
      if (System.nanoTime() > deadline) {
        throw new StackException(
            "the brokers in %s are not whole again within %d s: look at their logs"
                .formatted(directory, timeout.toSeconds()));
      }
      pause();
    }
  }

  private boolean isWhole() {
    try {
      Collection<?> nodesUp =
          admin.describeCluster().nodes().get(ASK_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      if (nodesUp.size() < brokers.length) {
        return false;
      }
      Collection<String> names =
          admin
              .listTopics(new ListTopicsOptions().listInternal(true))
              .names()
              .get(ASK_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      Map<String, TopicDescription> topics =
          admin.describeTopics(names).allTopicNames().get(ASK_TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return topics.values().stream()
          .flatMap(topic -> topic.partitions().stream())
          .allMatch(
              partition ->
                  partition.leader() != null
                      && partition.isr().size() == partition.replicas().size());
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted while waiting for the brokers", e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted while waiting for the brokers", e);
    }
  }

  /** Ends all at once: in order, the last ones would wait for a majority that is gone. */
  @Override
  public void close() {
    admin.close(Duration.ZERO);
    for (Broker broker : brokers) {
      broker.kill();
    }
    proxiesByDoor.forEach(door -> door.forEach(Proxy::close));
  }
}
