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
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Runs the contenders over the same commands on the same brokers, one after the other and in turns,
 * and counts their committed answers. Figures of a shared machine mean little; their ratio within
 * one run does.
 */
public final class Bench {
  /** A round that does not count: in it the JVMs compile what is hot. */
  private static final int WARM_UP = 0;

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

  /**
   * What a contender reached in one round.
   *
   * @param perSecond answers per second
   * @param cpuMicros processor time of contender, reader, broker and registry together for one
   *     answer, in microseconds: steadier than the rate where others use the machine too
   */
  public record Round(double perSecond, double cpuMicros) {}

  /** What a contender reached in all rounds. */
  public record Measured(String name, List<Round> rounds) {
    /** The middle of the rates, in answers per second. */
    public double medianPerSecond() {
      return median(Round::perSecond);
    }

    /** The middle of the costs, in microseconds of processor time for one answer. */
    public double medianCpuMicros() {
      return median(Round::cpuMicros);
    }

    private double median(ToDoubleFunction<Round> figure) {
      double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  }

  /** Runs all; the pass-through topology comes first in the list. */
  public List<Measured> run() {
    String prefix = "bench-%d.".formatted(System.currentTimeMillis());
    Map<String, List<Round>> figures = new LinkedHashMap<>();
    setUp(prefix);
    for (int round = WARM_UP; round <= rounds; round++) {
      for (Contender contender : List.of(new PassThrough(), new FullGate())) {
        Round measured = measure(contender, config(prefix, contender, round));
        progress.println(
            "round %d%s  %-12s %,10.0f answers/s  %6.1f µs of processor time each"
                .formatted(
                    round,
                    round == WARM_UP ? " (warm-up)" : "",
                    contender.name(),
                    measured.perSecond,
                    measured.cpuMicros));
        progress.flush();
        if (round != WARM_UP) {
          figures.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(measured);
        }
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

  /**
   * A group of its own for each round, so that each reads all commands; its answers begin where the
   * topic ends.
   */
  private GateConfig config(String prefix, Contender contender, int round) {
    Map<String, String> settings = new HashMap<>(cluster);
    settings.put("gate.topic.prefix", prefix);
    settings.put("application.id", prefix + contender.name() + "-" + round);
    settings.put("state.dir", stateDir.resolve(contender.name() + round).toString());
    settings.putIfAbsent("num.stream.threads", "2");
    settings.put("replication.factor", "1");
    return GateConfig.of(settings);
  }

  private Round measure(Contender contender, GateConfig config) {
    String answers = contender.answers(config);
    contender.prepare(config, partitions);
    Map<String, Object> settings = Clients.consumer(config.kafkaSettings());
    settings.put("fetch.max.bytes", 50 * 1024 * 1024);
    settings.put("max.poll.records", 20_000);
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> assigned =
          consumer.partitionsFor(answers).stream()
              .map(p -> new TopicPartition(answers, p.partition()))
              .toList();
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
  private Round count(Consumer<byte[], byte[]> consumer, Contender contender) {
    long giveUp = System.nanoTime() + GIVE_UP.toNanos();
    long first = 0;
    Duration firstCpu = Duration.ZERO;
    long before = 0;
    long seen = 0;
    while (seen < workload.commands()) {
      int more = consumer.poll(Duration.ofMillis(100)).count();
      seen += more;
      if (first == 0 && more > 0) {
        first = System.nanoTime();
        firstCpu = cpu();
        before = seen;
      }
      if (System.nanoTime() > giveUp) {
        throw new IllegalStateException(
            "%s answered %d of %d commands in %s"
                .formatted(contender.name(), seen, workload.commands(), GIVE_UP));
      }
    }
    long answers = seen - before;
    return new Round(
        answers * 1e9 / (System.nanoTime() - first),
        cpu().minus(firstCpu).toNanos() / 1e3 / answers);
  }

  /** Processor time of this process and its children so far. */
  private static Duration cpu() {
    ProcessHandle self = ProcessHandle.current();
    return Stream.concat(Stream.of(self), self.descendants())
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }
}
