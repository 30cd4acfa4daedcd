package dev.oncegate.testbed.demo;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** Reads topics from their beginning on, without a group, until it is closed. */
final class TopicReader implements Runnable, AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
  private final Collection<String> topics;
  private final Consumer<ConsumerRecord<byte[], byte[]>> sink;
  private final Queue<CompletableFuture<Boolean>> questions = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /**
   * A reader that has not begun.
   *
   * @param consumer read_committed; closed at the end
   */
  TopicReader(
      org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer,
      Collection<String> topics,
      Consumer<ConsumerRecord<byte[], byte[]>> sink) {
    this.consumer = consumer;
    this.topics = topics;
    this.sink = sink;
  }

  @Override
  public void run() {
    try (consumer) {
      List<TopicPartition> partitions =
          topics.stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!closed) {
        consumer.poll(POLL).forEach(sink);
        for (CompletableFuture<Boolean> asked = questions.poll();
            asked != null;
            asked = questions.poll()) {
          asked.complete(isAtEnd(partitions));
        }
      }
    } catch (WakeupException e) {
      // Closed while it waited for records.
    } finally {
      questions.forEach(asked -> asked.complete(false));
    }
  }

  private boolean isAtEnd(List<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /** Completes soon with whether all that is committed now was read. */
  CompletableFuture<Boolean> atEnd() {
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    questions.add(asked);
    return asked;
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
  }
}
