package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.PriorityBlockingQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes effects with simulated tools and reports their outcomes.
 *
 * <p>As a good executor does it: reads read_committed in a group of its own, hands each permission
 * to the tool once, sends the outcome with the effect's headers, and commits an effect only when
 * its outcome is acknowledged. One thread; slow tools are a matter of when the answer is sent, not
 * of waiting.
 */
public final class ToolExecutor implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ToolExecutor.class);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final long RESEND_AFTER_MS = 500;

  private final Consumer<String, ActionEffect> effects;
  private final Producer<String, ActionOutcome> outcomes;
  private final String effectsTopic;
  private final String outcomesTopic;
  private final Tool tools;
  private final Books books;
  private final InstantSource clock;
  private final InFlight inFlight = new InFlight();
  private final PriorityBlockingQueue<Due> due =
      new PriorityBlockingQueue<>(64, Comparator.comparingLong(Due::atMs));
  private volatile boolean closed;

  private record Due(long atMs, ActionOutcome outcome, Headers headers, InFlight.Taken effect) {}

  /**
   * An executor that has not begun; {@link #run} works until {@link #close}.
   *
   * @param effects read_committed, no auto commit; closed at the end
   * @param outcomes acks of all replicas; left open
   * @param tools what executes; it finds the tool by the effect's tool
   * @param books where it is booked
   */
  public ToolExecutor(
      Consumer<String, ActionEffect> effects,
      Producer<String, ActionOutcome> outcomes,
      String effectsTopic,
      String outcomesTopic,
      Tool tools,
      Books books,
      InstantSource clock) {
    this.effects = effects;
    this.outcomes = outcomes;
    this.effectsTopic = effectsTopic;
    this.outcomesTopic = outcomesTopic;
    this.tools = tools;
    this.books = books;
    this.clock = clock;
  }

  @Override
  public void run() {
    try (effects) {
      begin();
      while (!closed) {
        step();
      }
    } catch (WakeupException e) {
      LOG.debug("closed while waiting for effects");
    }
  }

  /** Joins the group. */
  void begin() {
    effects.subscribe(List.of(effectsTopic), new Forgetting());
  }

  /** One round: takes what arrived, sends what is due, commits what is done. */
  void step() {
    for (ConsumerRecord<String, ActionEffect> record : effects.poll(POLL)) {
      take(record);
    }
    sendDue();
    var offsets = inFlight.committable();
    if (!offsets.isEmpty()) {
      effects.commitSync(offsets);
    }
  }

  private void take(ConsumerRecord<String, ActionEffect> record) {
    ActionEffect effect = record.value();
    Answer answer = tools.answer(effect);
    books.deliver(Attempt.of(effect), record.partition(), record.offset(), answer.executes());
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    int copies = 0;
    for (Answer said = answer; said != null; said = said.then()) {
      copies += said.copies();
    }
    InFlight.Taken taken = inFlight.take(partition, record.offset(), copies);
    Instant now = clock.instant();
    for (Answer said = answer; said != null; said = said.then()) {
      Instant answeredAt = now.plus(said.after());
      ActionOutcome outcome = outcome(effect, said, answeredAt);
      for (int copy = 0; copy < said.copies(); copy++) {
        due.add(new Due(answeredAt.toEpochMilli(), outcome, record.headers(), taken));
      }
    }
  }

  private void sendDue() {
    long nowMs = clock.millis();
    for (Due next = due.peek(); next != null && next.atMs <= nowMs; next = due.peek()) {
      Due sent = due.remove();
      var record =
          new ProducerRecord<>(
              outcomesTopic, null, sent.outcome.getScope(), sent.outcome, sent.headers);
      outcomes.send(
          record,
          (metadata, failure) -> {
            if (failure == null) {
              inFlight.acknowledged(sent.effect);
            } else if (!closed) {
              LOG.warn(
                  "The outcome of {} was not acknowledged; sending it again.",
                  sent.outcome.getIdempotencyKey(),
                  failure);
              due.add(new Due(nowMs + RESEND_AFTER_MS, sent.outcome, sent.headers, sent.effect));
            }
          });
    }
  }

  private static ActionOutcome outcome(ActionEffect effect, Answer answer, Instant answeredAt) {
    return ActionOutcome.newBuilder()
        .setScope(effect.getScope())
        .setRunId(effect.getRunId())
        .setIdempotencyKey(effect.getIdempotencyKey())
        .setAttempt(effect.getAttempt())
        .setStatus(answer.status())
        .setResult(answer.result())
        .setContentType(answer.result() == null ? null : "text/plain")
        .setErrorCode(answer.errorCode())
        .setErrorMessage(answer.errorMessage())
        .setCompletedAt(answeredAt)
        .setExecutorId("simulated-tools")
        .setCorrelationId(effect.getCorrelationId())
        .build();
  }

  /** Ends {@link #run} soon; answers that are not due yet are not sent. */
  @Override
  public void close() {
    closed = true;
    effects.wakeup();
  }

  private final class Forgetting implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      inFlight.forget(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      LOG.debug("executing the effects of {}", partitions);
    }
  }
}
