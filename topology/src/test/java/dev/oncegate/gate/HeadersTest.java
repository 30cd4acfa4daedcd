package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TOPICS;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.OutcomeStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which headers go on, and which do not. */
class HeadersTest {
  private static final Map<String, String> TRACE =
      Map.of("traceparent", "00-4bf9-00f0-01", "tracestate", "vendor=1", "correlation-id", "c-1");

  private final GateDriver gate = GateDriver.open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void traceAndCorrelationGoFromTheCommandToEffectAndResultAndNothingElseDoes() {
    RecordHeaders headers = traceAnd("authorization", "secret");

    gate.pipe(TOPICS.commands(), Wire.write(aCommand().build()), START, headers);

    assertThat(gate.headersOn(TOPICS.effects())).containsExactly(TRACE);
    assertThat(gate.headersOn(TOPICS.results())).containsExactly(TRACE);
  }

  @Test
  void aRefusedCommandKeepsItsTraceToo() {
    gate.pipe(
        TOPICS.commands(), Wire.write(aCommand().setArgs("[]").build()), START, traceAnd("x", "y"));

    assertThat(gate.headersOn(TOPICS.results())).containsExactly(TRACE);
  }

  @Test
  void anOutcomesTraceGoesOnToItsResult() {
    ActionEffect effect = gate.send(aCommand()).effect();

    gate.pipe(
        TOPICS.outcomes(),
        Wire.write(anOutcome(effect, OutcomeStatus.SUCCEEDED).build()),
        START,
        traceAnd("x", "y"));

    assertThat(gate.headersOn(TOPICS.results())).containsExactly(TRACE);
  }

  @Test
  void aCarriedHeaderLongerThanTraceContextAsksForIsLeftBehind() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("tracestate", new byte[1_025]);
    headers.add("traceparent", new byte[1_024]);

    gate.pipe(TOPICS.commands(), Wire.write(aCommand().build()), START, headers);

    assertThat(gate.headersOn(TOPICS.effects()).get(0)).containsOnlyKeys("traceparent");
  }

  @Test
  void aDeadLetterKeepsItsBytesKeyAndHeadersAndSaysWhyAndWhereItLay() {
    byte[] bytes = Wire.write(aCommand().setRunId("").build());
    gate.send(aCommand());

    Told.Raw letter =
        gate.pipe(TOPICS.commands(), "its-key", bytes, START.minusSeconds(5), traceAnd("own", "1"))
            .onlyDeadLetter();

    assertThat(letter.key()).isEqualTo("its-key");
    assertThat(letter.value()).isEqualTo(bytes);
    assertThat(letter.timestampMs()).isEqualTo(START.minusSeconds(5).toEpochMilli());
    assertThat(letter.headers())
        .containsAllEntriesOf(TRACE)
        .containsEntry("own", "1")
        .containsEntry("oncegate.dead-letter.cause", "NO_RUN_ID")
        .containsEntry(
            "oncegate.dead-letter.message",
            "The record names no run or scope of 1 to 255 characters; nothing can be judged.")
        .containsEntry("oncegate.dead-letter.topic", "agent.commands")
        .containsEntry("oncegate.dead-letter.partition", "0")
        .containsEntry("oncegate.dead-letter.offset", "1")
        .containsEntry(
            "oncegate.dead-letter.timestamp", String.valueOf(START.minusSeconds(5).toEpochMilli()))
        .hasSize(10);
  }

  private static RecordHeaders traceAnd(String name, String value) {
    RecordHeaders headers = new RecordHeaders();
    TRACE.forEach((key, text) -> headers.add(key, text.getBytes(StandardCharsets.UTF_8)));
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    return headers;
  }
}
