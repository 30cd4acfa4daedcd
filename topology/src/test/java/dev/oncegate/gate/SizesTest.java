package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TOPICS;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.aControl;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.intake.Scope;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Compensation;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Nothing grows beyond what a topic takes (1 MiB by default) on its way through the gate: a record
 * that the producer refuses would fail the task for ever, whatever the next attempt.
 */
class SizesTest {
  private static final int MOST = 1024 * 1024;
  private static final String HUGE = "x".repeat(900_000);

  private GateDriver gate = GateDriver.open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Test
  void namesThatAreTooLongAreRefusedAndNotEchoed() {
    for (ActionCommand.Builder command :
        new ActionCommand.Builder[] {
          aCommand().setTool(HUGE),
          aCommand().setIdempotencyKey(HUGE),
          aCommand().setCorrelationId(HUGE),
          aCommand().setAgentId(HUGE),
          aCommand().setTenant(HUGE),
          aCommand().setArgsHash(HUGE)
        }) {
      ActionResult result = gate.send(command).result();

      assertThat(result.getDecision()).isEqualTo(Decision.INVALID);
      assertThat(Wire.write(result)).hasSizeLessThan(1_000);
    }
  }

  @Test
  void aRunIdThatIsTooLongIsNoneAndTheRecordIsPutAside() {
    Told.Raw letter = gate.send(aCommand().setRunId("x".repeat(256))).onlyDeadLetter();

    assertThat(letter.cause()).isEqualTo("NO_RUN_ID");
    assertThat(gate.send(aCommand().setRunId("x".repeat(255))).result().getDecision())
        .isEqualTo(Decision.ACCEPTED);
  }

  @Test
  void aScopeThatIsTooLongIsInvalidAndToldToTheRun() {
    gate.close();
    gate = GateDriver.with().scope(Scope.TENANT).open();

    ActionResult result = gate.send(aCommand().setTenant(HUGE)).result();

    assertThat(result.getField()).isEqualTo("tenant");
    assertThat(result.getScope()).isEqualTo("run");
  }

  @Test
  void argumentsThatGrowInCanonicalFormAreHeldToTheSameLimit() {
    String grows = "{\"n\":[" + "1e20,".repeat(50_000) + "0]}";
    String fits = "{\"n\":[" + "1e20,".repeat(11_000) + "0]}";

    ActionResult refused = gate.send(aCommand().setArgs(grows)).result();

    assertThat(grows.length()).isLessThan(262_144);
    assertThat(refused.getDecision()).isEqualTo(Decision.INVALID);
    assertThat(refused.getMessage())
        .startsWith(
            "args is no acceptable JSON object: its canonical form has more than 262144 bytes");
    assertThat(gate.send(aCommand().setArgs(fits)).result().getDecision())
        .isEqualTo(Decision.ACCEPTED);
  }

  @Test
  void theLargestCommandThatIsLetThroughMakesAnEffectAndAPreviewThatFit() {
    String args = "{\"n\":\"" + "x".repeat(262_144 - 8) + "\"}";
    ActionCommand.Builder largest =
        aCommand()
            .setArgs(args)
            .setCompensation(new Compensation("saga", 1, "undo", args))
            .setCorrelationId("c");

    assertFits(gate.send(largest).effect());
    assertFits(
        gate.send(largest.setIdempotencyKey("d").setSideEffectClass(SideEffectClass.DESTRUCTIVE))
            .result());
  }

  @Test
  void aCompensationIsHeldToTheLimitsOfACall() {
    ActionResult args =
        gate.send(aCommand().setCompensation(new Compensation("saga", 1, "undo", HUGE))).result();
    ActionResult tool =
        gate.send(aCommand().setCompensation(new Compensation("saga", 1, HUGE, "{}"))).result();
    ActionResult saga =
        gate.send(aCommand().setCompensation(new Compensation("", 1, "undo", "{}"))).result();

    assertThat(args.getField()).isEqualTo("compensation.args");
    assertThat(tool.getField()).isEqualTo("compensation.tool");
    assertThat(saga.getField()).isEqualTo("compensation.saga_id");
  }

  @Test
  void aDeadLetterIsNotMuchLargerThanItsRecord() {
    byte[] outcome =
        Wire.write(
            ActionOutcome.newBuilder()
                .setScope("run")
                .setIdempotencyKey(HUGE)
                .setStatus(OutcomeStatus.SUCCEEDED)
                .build());
    byte[] control =
        Wire.write(aControl(ControlType.RELEASE).setIdempotencyKey(HUGE).setAttempt(1).build());

    for (Told told :
        new Told[] {
          gate.pipe(TOPICS.outcomes(), outcome, START, new RecordHeaders()),
          gate.pipe(TOPICS.controls(), control, START, new RecordHeaders())
        }) {
      int added = told.onlyDeadLetter().headers().values().stream().mapToInt(String::length).sum();
      assertThat(added).isLessThan(1_000);
    }
  }

  @Test
  void aDeadLetterThatWasSmallOnlyWhileItsAuthorCompressedItIsCutAndSaysWhereTheWholeLies() {
    byte[] huge = ofAnotherType(5_000_000);
    byte[] small = ofAnotherType(3);
    RecordHeaders headers = new RecordHeaders();
    headers.add("authors", new byte[2_000_000]);

    for (Told told :
        new Told[] {
          gate.pipe(TOPICS.commands(), huge, START, new RecordHeaders()),
          gate.pipe(TOPICS.commands(), small, START, headers),
          gate.pipe(TOPICS.commands(), HUGE + HUGE, small, START, new RecordHeaders())
        }) {
      Told.Raw letter = told.onlyDeadLetter();

      assertThat(sizeOf(letter)).isLessThan(MOST);
      assertThat(letter.cause()).isEqualTo("WRONG_TYPE");
      assertThat(letter.headers()).containsKeys(GateHeaders.DEAD_OFFSET, GateHeaders.DEAD_SIZE);
    }
  }

  @Test
  void aDeadLetterThatJustFitsIsLeftAsItCame() {
    byte[] value = ofAnotherType(1_048_000);

    Told.Raw letter =
        gate.pipe(TOPICS.commands(), value, START, new RecordHeaders()).onlyDeadLetter();

    assertThat(letter.value()).isEqualTo(value);
    assertThat(letter.headers()).doesNotContainKey(GateHeaders.DEAD_SIZE);
  }

  @Test
  void aRecordThatIsTooLargeToBeCarriedOnIsPutAside() {
    gate.close();
    gate = GateDriver.with().partitions(8).open();
    String elsewhere = "a run elsewhere";

    Told.Raw letter =
        gate.send(aCommand().setRunId(elsewhere).setConfirmationToken(HUGE + HUGE))
            .onlyDeadLetter();

    assertThat(letter.cause()).isEqualTo("TOO_LARGE");
    assertThat(sizeOf(letter)).isLessThan(MOST);
    assertThat(gate.send(aCommand().setRunId(elsewhere).setConfirmationToken(HUGE)).reroutes())
        .hasSize(1);
  }

  private static byte[] ofAnotherType(int size) {
    return Wire.write(
        ActionOutcome.newBuilder()
            .setScope("run")
            .setIdempotencyKey("k")
            .setResult("x".repeat(size))
            .build());
  }

  private static int sizeOf(Told.Raw record) {
    int key = record.key() == null ? 0 : record.key().length();
    int value = record.value() == null ? 0 : record.value().length;
    return key
        + value
        + record.headers().entrySet().stream()
            .mapToInt(h -> h.getKey().length() + h.getValue().length())
            .sum();
  }

  private static void assertFits(SpecificRecord record) {
    assertThat(Wire.write(record).length).isLessThan(MOST - 20_000);
  }
}
