package dev.oncegate.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.oncegate.gate.GateHeaders;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.serde.AvroDeserializer;
import dev.oncegate.testbed.agents.AResult;
import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.Hammer;
import dev.oncegate.testbed.agents.RetryStorm;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopicTallyTest {
  private static final Topics TOPICS = Topics.of("agent.", "gate");
  private static final List<Agent> CAST = List.of(new Hammer(), new RetryStorm());
  private static final RecordCoordinates ANYWHERE = new RecordCoordinates("agent.commands", 0, 0L);

  private final Map<String, SpecificRecord> values = new HashMap<>();
  private final AvroDeserializer<SpecificRecord> refusing = new AvroDeserializer<>();
  private final Deserializer<SpecificRecord> byName =
      (topic, bytes) -> {
        SpecificRecord value = values.get(new String(bytes, StandardCharsets.UTF_8));
        return value == null ? refusing.deserialize(topic, bytes) : value;
      };
  private final List<String> told = new ArrayList<>();
  private final TopicTally tally =
      new TopicTally(
          TOPICS,
          byName,
          CAST,
          new Chronicle(() -> 0, event -> told.add(event.who() + ": " + event.text())));

  @Test
  void commandsAreCountedForTheirAgentByRunAndUnreadableOnesByKey() {
    command("hammer-1");
    command("hammer-2");
    command("somewhere-else");
    tally.accept(record(TOPICS.commands(), "retry-storm-1", null));

    assertThat(tally.totals().commands()).isEqualTo(4);
    assertThat(tally.lines())
        .extracting(AgentLine::name, AgentLine::sent, AgentLine::runs)
        .containsExactly(tuple("hammer", 2L, 2L), tuple("retry-storm", 1L, 1L));
  }

  @Test
  void duplicatesPreventedAreThoseAnsweredWithoutAnEffectBecauseTheActionIsKnown() {
    for (Decision decision : Decision.values()) {
      result(AResult.decided(decision).in("hammer-1").build());
    }
    result(AResult.decided(Decision.ACCEPTED).in("hammer-1").effect(1).build());
    result(AResult.decided(Decision.INDETERMINATE).in("hammer-1").effect(2).build());

    assertThat(tally.totals().duplicatesPrevented()).isEqualTo(3);
    AgentLine hammer = tally.lines().get(0);
    assertThat(hammer.prevented()).isEqualTo(3);
    assertThat(hammer.effects()).isEqualTo(2);
    assertThat(hammer.conflicts()).isEqualTo(1);
    assertThat(tally.totals().decisions())
        .containsEntry(Decision.ACCEPTED, 2L)
        .containsEntry(Decision.CONFLICT, 1L);
  }

  @Test
  void aCommandIsUndecidedUntilItsDecisionOrItsDeadLetterIsRead() {
    command("hammer-1");
    command("hammer-1");
    assertThat(tally.totals().undecided()).isEqualTo(2);

    result(AResult.decided(Decision.ACCEPTED).in("hammer-1").build());
    assertThat(tally.totals().undecided()).isEqualTo(1);
    deadLetter("agent.outcomes");
    assertThat(tally.totals().undecided()).isEqualTo(1);
    deadLetter("agent.commands");
    assertThat(tally.totals().undecided()).isZero();
    assertThat(tally.totals().deadLetters()).isEqualTo(2);
  }

  @Test
  void anEffectIsUnsettledUntilItsAttemptIsSettledOrReleasedWhateverIsReadFirst() {
    result(AResult.settled("a", 1, OutcomeStatus.SUCCEEDED, "ok").build());
    effect("a", 1);
    assertThat(tally.totals().unsettled()).isZero();

    effect("b", 1);
    effect("b", 2);
    assertThat(tally.totals().unsettled()).isEqualTo(2);
    result(AResult.settled("b", 2, OutcomeStatus.SUCCEEDED, "ok").build());
    assertThat(tally.totals().unsettled()).isEqualTo(1);
    ActionResult overdue = AResult.settled("b", 1, OutcomeStatus.UNKNOWN, null).build();
    overdue.setEvent(ResultEvent.OVERDUE);
    result(overdue);
    assertThat(tally.totals().unsettled()).isEqualTo(1);
    ActionResult released = AResult.settled("b", 1, OutcomeStatus.UNKNOWN, null).build();
    released.setEvent(ResultEvent.RELEASED);
    result(released);
    assertThat(tally.totals().unsettled()).isZero();
    assertThat(tally.totals().effects()).isEqualTo(3);
  }

  @Test
  void aRunIsUncountedWhileItsPublishedCountsAreBehindItsDecisions() {
    result(AResult.decided(Decision.ACCEPTED).in("hammer-1").build());
    result(AResult.decided(Decision.IN_PROGRESS).in("hammer-1").build());
    counts("hammer-1", 1);
    assertThat(tally.totals().uncounted()).isEqualTo(1);
    assertThat(tally.totals().settled()).isFalse();

    counts("hammer-1", 2);
    assertThat(tally.totals().uncounted()).isZero();
  }

  @Test
  void onlyOpeningCircuitsAreTripped() {
    circuit("hammer-1", CircuitState.OPEN, CircuitCause.REPETITION);
    circuit("hammer-1", CircuitState.CLOSED, CircuitCause.RESET);
    circuit("hammer-2", CircuitState.OPEN, CircuitCause.CONFLICTS);

    assertThat(tally.totals().circuitsTripped()).isEqualTo(2);
    assertThat(tally.lines().get(0).stopped()).isEqualTo(2);
    assertThat(told)
        .containsExactly(
            "hammer-1: circuit opens: REPETITION, 6 where 5 are allowed",
            "hammer-2: circuit opens: CONFLICTS, 6 where 5 are allowed");
  }

  @Test
  void eachConflictIsCountedAndEachNewsToldOnce() {
    conflict("hammer-1");
    conflict("hammer-1");
    conflict("hammer-2");

    assertThat(tally.totals().conflicts()).isEqualTo(3);
    assertThat(told)
        .containsExactly(
            "hammer-1: key 'k' comes with another payload",
            "hammer-2: key 'k' comes with another payload");
  }

  private void command(String run) {
    accept(
        TOPICS.commands(),
        run,
        ActionCommand.newBuilder()
            .setRunId(run)
            .setTool("t")
            .setSideEffectClass(SideEffectClass.WRITE)
            .build());
  }

  private void result(ActionResult result) {
    accept(TOPICS.results(), result.getScope(), result);
  }

  private void effect(String key, int attempt) {
    accept(
        TOPICS.effects(),
        "run",
        new ActionEffect(
            "run",
            "run",
            null,
            null,
            "t",
            "{}",
            "",
            SideEffectClass.WRITE,
            key,
            attempt,
            Instant.EPOCH,
            Instant.EPOCH,
            1L,
            null,
            null,
            ANYWHERE));
  }

  private void counts(String run, long calls) {
    CallCounts total = new CallCounts(calls, calls, 0L, 0L, 0L, 0L, 0L);
    accept(
        TOPICS.runCounts(),
        run,
        new RunCallCounts(
            run,
            run,
            total,
            List.of(),
            CircuitState.CLOSED,
            false,
            calls,
            Instant.EPOCH,
            Instant.EPOCH));
  }

  private void circuit(String run, CircuitState state, CircuitCause cause) {
    accept(
        TOPICS.circuits(),
        run,
        new CircuitEvent(
            run,
            run,
            state,
            cause,
            "",
            5L,
            6L,
            null,
            null,
            List.of(),
            true,
            1L,
            null,
            null,
            Instant.EPOCH));
  }

  private void conflict(String run) {
    accept(
        TOPICS.conflicts(),
        run,
        new ConflictEvent(
            ConflictKind.PAYLOAD,
            run,
            run,
            "k",
            null,
            "1",
            "2",
            null,
            ANYWHERE,
            Instant.EPOCH,
            Instant.EPOCH));
  }

  private void deadLetter(String from) {
    ConsumerRecord<byte[], byte[]> record = record(TOPICS.deadLetters(), "hammer-1", null);
    record.headers().add(GateHeaders.DEAD_TOPIC, from.getBytes(StandardCharsets.UTF_8));
    tally.accept(record);
  }

  private void accept(String topic, String key, SpecificRecord value) {
    tally.accept(record(topic, key, value));
  }

  private ConsumerRecord<byte[], byte[]> record(
      String topic, String key, @Nullable SpecificRecord value) {
    String name = String.valueOf(values.size());
    if (value != null) {
      values.put(name, value);
    }
    byte[] bytes = (value == null ? "unreadable" : name).getBytes(StandardCharsets.UTF_8);
    return new ConsumerRecord<>(topic, 0, 0, key.getBytes(StandardCharsets.UTF_8), bytes);
  }
}
