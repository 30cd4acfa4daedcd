package dev.oncegate.testbed.bench;

import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.stack.GateInstance;
import dev.oncegate.testbed.stack.StackException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures for how long partitions get no decision when the instance that works on them is killed:
 * until the group has noticed, another instance has what they know, and has decided the next
 * command.
 *
 * <p>Two instances share the partitions. The one that is killed is a JVM of its own; the one that
 * takes over is in this process, so that it can be asked how far its copies are.
 */
public final class TakeOver {
  private static final String VICTIM = "victim";
  private static final Duration GIVE_UP = Duration.ofMinutes(30);
  private static final long ASK_AGAIN_MS = 200;

  /** The marker at the end of a changelog's last transaction counts as a record behind. */
  private static final long CLOSE_ENOUGH = 100;

  private final Map<String, String> cluster;
  private final int partitions;
  private final Path directory;
  private final PrintWriter progress;

  /**
   * @param cluster settings that reach broker and registry, and whatever else the instances shall
   *     have, such as {@code main.consumer.session.timeout.ms}
   * @param directory for state stores, configuration and logs
   */
  public TakeOver(
      Map<String, String> cluster, int partitions, Path directory, PrintWriter progress) {
    this.cluster = cluster;
    this.partitions = partitions;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * What was measured.
   *
   * @param known actions that the gate knew
   * @param standbys copies of each store on other instances
   * @param byPartition milliseconds from SIGKILL to the next decision, for each partition that lost
   *     its instance
   */
  public record Measured(long known, int standbys, Map<Integer, Long> byPartition) {
    /** Until the last partition goes on, in milliseconds. */
    public long longestMs() {
      return byPartition.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    }
  }

  /**
   * Measures once, on topics of its own.
   *
   * @throws InterruptedException where it is stopped before
   */
  public Measured measure(long known, int standbys) throws InterruptedException {
    String name = "takeover-%d-%d-%d".formatted(known, standbys, System.currentTimeMillis());
    Map<String, String> settings = new HashMap<>(cluster);
    settings.put("gate.topic.prefix", name + ".");
    settings.put("application.id", name);
    settings.put("num.standby.replicas", String.valueOf(standbys));
    settings.put("state.dir", directory.resolve(name).resolve("state").toString());
    GateConfig config = GateConfig.of(settings);
    try (Admin admin = Gate.admin(config)) {
      new TopicSetup(admin, config).create(partitions, Optional.of((short) 1));
      try (GateInstance victim =
              new GateInstance(VICTIM, directory.resolve(name).resolve(VICTIM), settings);
          Gate survivor = Gate.start(config)) {
        victim.awaitRunning();
        // Before there is state: afterwards partitions stay where theirs is for a while.
        shared(admin, config);
        Workload.fresh("known", known, 1).publish(config, Topics.of(config).commands());
        tell("%,d commands are there; the gate learns them", known);
        await(() -> lag(admin, config) == 0, "the gate has not worked off the commands");
        Set<Integer> orphans = shared(admin, config);
        if (standbys > 0) {
          tell("the standbys catch up");
          await(() -> survivor.lag() <= CLOSE_ENOUGH, "the standbys have not caught up");
        }
        return new Measured(known, standbys, kill(victim, orphans, config));
      }
    }
  }

  private Map<Integer, Long> kill(GateInstance victim, Set<Integer> orphans, GateConfig config)
      throws InterruptedException {
    Map<Integer, Long> passedMs = new TreeMap<>();
    try (Probe probe = new Probe(config, partitions)) {
      probe.awaitDecisions(
          Instant.now(), IntStream.range(0, partitions).boxed().collect(Collectors.toSet()));
      tell("killing the instance of partitions %s", orphans);
      Instant death = Instant.now();
      victim.kill();
      // What it still decided before it died may be read after its death.
      probe
          .awaitDecisions(Instant.now(), orphans)
          .forEach(
              (partition, readAt) ->
                  passedMs.put(partition, Duration.between(death, readAt).toMillis()));
    }
    return passedMs;
  }

  /** Partitions of the victim; both instances must have some. */
  private Set<Integer> shared(Admin admin, GateConfig config) throws InterruptedException {
    await(
        () -> {
          int count = partitionsOfVictim(admin, config).size();
          return count > 0 && count < partitions;
        },
        "the instances do not share the partitions");
    return partitionsOfVictim(admin, config);
  }

  private static Set<Integer> partitionsOfVictim(Admin admin, GateConfig config) {
    String group = config.applicationId();
    String commands = Topics.of(config).commands();
    return Course.get(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group))
        .members()
        .stream()
        .filter(member -> member.clientId().startsWith(VICTIM + "-"))
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .filter(partition -> partition.topic().equals(commands))
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }

  /** How many commands the gate has not decided yet. */
  private long lag(Admin admin, GateConfig config) {
    String commands = Topics.of(config).commands();
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      wanted.put(new TopicPartition(commands, partition), OffsetSpec.latest());
    }
    Map<TopicPartition, ListOffsetsResultInfo> ends = Course.get(admin.listOffsets(wanted).all());
    Map<TopicPartition, OffsetAndMetadata> done =
        Course.get(
            admin.listConsumerGroupOffsets(config.applicationId()).partitionsToOffsetAndMetadata());
    return ends.entrySet().stream()
        .mapToLong(
            end -> {
              OffsetAndMetadata committed = done.get(end.getKey());
              return end.getValue().offset() - (committed == null ? 0 : committed.offset());
            })
        .sum();
  }

  private static void await(BooleanSupplier condition, String otherwise)
      throws InterruptedException {
    long giveUp = System.nanoTime() + GIVE_UP.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > giveUp) {
        throw new StackException("%s within %s".formatted(otherwise, GIVE_UP));
      }
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    }
  }

  private void tell(String words, Object... arguments) {
    progress.println("  " + words.formatted(arguments));
    progress.flush();
  }
}
