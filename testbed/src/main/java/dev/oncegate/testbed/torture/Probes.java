package dev.oncegate.testbed.torture;

import dev.oncegate.config.Clients;
import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.serde.AvroDeserializer;
import dev.oncegate.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Asks each partition several times a second whether the gate still decides there: with a command
 * that needs a confirmation it never gets, so that no effect comes of it. Times are told from
 * sending to seeing the decision read_committed, by a clock that no fault touches.
 */
final class Probes implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(250);
  private static final Duration POLL = Duration.ofMillis(25);

  /** A run is given up for a new one when it is so long and nothing of it is open. */
  private static final int RUN_LENGTH = 50;

  /** The guard stops a run with more; none is sent until the open ones are decided. */
  private static final int MOST_CALLS = 190;

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Serializer<SpecificRecord> serializer;
  private final AvroDeserializer<ActionResult> avro = new AvroDeserializer<>();
  private final Topics topics;
  private final List<Line> lines = new ArrayList<>();
  private final Map<String, Line> lineByRun = new HashMap<>();
  private final Thread thread = new Thread(this::run, "probes");
  private volatile boolean closed;

  /** What is asked of one partition. */
  private static final class Line {
    private final int partition;
    private final NavigableMap<Long, Long> waitingSince = new TreeMap<>();
    private String runId = "";
    private long asked;
    private long runs;
    private long latestAnsweredSentNs = System.nanoTime();
    private long longestWaitNs;

    Line(int partition) {
      this.partition = partition;
    }
  }

  /**
   * Begins at once.
   *
   * @param config reaches the topics by a way that no fault touches
   */
  Probes(GateConfig config) {
    Map<String, Object> settings = config.kafkaSettings();
    topics = Topics.of(config);
    serializer = AvroSerdes.of(config.getString(GateKeys.AVRO_SERDE), settings).serializer();
    avro.configure(settings, false);
    Map<String, Object> sending = Clients.producer(settings);
    sending.put(ProducerConfig.CLIENT_ID_CONFIG, "probes");
    sending.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    producer = new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer());
    Map<String, Object> reading = Clients.consumer(settings);
    reading.put(ConsumerConfig.CLIENT_ID_CONFIG, "probes");
    consumer =
        new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topics.results()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    partitions.forEach(partition -> lines.add(new Line(partition.partition())));
    lines.forEach(this::nextRun);
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (consumer;
        producer;
        avro) {
      long nextNs = System.nanoTime();
      while (!closed) {
        if (System.nanoTime() - nextNs >= 0) {
          lines.forEach(this::ask);
          nextNs += INTERVAL.toNanos();
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          answer(avro.deserialize(record.topic(), record.value()));
        }
      }
    }
  }

  /** A run lies in the partition of its name, so names are tried until one fits. */
  private void nextRun(Line line) {
    lineByRun.remove(line.runId);
    do {
      line.runs++;
      line.runId = "probe-%d-%d".formatted(line.partition, line.runs);
    } while (BuiltInPartitioner.partitionForKey(bytes(line.runId), lines.size()) != line.partition);
    line.asked = 0;
    lineByRun.put(line.runId, line);
  }

  private synchronized void ask(Line line) {
    if (line.asked >= RUN_LENGTH && line.waitingSince.isEmpty()) {
      nextRun(line);
    }
    if (line.asked >= MOST_CALLS) {
      return;
    }
    line.asked++;
    ActionCommand command =
        ActionCommand.newBuilder()
            .setRunId(line.runId)
            .setAgentId("probe")
            .setTool("ask_whether_it_decides")
            .setArgs("{\"number\":%d}".formatted(line.asked))
            .setIdempotencyKey(String.valueOf(line.asked))
            .setSideEffectClass(SideEffectClass.DESTRUCTIVE)
            .build();
    long number = line.asked;
    line.waitingSince.put(number, System.nanoTime());
    producer.send(
        new ProducerRecord<>(
            topics.commands(),
            line.partition,
            bytes(line.runId),
            serializer.serialize(topics.commands(), command)),
        (metadata, failure) -> {
          if (failure != null) {
            forget(line, number);
          }
        });
  }

  private synchronized void forget(Line line, long number) {
    line.waitingSince.remove(number);
  }

  private synchronized void answer(ActionResult result) {
    Line line = lineByRun.get(result.getRunId());
    if (line == null || result.getIdempotencyKey() == null) {
      return;
    }
    Long sentNs = line.waitingSince.remove(Long.valueOf(result.getIdempotencyKey()));
    if (sentNs != null) {
      line.latestAnsweredSentNs = Math.max(line.latestAnsweredSentNs, sentNs);
      line.longestWaitNs = Math.max(line.longestWaitNs, System.nanoTime() - sentNs);
    }
  }

  /**
   * Waits until a command that was sent after a moment is decided in every partition.
   *
   * @param sinceNs the moment, as {@link System#nanoTime}
   * @return false: not in time
   */
  boolean awaitDecisionsSince(long sinceNs, Duration timeout) throws InterruptedException {
    long untilNs = System.nanoTime() + timeout.toNanos();
    while (!decidedSince(sinceNs)) {
      if (System.nanoTime() - untilNs >= 0) {
        return false;
      }
      Thread.sleep(POLL.toMillis());
    }
    return true;
  }

  private synchronized boolean decidedSince(long sinceNs) {
    return lines.stream().allMatch(line -> line.latestAnsweredSentNs - sinceNs > 0);
  }

  /** The longest time that any of them waited for its decision since this was asked last. */
  synchronized Duration longestWait() {
    long nowNs = System.nanoTime();
    long longestNs = 0;
    for (Line line : lines) {
      longestNs = Math.max(longestNs, line.longestWaitNs);
      for (long sinceNs : line.waitingSince.values()) {
        longestNs = Math.max(longestNs, nowNs - sinceNs);
      }
      line.longestWaitNs = 0;
    }
    return Duration.ofNanos(longestNs);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
