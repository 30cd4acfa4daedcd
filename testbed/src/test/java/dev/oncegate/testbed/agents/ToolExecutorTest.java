package dev.oncegate.testbed.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.SideEffectClass;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ToolExecutorTest {
  private static final TopicPartition EFFECTS = new TopicPartition("effects", 0);
  private static final Serializer<ActionOutcome> NO_BYTES = (topic, outcome) -> new byte[0];

  private final MockConsumer<String, ActionEffect> effects = new MockConsumer<>("earliest");
  private final MockProducer<String, ActionOutcome> outcomes =
      new MockProducer<>(false, null, new StringSerializer(), NO_BYTES);
  private final Executions executions = new Executions();
  private final Map<String, Tool> tools = new HashMap<>();
  private Instant now = Instant.ofEpochMilli(1_000);
  private final InstantSource clock = () -> now;
  private final ToolExecutor executor =
      new ToolExecutor(
          effects,
          outcomes,
          "effects",
          "outcomes",
          effect ->
              tools.getOrDefault(effect.getTool(), e -> Answer.succeeds("done")).answer(effect),
          executions,
          clock);

  @BeforeEach
  void joinTheGroup() {
    effects.updateBeginningOffsets(Map.of(EFFECTS, 0L));
    executor.begin();
    effects.rebalance(List.of(EFFECTS));
  }

  @Test
  void anOutcomeNamesItsEffectAndBearsItsHeaders() {
    arrives(0, "a", 2, "pay");
    executor.step();

    ProducerRecord<String, ActionOutcome> sent = outcomes.history().get(0);
    assertThat(sent.topic()).isEqualTo("outcomes");
    assertThat(sent.key()).isEqualTo("run");
    assertThat(new String(sent.headers().lastHeader("traceparent").value(), StandardCharsets.UTF_8))
        .isEqualTo("tp-0");
    assertThat(sent.value())
        .isEqualTo(
            ActionOutcome.newBuilder()
                .setScope("run")
                .setRunId("run")
                .setIdempotencyKey("a")
                .setAttempt(2)
                .setStatus(OutcomeStatus.SUCCEEDED)
                .setResult("done")
                .setContentType("text/plain")
                .setCompletedAt(now)
                .setExecutorId("simulated-tools")
                .setCorrelationId("corr")
                .build());
  }

  @Test
  void anEffectIsCommittedOnlyWhenItsOutcomeIsAcknowledged() {
    arrives(0, "a", 1, "pay");
    executor.step();
    executor.step();
    assertThat(committed()).isZero();

    outcomes.completeNext();
    executor.step();
    assertThat(committed()).isEqualTo(1);
  }

  @Test
  void aToolThatContradictsItselfIsReportedTwiceAndCommittedAfterBoth() {
    tools.put(
        "torn",
        effect ->
            Answer.succeeds("yes").then(Answer.fails("NO", "no").after(Duration.ofSeconds(1))));
    arrives(0, "a", 1, "torn");
    executor.step();
    outcomes.completeNext();
    executor.step();
    assertThat(committed()).isZero();

    now = now.plusSeconds(1);
    executor.step();
    outcomes.completeNext();
    executor.step();
    assertThat(outcomes.history())
        .extracting(sent -> sent.value().getStatus())
        .containsExactly(OutcomeStatus.SUCCEEDED, OutcomeStatus.FAILED);
    assertThat(committed()).isEqualTo(1);
  }

  @Test
  void aSlowAnswerComesWhenItIsDueAndHoldsBackTheCommitOfLaterEffects() {
    tools.put("slow", effect -> Answer.succeeds("late").after(Duration.ofSeconds(2)));
    arrives(0, "a", 1, "slow");
    arrives(1, "b", 1, "pay");
    executor.step();
    outcomes.completeNext();
    executor.step();
    assertThat(outcomes.history())
        .extracting(sent -> sent.value().getIdempotencyKey())
        .containsExactly("b");
    assertThat(committed()).isZero();

    now = now.plusSeconds(2);
    executor.step();
    outcomes.completeNext();
    executor.step();
    assertThat(outcomes.history())
        .extracting(sent -> sent.value().getIdempotencyKey())
        .containsExactly("b", "a");
    assertThat(committed()).isEqualTo(2);
  }

  @Test
  void aLostResponseIsExecutedAndNeverAnswered() {
    tools.put("pay", effect -> Answer.succeeds("paid").responseLost());
    arrives(0, "a", 1, "pay");
    executor.step();
    now = now.plus(Duration.ofDays(1));
    executor.step();

    assertThat(outcomes.history()).isEmpty();
    assertThat(executions.happened("run", "a")).isTrue();
    assertThat(committed()).isEqualTo(1);
  }

  @Test
  void aLostRequestAndATransientFailureExecuteNothing() {
    tools.put("lost", effect -> Answer.requestLost());
    tools.put("down", effect -> Answer.failsForNow("UNAVAILABLE", "503"));
    arrives(0, "a", 1, "lost");
    arrives(1, "b", 1, "down");
    executor.step();

    assertThat(outcomes.history())
        .extracting(sent -> sent.value().getStatus())
        .containsExactly(OutcomeStatus.FAILED_TRANSIENT);
    assertThat(executions.happened("run", "a")).isFalse();
    assertThat(executions.count()).isZero();
  }

  @Test
  void anAnswerSentTwiceIsTwoEqualOutcomesOfOneExecution() {
    tools.put("pay", effect -> Answer.succeeds("paid").twice());
    arrives(0, "a", 1, "pay");
    executor.step();

    assertThat(outcomes.history()).hasSize(2);
    assertThat(outcomes.history().get(0).value()).isEqualTo(outcomes.history().get(1).value());
    assertThat(executions.count()).isEqualTo(1);
    outcomes.completeNext();
    executor.step();
    assertThat(committed()).isZero();
    outcomes.completeNext();
    executor.step();
    assertThat(committed()).isEqualTo(1);
  }

  @Test
  void anEffectThatIsDeliveredAgainIsAnsweredAgainAndExecutedOnce() {
    arrives(0, "a", 1, "pay");
    executor.step();
    effects.rebalance(List.of());
    effects.rebalance(List.of(EFFECTS));
    effects.seek(EFFECTS, 0);
    arrives(0, "a", 1, "pay");
    executor.step();

    assertThat(outcomes.history()).hasSize(2);
    assertThat(executions.count()).isEqualTo(1);
    assertThat(executions.executedTwice()).isEmpty();
  }

  @Test
  void aSecondEffectForTheSameAttemptIsFoundOut() {
    arrives(0, "a", 1, "pay");
    arrives(1, "b", 1, "pay");
    arrives(2, "a", 1, "pay");
    executor.step();

    assertThat(executions.count()).isEqualTo(3);
    assertThat(executions.executedTwice()).containsExactly(new Executions.Action("run", "a"));
  }

  @Test
  void anOutcomeThatIsNotAcknowledgedIsSentAgain() {
    arrives(0, "a", 1, "pay");
    executor.step();
    outcomes.errorNext(new IllegalStateException("broker gone"));
    executor.step();
    assertThat(outcomes.history()).hasSize(1);

    now = now.plusSeconds(1);
    executor.step();
    assertThat(outcomes.history()).hasSize(2);
    outcomes.completeNext();
    executor.step();
    assertThat(committed()).isEqualTo(1);
  }

  private long committed() {
    var offset = effects.committed(Set.of(EFFECTS)).get(EFFECTS);
    return offset == null ? 0 : offset.offset();
  }

  private void arrives(long offset, String key, int attempt, String tool) {
    ActionEffect effect =
        new ActionEffect(
            "run",
            "run",
            "agent",
            null,
            tool,
            "{}",
            "0".repeat(64),
            SideEffectClass.WRITE,
            key,
            attempt,
            now.plusSeconds(30),
            now,
            1L,
            "corr",
            null,
            new RecordCoordinates("commands", 0, offset));
    RecordHeaders headers = new RecordHeaders();
    headers.add("traceparent", ("tp-" + offset).getBytes(StandardCharsets.UTF_8));
    effects.addRecord(
        new ConsumerRecord<>(
            "effects",
            0,
            offset,
            0L,
            TimestampType.CREATE_TIME,
            0,
            0,
            "run",
            effect,
            headers,
            java.util.Optional.empty()));
  }
}
