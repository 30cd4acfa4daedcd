package dev.oncegate.testbed.check;

import dev.oncegate.gate.Topics;
import dev.oncegate.testbed.check.store.ColdStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
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
 * it, no transaction is open, and nothing more comes. Where traffic goes on until the time is up,
 * it judges all the same, as of one moment. Where the gate has not caught up by then, it judges
 * what there is: what is missing then is missing.
 */
public final class Check {
  /** How long the gate may need to catch up, where nothing else is said. */
  public static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final long PAUSE_MS = 300;
  private static final int LAST_LOOKS = 20;

  private final TopicReader reader;
  private final Topics topics;
  private final Duration timeout;
  private final Spans spans;
  private final Judge judge;

  private Check(TopicReader reader, Topics topics, Duration timeout, Spans spans, Judge judge) {
    this.reader = reader;
    this.topics = topics;
    this.timeout = timeout;
    this.spans = spans;
    this.judge = judge;
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
    Spans spans = new Spans();
    try (TopicReader reader = new TopicReader(clientAndRegistrySettings);
        Judge judge = new Judge(topics, dedupWindowMs, spans, ColdStore.ofDefaultSize())) {
      return new Check(reader, topics, timeout, spans, judge).run();
    } catch (KafkaException e) {
      throw new CheckFailedException("The topics cannot be read: " + e.getMessage(), e);
    }
  }

  private Report run() {
    Map<TopicPartition, Long> inputBegins =
        reader.beginnings(List.of(topics.commands(), topics.outcomes(), topics.controls()));
    Map<TopicPartition, Long> ends = reader.ends(inputBegins.keySet()).offsets();
    inputBegins.forEach(
        (partition, from) -> {
          long to = ends.getOrDefault(partition, 0L);
          spans.judge(partition.topic(), partition.partition(), from, to);
        });
    Map<TopicPartition, Long> resultBegins = reader.beginnings(List.of(topics.results()));
    Map<TopicPartition, Long> otherBegins =
        reader.beginnings(
            List.of(
                topics.effects(),
                topics.deadLetters(),
                topics.conflicts(),
                topics.escalations(),
                topics.circuits(),
                topics.runCounts()));
    noteWhatIsGone(inputBegins);
    noteWhatIsGone(resultBegins);
    noteWhatIsGone(otherBegins);
    Set<TopicPartition> inputs = inputBegins.keySet();
    Set<TopicPartition> results = resultBegins.keySet();
    Set<TopicPartition> others = otherBegins.keySet();
    boolean isQuiet = followUntilQuiet(ends, inputs, results, others);
    if (!isQuiet && readAsOfOneMoment(inputs, results, others)) {
      judge.note("Traffic went on: what was sent since the check began is not judged.");
    } else if (!isQuiet) {
      judge.note(
          "The gate had not caught up within %d s: the newest records are judged too early."
              .formatted(timeout.toSeconds()));
    }
    return judge.judge(isQuiet);
  }

  /**
   * Two looks in a row must find nothing new: markers of one transaction reach their partitions one
   * after the other. The inputs are followed too: a result may tell an outcome that came since.
   *
   * @param ends of the inputs, as of when the check began
   */
  private boolean followUntilQuiet(
      Map<TopicPartition, Long> ends,
      Set<TopicPartition> inputs,
      Set<TopicPartition> results,
      Set<TopicPartition> others) {
    Set<TopicPartition> outputs = new HashSet<>(results);
    outputs.addAll(others);
    Map<TopicPartition, Long> backlog = new HashMap<>(ends);
    backlog.putAll(reader.ends(outputs).offsets());
    reader.readTo(backlog, judge::see);
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean wasQuiet = false;
    while (true) {
      TopicReader.Ends now = reader.ends(outputs);
      long news = reader.readTo(now.offsets(), judge::see);
      reader.readTo(reader.ends(inputs).offsets(), judge::see);
      boolean isQuiet = news == 0 && !now.transactionOpen();
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

  /**
   * Reads on while more is written, so that all that the results tell of is there: the results
   * first, then whatever was written with them, then what they answer. The judge knows that the
   * latter may be ahead of the results. False: what must be there is not.
   */
  private boolean readAsOfOneMoment(
      Set<TopicPartition> inputs, Set<TopicPartition> results, Set<TopicPartition> others) {
    for (int look = 0; look < LAST_LOOKS; look++) {
      if (!readWhatIsWritten(results) || !readWhatIsWritten(others)) {
        return false;
      }
      reader.readTo(reader.ends(inputs).offsets(), judge::see);
      if (judge.complete()) {
        return true;
      }
      pause();
    }
    return false;
  }

  /** Reads also what is not committed yet; false: that did not happen in time. */
  private boolean readWhatIsWritten(Set<TopicPartition> partitions) {
    TopicReader.Ends now = reader.ends(partitions);
    for (int look = 0; look < LAST_LOOKS; look++) {
      if (reader.ends(partitions).reach(now)) {
        reader.readTo(now.written(), judge::see);
        return true;
      }
      pause();
    }
    return false;
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
