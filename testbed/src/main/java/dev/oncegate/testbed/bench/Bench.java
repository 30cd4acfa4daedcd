package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.Gate;
import dev.oncegate.gate.TopicSetup;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Runs the contenders over the same commands on the same brokers, one after the other and in turns, and counts their
 * committed answers. Figures of a shared machine mean little; their ratio within one run does.
 */
public final class Bench {
  private static final Duration GIVE_UP = Duration.ofMinutes(5);

  private final Map<String, String> cluster;
  private final Workload workload;
  private final int partitions;
  private final int rounds;
  private final Path stateDir;
  private final PrintWriter progress;

  /**
   * @param cluster settings that reach broker and registry
   * @param rounds how often each contender runs
   * @param stateDir for the state stores
   */
  public Bench(
      Map<String, String> cluster,
      Workload workload,
      int partitions,
      int rounds,
      Path stateDir,
      PrintWriter progress) {
    this.stateDir = stateDir.resolve("state");
    this.cluster = cluster;
    this.workload = workload;
    this.partitions = partitions;
    this.rounds = rounds;
    this.progress = progress;
  }

  /** What a contender reached, in answers per second, a figure for each round. */
  public record Measured(String name, List<Double> perSecond) {
    /** The middle of the figures. */
    public double median() {
      List<Double> sorted = perSecond.stream().sorted().toList();
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
  }

  /** Runs all; the pass-through topology comes first in the list. */
  public List<Measured> run() {
    String prefix = "bench-%d.".formatted(System.currentTimeMillis());
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    setUp(prefix);
    for (int round = 1; round <= rounds; round++) {
      for (Contender contender : List.of(new PassThrough(), new FullGate())) {
        double perSecond = measure(contender, config(prefix, contender, round));
        progress.println("round %d  %-12s %,12.0f answers/s".formatted(round, contender.name(), perSecond));
        progress.flush();
        figures.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(perSecond);
      }
    }
    return figures.entrySet().stream().map(e -> new Measured(e.getKey(), e.getValue())).toList();
  }

  private void setUp(String prefix) {
    Map<String, String> settings = new HashMap<>(cluster);
    settings.put("gate.topic.prefix", prefix);
    GateConfig config = GateConfig.of(settings);
    try (Admin admin = Gate.admin(config)) {
      new TopicSetup(admin, config).create(partitions, Optional.of((short) 1));
    }
    workload.publish(config);
  }

  /** A group of its own for each round, so that each reads all commands; its answers begin where the topic ends. */
  private GateConfig config(String prefix, Contender contender, int round) {
    Map<String, String> settings = new HashMap<>(cluster);
    settings.put("gate.topic.prefix", prefix);
    settings.put("application.id", prefix + contender.name() + "-" + round);
    settings.put("state.dir", stateDir.resolve(contender.name() + round).toString());
    settings.putIfAbsent("num.stream.threads", "2");
    settings.put("replication.factor", "1");
    return GateConfig.of(settings);
  }

  private double measure(Contender contender, GateConfig config) {
    String answers = contender.answers(config);
    contender.prepare(config, partitions);
    Map<String, Object> settings = Clients.consumer(config.kafkaSettings());
    settings.put("fetch.max.bytes", 50 * 1024 * 1024);
    settings.put("max.poll.records", 20_000);
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> assigned =
          consumer.partitionsFor(answers).stream().map(p -> new TopicPartition(answers, p.partition())).toList();
      consumer.assign(assigned);
      consumer.seekToEnd(assigned);
      assigned.forEach(consumer::position);
      Contender.Running running = contender.start(config);
      try {
        return count(consumer, contender);
      } finally {
        running.close();
      }
    }
  }

  /** Answers per second from the first one seen to the last; start-up is not part of it. */
  private double count(Consumer<byte[], byte[]> consumer, Contender contender) {
    long giveUp = System.nanoTime() + GIVE_UP.toNanos();
    long first = 0;
    long before = 0;
    long seen = 0;
    while (seen < workload.commands()) {
      int more = consumer.poll(Duration.ofMillis(100)).count();
      seen += more;
      if (first == 0 && more > 0) {
        first = System.nanoTime();
        before = seen;
      }
      if (System.nanoTime() > giveUp) {
        throw new IllegalStateException(
            "%s answered %d of %d commands in %s".formatted(contender.name(), seen, workload.commands(), GIVE_UP));
      }
    }
    return (seen - before) * 1e9 / (System.nanoTime() - first);
  }

}
