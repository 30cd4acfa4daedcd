package dev.oncegate.testbed.check;

import dev.oncegate.gate.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Judges what lies on the topics of a cluster.
 *
 * <p>All that was sent before the check began is judged; what is sent while it runs is not. So it
 * first waits until the gate has caught up: every command, outcome and effect has what belongs to
 * it, no transaction is open, and nothing more comes. After the time-out it judges what there is:
 * what is missing then is missing.
 */
public final class Check {
  /** How long the gate may need to catch up, where nothing else is said. */
  public static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final long PAUSE_MS = 300;

  private final TopicReader reader;
  private final Topics topics;
  private final Duration timeout;
  private final Spans spans = new Spans();
  private final Judge judge;

  private Check(TopicReader reader, Topics topics, long dedupWindowMs, Duration timeout) {
    this.reader = reader;
    this.topics = topics;
    this.timeout = timeout;
    this.judge = new Judge(topics, dedupWindowMs, spans);
  }

  /** Judges, giving the gate {@link #TIMEOUT} to catch up. */
  public static Report run(
      Map<String, Object> clientAndRegistrySettings, Topics topics, long dedupWindowMs) {
    return run(clientAndRegistrySettings, topics, dedupWindowMs, TIMEOUT);
  }

  /**
   * Judges.
   *
   * @param clientAndRegistrySettings {@code bootstrap.servers}, {@code schema.registry.url}, and
   *     whatever else Kafka's consumer and the registry's clients need
   * @param dedupWindowMs how long the gate remembers a key, in milliseconds
   * @param timeout how long the gate may need to catch up
   * @throws CheckFailedException where the topics cannot be read
   */
  public static Report run(
      Map<String, Object> clientAndRegistrySettings,
      Topics topics,
      long dedupWindowMs,
      Duration timeout) {
    try (TopicReader reader = new TopicReader(clientAndRegistrySettings)) {
      return new Check(reader, topics, dedupWindowMs, timeout).run();
    } catch (KafkaException e) {
      throw new CheckFailedException("The topics cannot be read: " + e.getMessage(), e);
    }
  }

  private Report run() {
    List<String> inputs = List.of(topics.commands(), topics.outcomes(), topics.controls());
    List<String> outputs =
        List.of(
            topics.results(),
            topics.effects(),
            topics.deadLetters(),
            topics.conflicts(),
            topics.escalations(),
            topics.circuits(),
            topics.runCounts());
    Map<TopicPartition, Long> begins = reader.beginnings(inputs);
    Map<TopicPartition, Long> ends = reader.ends(begins.keySet()).offsets();
    begins.forEach(
        (partition, from) -> {
          long to = ends.getOrDefault(partition, 0L);
          spans.judge(partition.topic(), partition.partition(), from, to);
        });
    Map<TopicPartition, Long> outputBegins = reader.beginnings(outputs);
    noteWhatIsGone(begins);
    noteWhatIsGone(outputBegins);
    reader.readTo(ends, judge::see);
    boolean caughtUp = followUntilQuiet(begins.keySet(), outputBegins.keySet());
    if (!caughtUp) {
      judge.note(
          "The gate had not caught up within %d s, or records kept coming: the newest are judged too early."
              .formatted(timeout.toSeconds()));
    }
    return judge.judge();
  }

  /**
   * Two looks in a row must find nothing new: markers of one transaction reach their partitions one
   * after the other. The inputs are followed too: a result may tell an outcome that came since.
   */
  private boolean followUntilQuiet(Set<TopicPartition> inputs, Set<TopicPartition> outputs) {
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean wasQuiet = false;
    while (true) {
      TopicReader.Ends ends = reader.ends(outputs);
      long news = reader.readTo(ends.offsets(), judge::see);
      Map<TopicPartition, Long> sent = new HashMap<>(reader.ends(inputs).offsets());
      reader.readTo(sent, judge::see);
      boolean isQuiet = news == 0 && !ends.transactionOpen();
      if (isQuiet && wasQuiet && judge.complete()) {
        return true;
      }
      if (System.nanoTime() >= deadline) {
        return false;
      }
      wasQuiet = isQuiet;
      pause();
    }
  }

  private void noteWhatIsGone(Map<TopicPartition, Long> begins) {
    Collection<String> gone = new ArrayList<>();
    begins.forEach(
        (partition, from) -> {
          if (from > 0) {
            gone.add("%s from %d".formatted(partition, from));
          }
        });
    if (!gone.isEmpty()) {
      judge.note(
          "The beginning of some partitions was deleted; what depends on it may be judged wrongly: "
              + gone);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckFailedException("interrupted", e);
    }
  }
}
