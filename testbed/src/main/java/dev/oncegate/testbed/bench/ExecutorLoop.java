package dev.oncegate.testbed.bench;

import dev.oncegate.config.Clients;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.serde.AvroSerdes;
import dev.oncegate.testbed.stack.StackException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * An executor that reads commands and guards each execution by a memory outside Kafka, as the
 * articles advise: claim, execute, store the result, and for a duplicate the stored result again.
 *
 * <p>Effects and answers leave by an idempotent producer with acks=all. Offsets are committed as
 * often as Kafka Streams would commit, after all that was begun has been stored and acknowledged.
 * What it cannot give is that all this happens together: where it dies between a claim and its
 * effect, the action is claimed and nobody executes it.
 */
final class ExecutorLoop implements Contender.Running {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Course course;
  private final Memory memory;
  private final String effects;
  private final String answers;
  private final long commitEveryNanos;
  private final Semaphore free;
  private final Producer<byte[], byte[]> producer;
  private final Deserializer<SpecificRecord> commands;
  private final Thread thread = new Thread(this::run, "bench-executor");
  private volatile boolean isStopped;
  private volatile @Nullable Throwable failure;

  /** One record and the call that it is. */
  private record Pending(ConsumerRecord<byte[], byte[]> record, Memory.Call call) {}

  ExecutorLoop(Course course, Memory memory, String effects, String answers) {
    this.course = course;
    this.memory = memory;
    this.effects = effects;
    this.answers = answers;
    Map<String, Object> settings = course.config().kafkaSettings();
    commitEveryNanos =
        Duration.ofMillis(
                Long.parseLong(
                    String.valueOf(settings.get(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG))))
            .toNanos();
    free = new Semaphore(memory.parallel());
    Map<String, Object> producing = new HashMap<>(Clients.producer(settings));
    producing.put(ProducerConfig.ACKS_CONFIG, "all");
    producer = new KafkaProducer<>(producing, new ByteArraySerializer(), new ByteArraySerializer());
    commands = AvroSerdes.of("oncegate", settings).deserializer();
  }

  ExecutorLoop begin() {
    thread.start();
    return this;
  }

  private void run() {
    Map<String, Object> settings = new HashMap<>(Clients.consumer(course.config().kafkaSettings()));
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, course.config().applicationId());
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(course.commands()));
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      long nextCommit = System.nanoTime() + commitEveryNanos;
      while (!isStopped && failure == null) {
        List<Pending> batch = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          batch.add(new Pending(record, call(record, sha)));
          if (batch.size() == memory.batch()) {
            hand(batch);
            batch = new ArrayList<>();
          }
        }
        if (!batch.isEmpty()) {
          hand(batch);
        }
        if (System.nanoTime() >= nextCommit) {
          settle();
          consumer.commitSync();
          nextCommit = System.nanoTime() + commitEveryNanos;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | NoSuchAlgorithmException e) {
      failure = e;
    }
  }

  private Memory.Call call(ConsumerRecord<byte[], byte[]> record, MessageDigest sha) {
    ActionCommand command = (ActionCommand) commands.deserialize(record.topic(), record.value());
    return new Memory.Call(
        command.getRunId() + '/' + command.getIdempotencyKey(),
        HexFormat.of().formatHex(sha.digest(command.getArgs().getBytes(StandardCharsets.UTF_8))),
        Answering.resultOf(command.getRunId(), command.getIdempotencyKey()));
  }

  private void hand(List<Pending> batch) throws InterruptedException {
    free.acquire();
    memory
        .once(batch.stream().map(Pending::call).toList())
        .whenComplete(
            (verdicts, problem) -> {
              if (problem == null) {
                publish(batch, verdicts);
              } else {
                failure = problem;
              }
              free.release();
            });
  }

  private void publish(List<Pending> batch, List<Memory.Verdict> verdicts) {
    for (int i = 0; i < batch.size(); i++) {
      Pending pending = batch.get(i);
      if (verdicts.get(i) == Memory.Verdict.EXECUTED) {
        send(effects, pending.record, pending.record.value());
      }
      String answer = verdicts.get(i) + " " + pending.call.result();
      send(answers, pending.record, answer.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void send(String topic, ConsumerRecord<byte[], byte[]> command, byte[] value) {
    producer.send(
        new ProducerRecord<>(topic, command.key(), value),
        (metadata, problem) -> {
          if (problem != null) {
            failure = problem;
          }
        });
  }

  /** Waits until all that was begun is stored and acknowledged. */
  private void settle() throws InterruptedException {
    free.acquire(memory.parallel());
    free.release(memory.parallel());
    producer.flush();
    check();
  }

  @Override
  public void check() {
    Throwable problem = failure;
    if (problem != null) {
      throw new StackException("the executor has failed: " + problem, problem);
    }
  }

  @Override
  public void close() {
    isStopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
    memory.close();
  }
}
