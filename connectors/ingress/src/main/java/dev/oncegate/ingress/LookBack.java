package dev.oncegate.ingress;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the latest results before the first request is taken, so that an instance knows the actions
 * of before it started: those that another instance took, and those that it took itself before it
 * was killed.
 *
 * <p>No action is in two partitions, so the last of its results tells how it stands, provided that
 * each partition is read up to its end. Where that takes too long, all is forgotten: better unknown
 * than told wrong.
 */
final class LookBack {
  private static final Logger LOG = LoggerFactory.getLogger(LookBack.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;
  private final Duration back;
  private final Duration timeout;
  private final LatestStates states;

  /** Takes what is read, in order. */
  interface Taker {
    void take(ConsumerRecord<byte[], byte[]> record) throws InterruptedException;
  }

  /**
   * @param back how far; zero: not at all
   * @param timeout how long the reading may take
   * @param states is filled
   */
  LookBack(
      Consumer<byte[], byte[]> consumer, Duration back, Duration timeout, LatestStates states) {
    this.consumer = consumer;
    this.back = back;
    this.timeout = timeout;
    this.states = states;
  }

  /**
   * Reads up to the ends; the consumer is left anywhere.
   *
   * @param ends of the partitions, which are assigned to the consumer
   */
  void read(Map<TopicPartition, Long> ends, Taker taker) throws InterruptedException {
    if (back.isZero()) {
      return;
    }
    starts(ends).forEach(consumer::seek);
    long startNanos = System.nanoTime();
    long taken = 0;
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (System.nanoTime() - startNanos > timeout.toNanos()) {
        states.clear();
        LOG.warn(
            "The results of the last {} could not be read in {}, so the actions of before are not known here. A shorter {} helps.",
            back,
            timeout,
            IngressKeys.LOOKBACK_MS);
        return;
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        taker.take(record);
        taken++;
      }
    }
    LOG.info("looked back on {} results of the last {}", taken, back);
  }

  /** More than there is room for would be read only to be forgotten again. */
  private Map<TopicPartition, Long> starts(Map<TopicPartition, Long> ends) {
    long sinceMs = Instant.now().minus(back).toEpochMilli();
    Map<TopicPartition, Long> times = new HashMap<>();
    ends.keySet().forEach(partition -> times.put(partition, sinceMs));
    Map<TopicPartition, Long> starts = new HashMap<>();
    consumer
        .offsetsForTimes(times)
        .forEach(
            (partition, found) -> {
              long end = ends.get(partition);
              // None found: nothing is as young.
              starts.put(
                  partition,
                  found == null ? end : Math.max(found.offset(), end - states.capacity()));
            });
    return starts;
  }
}
