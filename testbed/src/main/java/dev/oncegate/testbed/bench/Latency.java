package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.gate.TopicSetup;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.stack.StackException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Measures the time from a command to its effect at a fixed rate of new actions.
 *
 * <p>Each command has a time at which it is due, and its latency counts from there: where the
 * sender or anything behind it stalls, the commands that fall due meanwhile have waited too. The
 * end is when a read_committed reader holds the effect.
 */
final class Latency {
  private static final int CALLS_PER_RUN = 100;
  private static final int WARM_UP_S = 8;
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long MOST_MICROS = TimeUnit.MINUTES.toMicros(5);
  private static final int DIGITS = 3;

  /** Beyond all that commit intervals and pauses explain. */
  private static final double TOO_SLOW_MS = 1_000;

  private final Surroundings surroundings;
  private final int perSecond;
  private final int seconds;
  private final PrintWriter progress;

  /**
   * @param perSecond commands a second
   * @param seconds how long it measures, after a warm-up
   */
  Latency(Surroundings surroundings, int perSecond, int seconds, PrintWriter progress) {
    this.surroundings = surroundings;
    this.perSecond = perSecond;
    this.seconds = seconds;
    this.progress = progress;
  }

  /**
   * What was measured of one contender.
   *
   * @param commitIntervalMs of Kafka Streams, and of the offsets of the others
   * @param micros from when a command was due to its effect, in microseconds
   */
  public record Measured(String name, int perSecond, long commitIntervalMs, Histogram micros) {
    /** A percentile in milliseconds. */
    double ms(double percentile) {
      return micros.getValueAtPercentile(percentile) / 1_000.0;
    }

    /** Whether commands wait for one another: it cannot do as many as come. */
    boolean fallsBehind() {
      return ms(50) > TOO_SLOW_MS;
    }
  }

  Measured measure(Contender contender) {
    String prefix = "bench-latency-%d.".formatted(System.currentTimeMillis());
    GateConfig config = surroundings.config(prefix, contender.name());
    Course course = new Course(config, Topics.of(config).commands(), surroundings.partitions());
    try (Admin admin = course.admin()) {
      new TopicSetup(admin, config).create(surroundings.partitions(), Optional.of((short) 1));
      String effects = contender.effects(course);
      contender.prepare(course, admin);
      Arrivals arrivals = new Arrivals(config);
      try (Tally tally = new Tally(course, course.ends(admin, effects), arrivals::take);
          Contender.Running running = contender.start(course)) {
        tally.begin();
        send(course, arrivals);
        awaitAll(arrivals, running, contender);
      }
      Folders.delete(surroundings.state(prefix, contender.name()));
      long commitMs =
          Long.parseLong(
              String.valueOf(config.kafkaSettings().get(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG)));
      Measured measured = new Measured(contender.name(), perSecond, commitMs, arrivals.micros);
      progress.println(
          "  %-16s commit interval %d ms: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms"
              .formatted(
                  measured.name, commitMs, measured.ms(50), measured.ms(99), measured.ms(99.9)));
      progress.flush();
      return measured;
    }
  }

  private void send(Course course, Arrivals arrivals) {
    Map<String, Object> settings = new HashMap<>(Clients.producer(course.config().kafkaSettings()));
    // One agent alone would not wait; a request for each of its commands would be the load itself.
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 1);
    Serializer<SpecificRecord> serializer =
        AvroSerdes.of("oncegate", course.config().kafkaSettings()).serializer();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < arrivals.all; i++) {
        ActionCommand command =
            ActionCommand.newBuilder()
                .setRunId("latency-" + i / (CALLS_PER_RUN * 10) + "-" + i % 10)
                .setTool("transfer")
                .setArgs("{\"step\":%d,\"account\":\"12345678\"}".formatted(i))
                .setIdempotencyKey("step-" + i)
                .setCorrelationId(String.valueOf(i))
                .build();
        byte[] value = serializer.serialize(course.commands(), command);
        for (long early = arrivals.dueNanos(i) - System.nanoTime();
            early > 0;
            early = arrivals.dueNanos(i) - System.nanoTime()) {
          LockSupport.parkNanos(early);
        }
        producer.send(
            new ProducerRecord<>(
                course.commands(), command.getRunId().getBytes(StandardCharsets.UTF_8), value));
      }
    }
  }

  private static void awaitAll(Arrivals arrivals, Contender.Running running, Contender contender) {
    long giveUp = System.nanoTime() + GIVE_UP_NANOS;
    while (!arrivals.isComplete()) {
      running.check();
      if (System.nanoTime() > giveUp) {
        throw new StackException(
            "%s has not given each command its effect a minute after the last one"
                .formatted(contender.name()));
      }
      Throughput.pause();
    }
    if (arrivals.isAnyTwice()) {
      throw new StackException(contender.name() + " has given a command two effects");
    }
  }

  /** The effects as they come in. */
  private final class Arrivals {
    final int warmUp = WARM_UP_S * perSecond;
    final int all = warmUp + seconds * perSecond;
    final Histogram micros = new Histogram(MOST_MICROS, DIGITS);
    private final AvroSerdes avro;
    private final long startNanos = System.nanoTime();
    private final BitSet seen = new BitSet(all);
    private boolean twice;

    Arrivals(GateConfig config) {
      avro = AvroSerdes.of("oncegate", config.kafkaSettings());
    }

    long dueNanos(int command) {
      return startNanos + command * TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    synchronized void take(ConsumerRecord<byte[], byte[]> record) {
      long now = System.nanoTime();
      SpecificRecord effect = avro.deserializer().deserialize(record.topic(), record.value());
      String id =
          effect instanceof ActionEffect permission
              ? permission.getCorrelationId()
              : ((ActionCommand) effect).getCorrelationId();
      int command = Integer.parseInt(Objects.requireNonNull(id));
      twice |= seen.get(command);
      seen.set(command);
      if (command >= warmUp) {
        micros.recordValue(
            Math.min(MOST_MICROS, TimeUnit.NANOSECONDS.toMicros(now - dueNanos(command))));
      }
    }

    synchronized boolean isComplete() {
      return seen.cardinality() == all;
    }

    synchronized boolean isAnyTwice() {
      return twice;
    }
  }
}
