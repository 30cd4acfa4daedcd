package dev.oncegate.testbed.torture;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.stack.Brokers;
import dev.oncegate.testbed.stack.Registry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;

/** What is tortured: three brokers, a registry and several instances of one gate. */
final class Rig implements AutoCloseable {
  /** The group takes an instance for dead after this time without a word. */
  static final Duration SESSION = Duration.ofSeconds(6);

  private static final String APPLICATION_ID = "torture";
  private static final int BROKERS = 3;
  private static final int ASK_TIMEOUT_MS = 5000;
  private static final Duration WHOLE = Duration.ofSeconds(90);
  private static final CompletableFuture<Void> NEVER = new CompletableFuture<>();

  private final Path directory;
  private final TortureSettings torture;
  private final Supervisor supervisor;
  private final Brokers brokers;
  private final List<Member> members = new ArrayList<>();
  private final List<Member> visitors = new ArrayList<>();
  private Registry registry;

  private Rig(Path directory, TortureSettings torture, Supervisor supervisor) {
    this.directory = directory;
    this.torture = torture;
    this.supervisor = supervisor;
    this.brokers = Brokers.start(directory.resolve("brokers"), BROKERS, torture.instances() + 1);
    this.registry = Registry.start(directory.resolve("registry"), 0);
  }

  /** Starts everything and waits until all instances work. */
  static Rig start(Path directory, TortureSettings torture, Supervisor supervisor)
      throws InterruptedException {
    Rig rig = new Rig(directory, torture, supervisor);
    try {
      rig.awaitWholeBrokers();
      rig.registry.awaitReady(NEVER);
      rig.createTopics();
      for (int i = 1; i <= torture.instances(); i++) {
        rig.members.add(rig.member("gate-" + i, i - 1));
      }
      for (Member member : rig.members) {
        member.awaitRunning();
      }
      return rig;
    } catch (InterruptedException | RuntimeException | Error e) {
      rig.close();
      throw e;
    }
  }

  private Member member(String name, int door) {
    Map<String, String> settings = settings();
    settings.put("bootstrap.servers", brokers.bootstrapServers(door));
    Member member = Member.start(name, directory, settings, brokers.door(door));
    supervisor.watch(member);
    return member;
  }

  private void createTopics() {
    GateConfig config = config();
    try (Admin admin = Gate.admin(config)) {
      new TopicSetup(admin, config).create(torture.partitions(), Optional.empty());
    }
  }

  /** Reaches the topics, by no proxy. */
  GateConfig config() {
    return GateConfig.of(settings());
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("bootstrap.servers", brokers.bootstrapServers());
    settings.put("schema.registry.url", registry.url());
    settings.put("application.id", APPLICATION_ID);
    settings.put("num.stream.threads", "1");
    settings.put("num.standby.replicas", String.valueOf(torture.standbys()));
    settings.put("main.consumer.session.timeout.ms", String.valueOf(SESSION.toMillis()));
    settings.put("main.consumer.heartbeat.interval.ms", "1500");
    // Half of all seeds: an instance is given partitions before it has their state, and restores
    // while they wait. Else as by default: it first warms up.
    if (torture.seed() % 2 != 0) {
      settings.put("acceptable.recovery.lag", String.valueOf(Long.MAX_VALUE));
    }
    // One that has restored its state gets its partitions back after this time.
    settings.put("probing.rebalance.interval.ms", "60000");
    // What was sent to a broker that stands still is tried again elsewhere after this time.
    settings.put("request.timeout.ms", "10000");
    // Short, so that much is too old.
    settings.put("gate.dedup.window.ms", "600000");
    settings.put("gate.deadline.max.ms", "300000");
    settings.put("gate.deadline.ms", "15000");
    settings.put("gate.confirmation.ttl.ms", "300000");
    // Little, so that RocksDB writes files.
    settings.put("gate.rocksdb.memory.bytes", "16777216");
    settings.put("gate.close.timeout.ms", "15000");
    return settings;
  }

  Brokers brokers() {
    return brokers;
  }

  /** The instances, without those that come and go. */
  List<Member> members() {
    return List.copyOf(members);
  }

  /** One that has partitions to work on: what has none would hardly be missed. */
  Member anyAtWork(Random random) {
    List<Member> atWork = members.stream().filter(atWork()).toList();
    List<Member> eligible = atWork.isEmpty() ? members : atWork;
    return eligible.get(random.nextInt(eligible.size()));
  }

  private Predicate<Member> atWork() {
    String commands = Topics.of(config()).commands();
    try (Admin admin = Gate.admin(config())) {
      Collection<MemberDescription> group =
          admin
              .describeConsumerGroups(
                  List.of(APPLICATION_ID),
                  new DescribeConsumerGroupsOptions().timeoutMs(ASK_TIMEOUT_MS))
              .describedGroups()
              .get(APPLICATION_ID)
              .get()
              .members();
      return member ->
          group.stream()
              .filter(one -> one.clientId().startsWith(member.name() + "-"))
              .flatMap(one -> one.assignment().topicPartitions().stream())
              .anyMatch(partition -> partition.topic().equals(commands));
    } catch (ExecutionException e) {
      return member -> true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return member -> true;
    }
  }

  Registry registry() {
    return registry;
  }

  /** Starts the registry again after its end, and waits until it serves. */
  void restartRegistry() {
    registry = Registry.start(directory.resolve("registry"), registry.port());
    registry.awaitReady(NEVER);
  }

  /** One instance more; it works after {@link Member#awaitRunning}. */
  Member join(String name) {
    Member visitor = member(name, torture.instances());
    visitors.add(visitor);
    return visitor;
  }

  /** An instance that came has gone. */
  void left(Member member) {
    supervisor.forget(member);
    visitors.remove(member);
  }

  void awaitWholeBrokers() {
    brokers.awaitWhole(WHOLE, NEVER);
  }

  /** Ends all at once; nothing of it is needed any more. */
  @Override
  public void close() {
    supervisor.close();
    members.forEach(Member::kill);
    visitors.forEach(Member::kill);
    registry.kill();
    brokers.close();
  }
}
