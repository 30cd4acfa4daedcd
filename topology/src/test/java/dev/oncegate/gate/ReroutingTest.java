package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TOPICS;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.aControl;
import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Records that lie in another partition than their scope's.
 *
 * <p>The driver has one task, of partition 0, and feeds what is written to a topic that is read
 * back into it, as if partition 0 were the right one: so a rerouted record is seen twice, on the
 * reroute topic, and as it is handled there.
 */
class ReroutingTest {
  private static final int PARTITIONS = 4;

  private final GateDriver gate = GateDriver.with().partitions(PARTITIONS).open();
  private final String right = aRunIn(0);
  private final String wrong = aRunIn(3);

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void aRecordThatLiesRightGoesStraightThroughWhateverItsKey() {
    Told told = gate.pipe(TOPICS.commands(), "any", commandOf(right), START, new RecordHeaders());

    assertThat(told.reroutes()).isEmpty();
    assertThat(told.result().getDecision()).isEqualTo(Decision.ACCEPTED);
  }

  @Test
  void aRecordThatLiesWrongIsCarriedOnByItsScopeAndHandledOnceWithItsOwnCoordinates() {
    byte[] bytes = commandOf(wrong);

    Told told =
        gate.pipe(
            TOPICS.commands(), "any", bytes, START.minusSeconds(1), headers("traceparent", "t"));

    assertThat(told.reroutes()).hasSize(1);
    Told.Raw carried = told.reroutes().get(0);
    assertThat(carried.key()).isEqualTo(wrong);
    assertThat(carried.value()).isEqualTo(bytes);
    assertThat(carried.timestampMs()).isEqualTo(START.minusSeconds(1).toEpochMilli());
    assertThat(carried.headers())
        .isEqualTo(
            Map.of(
                "traceparent", "t",
                "oncegate.origin.topic", "agent.commands",
                "oncegate.origin.partition", "0",
                "oncegate.origin.offset", "0",
                "oncegate.origin.key", "any"));
    assertThat(told.result().getCommand())
        .isEqualTo(new RecordCoordinates("agent.commands", 0, 0L));
    assertThat(told.result().getEventTime()).isEqualTo(START.minusSeconds(1));
    assertThat(told.effects()).hasSize(1);
    assertThat(gate.headersOn(TOPICS.effects())).containsExactly(Map.of("traceparent", "t"));
  }

  @Test
  void outcomesAndControlsAreCarriedOnToo() {
    ActionEffect effect =
        gate.pipe(TOPICS.commands(), commandOf(wrong), START, new RecordHeaders()).effect();

    Told settled = gate.report(anOutcome(effect, OutcomeStatus.SUCCEEDED));
    Told stopped = gate.order(aControl(ControlType.FORCE_OPEN).setRunId(wrong));

    assertThat(settled.reroutes()).extracting(Told.Raw::key).containsExactly(wrong);
    assertThat(settled.results()).hasSize(1);
    assertThat(stopped.reroutes()).extracting(Told.Raw::key).containsExactly(wrong);
    assertThat(stopped.circuits().get(0).getState()).isEqualTo(CircuitState.FORCED_OPEN);
    assertThat(stopped.circuits().get(0).getTrigger())
        .isEqualTo(new RecordCoordinates("agent.controls", 0, 0L));
  }

  @Test
  void whatWasCarriedHereIsHandledHereAndNeverCarriedOnAgain() {
    RecordHeaders headers = headers("oncegate.origin.topic", "agent.commands");
    headers.add("oncegate.origin.partition", "2".getBytes(StandardCharsets.UTF_8));
    headers.add("oncegate.origin.offset", "4711".getBytes(StandardCharsets.UTF_8));

    Told told = gate.pipe(TOPICS.reroute(), wrong, commandOf(wrong), START, headers);

    assertThat(told.reroutes()).isEmpty();
    assertThat(told.result().getCommand())
        .isEqualTo(new RecordCoordinates("agent.commands", 2, 4711L));
    assertThat(told.effect().getCommand())
        .isEqualTo(new RecordCoordinates("agent.commands", 2, 4711L));
  }

  @Test
  void aRecordThatCannotBeActedOnIsADeadLetterAsItCameThoughItWasCarriedOn() {
    byte[] bytes =
        Wire.write(
            aControl(ControlType.RELEASE)
                .setRunId(wrong)
                .setIdempotencyKey("x")
                .setAttempt(1)
                .build());

    Told told = gate.pipe(TOPICS.controls(), "its-key", bytes, START, headers("own", "1"));

    assertThat(told.reroutes()).hasSize(1);
    Told.Raw letter = told.deadLetters().get(0);
    assertThat(letter.key()).isEqualTo("its-key");
    assertThat(letter.value()).isEqualTo(bytes);
    assertThat(letter.headers())
        .containsEntry("own", "1")
        .containsEntry("oncegate.dead-letter.topic", "agent.controls")
        .containsEntry("oncegate.dead-letter.partition", "0")
        .noneSatisfy((name, value) -> assertThat(name).startsWith("oncegate.origin"));
  }

  @Test
  void aRecordWithoutKeyIsADeadLetterWithoutKeyThoughItWasCarriedOn() {
    byte[] bytes =
        Wire.write(
            aControl(ControlType.RELEASE)
                .setRunId(wrong)
                .setIdempotencyKey("x")
                .setAttempt(1)
                .build());

    Told told = gate.pipe(TOPICS.controls(), bytes, START, new RecordHeaders());

    assertThat(told.reroutes()).extracting(Told.Raw::key).containsExactly(wrong);
    assertThat(told.deadLetters()).extracting(Told.Raw::key).containsOnlyNulls();
  }

  @Test
  void whatSomebodyElseWroteToTheRerouteTopicIsPutAside() {
    RecordHeaders badOffset = headers("oncegate.origin.topic", "agent.commands");
    badOffset.add("oncegate.origin.partition", "2".getBytes(StandardCharsets.UTF_8));
    badOffset.add("oncegate.origin.offset", "many".getBytes(StandardCharsets.UTF_8));

    for (RecordHeaders headers :
        List.of(
            new RecordHeaders(), headers("oncegate.origin.topic", "agent.effects"), badOffset)) {
      Told.Raw letter =
          gate.pipe(TOPICS.reroute(), wrong, commandOf(wrong), START, headers).onlyDeadLetter();

      assertThat(letter.cause()).isEqualTo("FOREIGN_RECORD");
      assertThat(letter.key()).isEqualTo(wrong);
      assertThat(letter.headers()).containsEntry("oncegate.dead-letter.topic", "oncegate-reroute");
    }
  }

  @Test
  void anAuthorWhoPretendsToHaveBeenReroutedIsNotBelieved() {
    RecordHeaders headers = headers("oncegate.origin.topic", "agent.controls");
    headers.add("oncegate.origin.partition", "2".getBytes(StandardCharsets.UTF_8));
    headers.add("oncegate.origin.offset", "4711".getBytes(StandardCharsets.UTF_8));
    headers.add("oncegate.origin.key", "forged".getBytes(StandardCharsets.UTF_8));

    Told told = gate.pipe(TOPICS.commands(), commandOf(wrong), START, headers);

    assertThat(told.reroutes().get(0).headers())
        .isEqualTo(
            Map.of(
                "oncegate.origin.topic", "agent.commands",
                "oncegate.origin.partition", "0",
                "oncegate.origin.offset", "0"));
    assertThat(told.result().getCommand())
        .isEqualTo(new RecordCoordinates("agent.commands", 0, 0L));
  }

  private static byte[] commandOf(String run) {
    return Wire.write(aCommand().setRunId(run).build());
  }

  /** A run whose scope's partition, by Java's own partitioner, is the given one. */
  private static String aRunIn(int partition) {
    return IntStream.range(0, 1_000)
        .mapToObj(i -> "run-" + i)
        .filter(
            run ->
                Utils.toPositive(Utils.murmur2(run.getBytes(StandardCharsets.UTF_8))) % PARTITIONS
                    == partition)
        .findFirst()
        .orElseThrow();
  }

  private static RecordHeaders headers(String name, String value) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    return headers;
  }
}
