package dev.oncegate.gate;

import static dev.oncegate.gate.GateDriver.START;
import static dev.oncegate.gate.GateDriver.TOPICS;
import static dev.oncegate.gate.GateDriver.aCommand;
import static dev.oncegate.gate.GateDriver.aControl;
import static dev.oncegate.gate.GateDriver.anOutcome;
import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CallEvidence;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.Compensation;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.schema.WindowCounts;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The contract's decision table, row by row, each with all that the gate writes and nothing else.
 */
class DecisionTableTest {
  private static final Instant VALID_UNTIL = START.plus(GateDriver.DEDUP_WINDOW);
  private static final Instant DEADLINE = START.plusMillis(GateDriver.DEADLINE_MS);
  private static final String CANONICAL = "{\"seat\":\"12A\"}";

  private GateDriver gate = GateDriver.open();

  @AfterEach
  void close() {
    gate.close();
  }

  @Nested
  class Row0DeadLetter {
    @Test
    void aCommandWithoutRunIdIsPutAsideAndNothingElseIsWritten() {
      byte[] bytes = Wire.write(aCommand().setRunId(" ").build());

      Told told = gate.pipe(TOPICS.commands(), "some-key", bytes, START, new RecordHeaders());

      Told.Raw letter = told.onlyDeadLetter();
      assertThat(letter.cause()).isEqualTo("NO_RUN_ID");
      assertThat(letter.key()).isEqualTo("some-key");
      assertThat(letter.value()).isEqualTo(bytes);
    }
  }

  @Nested
  class Row1Invalid {
    @Test
    void aWrongFieldIsNamedWithItsValueAndWhatIsAllowed() {
      Told told = gate.send(aCommand().setDeadlineMs(0L).setCorrelationId("c-1"));

      assertThat(told)
          .isEqualTo(
              Told.only(
                  aDecision(
                          1,
                          0,
                          Decision.INVALID,
                          "FIELD_INVALID",
                          "deadline_ms is 0; allowed is 1 to 3600000.")
                      .setField("deadline_ms")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setCorrelationId("c-1")
                      .build()));
    }

    @Test
    void theSameKeyIsStillFreeAfterwards() {
      gate.send(aCommand().setArgs("[]"));

      assertThat(gate.send(aCommand()).result().getDecision()).isEqualTo(Decision.ACCEPTED);
    }

    @Test
    void aMissingScopeFieldIsNamedToTheRunItself() {
      gate.close();
      gate = GateDriver.with().scope(Scope.TENANT).open();

      ActionResult result = gate.send(aCommand()).result();

      assertThat(result.getDecision()).isEqualTo(Decision.INVALID);
      assertThat(result.getField()).isEqualTo("tenant");
      assertThat(result.getScope()).isEqualTo("run");
    }
  }

  @Nested
  class Row2Expired {
    @Test
    void aCommandOlderThanItsTimeToLiveIsRefused() {
      Told told = gate.send(aCommand().setRequestTtlMs(1_000L), START.minusMillis(1_001));

      assertThat(told)
          .isEqualTo(
              Told.only(
                  aDecision(
                          1,
                          0,
                          Decision.EXPIRED,
                          "TTL_PASSED",
                          "The command is 1001 ms old; its request_ttl_ms is 1000. Make a new intent.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setEventTime(START.minusMillis(1_001))
                      .build()));
    }

    @Test
    void aCommandOlderThanTheDedupWindowIsRefusedThoughItsKeyIsNotKnown() {
      Told told = gate.send(aCommand(), START.minus(GateDriver.DEDUP_WINDOW).minusMillis(1));

      assertThat(told)
          .isEqualTo(
              Told.only(
                  aDecision(
                          1,
                          0,
                          Decision.EXPIRED,
                          "OLDER_THAN_WINDOW",
                          "The command is 86400001 ms old; actions are remembered for 86400000 ms. Make a new intent.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setEventTime(START.minus(GateDriver.DEDUP_WINDOW).minusMillis(1))
                      .build()));
    }
  }

  @Nested
  class Row3CircuitOpen {
    @Test
    void theCallThatTripsGetsItWithTheCircuitEventAndTheCountsOfThatMoment() {
      gate.close();
      gate =
          GateDriver.with()
              .limits(new GuardLimits(1, -1, 10_000, -1, -1, -1, -1, 0, 3, 64, 10))
              .open();
      gate.send(aCommand().setIdempotencyKey("a"));

      Told told = gate.send(aCommand().setIdempotencyKey("b"));

      assertThat(told)
          .isEqualTo(
              Told.only(
                  aDecision(
                          2,
                          1,
                          Decision.CIRCUIT_OPEN,
                          "TOTAL_CALLS",
                          "This call trips the circuit of the run (TOTAL_CALLS). Stop.")
                      .setIdempotencyKey("b")
                      .setTool("book")
                      .build(),
                  CircuitEvent.newBuilder()
                      .setRunId("run")
                      .setScope("run")
                      .setState(CircuitState.OPEN)
                      .setCause(CircuitCause.TOTAL_CALLS)
                      .setMessage("The run made 2 calls; 1 are allowed.")
                      .setLimit(1L)
                      .setCount(2L)
                      .setTool("book")
                      .setArgsHash(sha256(CANONICAL))
                      .setLastCalls(
                          List.of(
                              new CallEvidence("book", sha256(CANONICAL), START, 1L),
                              new CallEvidence("book", sha256(CANONICAL), START, 2L)))
                      .setGuardEnabled(true)
                      .setAfterRunSeq(2)
                      .setTrigger(command(1))
                      .setControlId(null)
                      .setChangedAt(START)
                      .build(),
                  RunCallCounts.newBuilder()
                      .setRunId("run")
                      .setScope("run")
                      .setTotal(new CallCounts(2L, 1L, 0L, 0L, 1L, 0L, 0L))
                      .setWindows(
                          List.of(
                              new WindowCounts(
                                  START,
                                  START.plusSeconds(60),
                                  new CallCounts(2L, 1L, 0L, 0L, 1L, 0L, 0L))))
                      .setCircuit(CircuitState.OPEN)
                      .setFinal$(false)
                      .setRunSeq(2)
                      .setLastCallAt(START)
                      .setPublishedAt(START)
                      .build()));
    }

    @Test
    void everyLaterCallGetsItEvenForAKnownOutcome() {
      gate.succeed(gate.send(aCommand()).effect(), "done");
      gate.order(aControl(ControlType.FORCE_OPEN));

      assertThat(gate.send(aCommand()))
          .isEqualTo(
              Told.only(
                  aDecision(
                          3,
                          1,
                          Decision.CIRCUIT_OPEN,
                          "FORCED_OPEN",
                          "The circuit of the run is FORCED_OPEN. Stop.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .build()));
    }

    @Test
    void anInvalidCommandIsInvalidThoughTheCircuitIsOpen() {
      gate.order(aControl(ControlType.FORCE_OPEN));

      assertThat(gate.send(aCommand().setArgs("[]")).result().getDecision())
          .isEqualTo(Decision.INVALID);
    }
  }

  @Nested
  class Row4Conflict {
    @Test
    void theAgentLearnsNothingOfTheFirstPayloadAndTheEventCarriesBothHashesAndBothCommands() {
      gate.send(aCommand());
      gate.moveClockOnly(Duration.ofSeconds(1));

      Told told = gate.send(aCommand().setArgs("{\"seat\":\"14C\"}"));

      assertThat(told)
          .isEqualTo(
              Told.only(
                  aDecision(
                          2,
                          1,
                          Decision.CONFLICT,
                          "KEY_REUSED",
                          "The key was used before for another payload. A new intent needs a new key.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setEventTime(gate.now())
                      .setDecidedAt(gate.now())
                      .build(),
                  new ConflictEvent(
                      ConflictKind.PAYLOAD,
                      "run",
                      "run",
                      "k",
                      null,
                      payloadHash("book", "WRITE", CANONICAL),
                      payloadHash("book", "WRITE", "{\"seat\":\"14C\"}"),
                      command(0),
                      command(1),
                      START,
                      gate.now())));
    }

    @Test
    void anotherSideEffectClassIsAnotherPayload() {
      gate.send(aCommand());

      ActionResult result = gate.send(aCommand().setSideEffectClass(SideEffectClass.READ)).result();

      assertThat(result.getDecision()).isEqualTo(Decision.CONFLICT);
    }
  }

  @Nested
  class Row5Replayed {
    @Test
    void theStoredOutcomeIsReplayedByteForByteAndNoEffectIsLetThrough() {
      ActionEffect effect = gate.send(aCommand()).effect();
      gate.report(
          anOutcome(effect, OutcomeStatus.SUCCEEDED)
              .setResult("{\"seat\": \"12A\",\u00e9}")
              .setContentType("application/json")
              .setResultUri("s3://bucket/1")
              .setCompletedAt(START));
      gate.moveClockOnly(Duration.ofHours(5));

      assertThat(gate.send(aCommand().setArgs(" {\"seat\" : \"12\\u0041\"} ").setAttemptNumber(2)))
          .isEqualTo(
              Told.only(
                  aDecision(
                          3,
                          1,
                          Decision.REPLAYED,
                          "OUTCOME_KNOWN",
                          "Executed before; this is the stored outcome of the first time.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setReplayed(true)
                      .setStoredOutcome(
                          new StoredOutcome(
                              OutcomeStatus.SUCCEEDED,
                              1,
                              "{\"seat\": \"12A\",\u00e9}",
                              "application/json",
                              "s3://bucket/1",
                              null,
                              null,
                              START))
                      .setFirstSeenAt(START)
                      .setValidUntil(VALID_UNTIL)
                      .setEventTime(gate.now())
                      .setDecidedAt(gate.now())
                      .build()));
    }

    @Test
    void aFinalFailureIsReplayedToo() {
      ActionEffect effect = gate.send(aCommand()).effect();
      gate.report(
          anOutcome(effect, OutcomeStatus.FAILED)
              .setErrorCode("SOLD_OUT")
              .setErrorMessage("no seat"));

      ActionResult result = gate.send(aCommand()).result();

      assertThat(result.getDecision()).isEqualTo(Decision.REPLAYED);
      assertThat(result.getStoredOutcome())
          .isEqualTo(
              new StoredOutcome(
                  OutcomeStatus.FAILED, 1, null, null, null, "SOLD_OUT", "no seat", null));
    }
  }

  @Nested
  class Row6InProgress {
    @Test
    void aDuplicateDuringProgressIsToldWhenToAskAgainAndEmitsNoEffect() {
      gate.send(aCommand());
      gate.moveClockOnly(Duration.ofMillis(GateDriver.DEADLINE_MS - 300));

      assertThat(gate.send(aCommand()))
          .isEqualTo(
              Told.only(
                  aDecision(
                          2,
                          1,
                          Decision.IN_PROGRESS,
                          "OUTCOME_PENDING",
                          "Attempt 1 is being executed; wait for its outcome.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setRetryAfterMs(300L)
                      .setFirstSeenAt(START)
                      .setValidUntil(VALID_UNTIL)
                      .setEventTime(gate.now())
                      .setDecidedAt(gate.now())
                      .build()));
    }
  }

  @Nested
  class Row7Indeterminate {
    @Test
    void aWriteWithoutOutcomeByItsDeadlineIsNeverExecutedAgainByItself() {
      gate.send(aCommand());
      gate.wait(Duration.ofMillis(GateDriver.DEADLINE_MS + 1));

      assertThat(gate.send(aCommand()))
          .isEqualTo(
              Told.only(
                  aDecision(
                          3,
                          1,
                          Decision.INDETERMINATE,
                          "DEADLINE_PASSED",
                          "Attempt 1 has no outcome by its deadline: it may or may not have happened. Do not resend; "
                              + "a late outcome or a human settles it.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setFirstSeenAt(START)
                      .setValidUntil(VALID_UNTIL)
                      .setEventTime(gate.now())
                      .setDecidedAt(gate.now())
                      .build()));
    }

    @Test
    void aReadIsLetThroughOnceMore() {
      gate.send(aCommand().setSideEffectClass(SideEffectClass.READ));
      gate.wait(Duration.ofMillis(GateDriver.DEADLINE_MS + 1));

      assertThat(gate.send(aCommand().setSideEffectClass(SideEffectClass.READ)))
          .isEqualTo(
              Told.only(
                  aDecision(
                          3,
                          1,
                          Decision.INDETERMINATE,
                          "DEADLINE_PASSED",
                          "The last attempt has no outcome by its deadline; a READ is let through again, as attempt 2.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setEffectAttempt(2)
                      .setFirstSeenAt(START)
                      .setValidUntil(gate.now().plus(GateDriver.DEDUP_WINDOW))
                      .setEventTime(gate.now())
                      .setDecidedAt(gate.now())
                      .build(),
                  anEffect(3, 1)
                      .setSideEffectClass(SideEffectClass.READ)
                      .setAttempt(2)
                      .setDeadlineAt(gate.now().plusMillis(GateDriver.DEADLINE_MS))
                      .setDecidedAt(gate.now())
                      .build()));
    }
  }

  @Nested
  class Row8Retried {
    @Test
    void afterATransientFailureTheNextCommandIsLetThroughAsTheNextAttempt() {
      ActionEffect effect = gate.send(aCommand()).effect();
      gate.report(anOutcome(effect, OutcomeStatus.FAILED_TRANSIENT));
      gate.moveClockOnly(Duration.ofSeconds(2));

      assertThat(gate.send(aCommand()))
          .isEqualTo(
              Told.only(
                  aDecision(
                          3,
                          1,
                          Decision.RETRIED,
                          "ANOTHER_ATTEMPT",
                          "Let through again as attempt 2; its outcome follows as a SETTLED result.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setEffectAttempt(2)
                      .setFirstSeenAt(START)
                      .setValidUntil(gate.now().plus(GateDriver.DEDUP_WINDOW))
                      .setEventTime(gate.now())
                      .setDecidedAt(gate.now())
                      .build(),
                  anEffect(3, 1)
                      .setAttempt(2)
                      .setDeadlineAt(gate.now().plusMillis(GateDriver.DEADLINE_MS))
                      .setDecidedAt(gate.now())
                      .build()));
    }
  }

  @Nested
  class Row9ConfirmationRequired {
    @Test
    void aDestructiveActionGetsAPreviewAndATokenAndNoEffect() {
      assertThat(gate.send(aCommand().setSideEffectClass(SideEffectClass.DESTRUCTIVE)))
          .isEqualTo(
              Told.only(
                  aDecision(
                          1,
                          0,
                          Decision.CONFIRMATION_REQUIRED,
                          "NOT_COMMITTED",
                          "A DESTRUCTIVE action needs a confirmation: resend it with commit true and this token.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setConfirmationToken("token-1")
                      .setConfirmationExpiresAt(START.plusMillis(900_000))
                      .setPreview(
                          "{\"args\":{\"seat\":\"12A\"},\"side_effect_class\":\"DESTRUCTIVE\",\"tool\":\"book\"}")
                      .setFirstSeenAt(START)
                      .setValidUntil(VALID_UNTIL)
                      .build()));
    }

    @Test
    void theTokenLetsItThroughOnceAndOnlyWithCommit() {
      gate.send(aDestructive());

      Told uncommitted = gate.send(aDestructive().setConfirmationToken("token-1"));
      Told wrong = gate.send(aDestructive().setCommit(true).setConfirmationToken("token-2"));
      Told confirmed = gate.send(aDestructive().setCommit(true).setConfirmationToken("token-1"));
      Told again = gate.send(aDestructive().setCommit(true).setConfirmationToken("token-1"));

      assertThat(uncommitted.result().getReason()).isEqualTo("NOT_COMMITTED");
      assertThat(wrong.result().getReason()).isEqualTo("TOKEN_MISMATCH");
      assertThat(wrong.effects()).isEmpty();
      assertThat(confirmed)
          .isEqualTo(
              Told.only(
                  aDecision(
                          4,
                          3,
                          Decision.ACCEPTED,
                          "CONFIRMED",
                          "Let through as attempt 1; its outcome follows as a SETTLED result.")
                      .setIdempotencyKey("k")
                      .setTool("book")
                      .setEffectAttempt(1)
                      .setFirstSeenAt(START)
                      .setValidUntil(VALID_UNTIL)
                      .build(),
                  anEffect(4, 3).setSideEffectClass(SideEffectClass.DESTRUCTIVE).build()));
      assertThat(again.result().getDecision()).isEqualTo(Decision.IN_PROGRESS);
      assertThat(again.effects()).isEmpty();
    }

    @Test
    void anExpiredTokenIsRefusedAndReplacedByAFreshOne() {
      String first = gate.send(aDestructive()).result().getConfirmationToken();
      gate.moveClockOnly(Duration.ofMillis(900_001));

      Told late = gate.send(aDestructive().setCommit(true).setConfirmationToken(first));
      String second = late.result().getConfirmationToken();
      Told confirmed = gate.send(aDestructive().setCommit(true).setConfirmationToken(second));

      assertThat(late.result().getReason()).isEqualTo("TOKEN_EXPIRED");
      assertThat(late.effects()).isEmpty();
      assertThat(second).isNotEqualTo(first);
      assertThat(confirmed.result().getDecision()).isEqualTo(Decision.ACCEPTED);
    }

    @Test
    void tokensAreMadeForDestructiveActionsOnly() {
      gate.send(aCommand());
      gate.send(aCommand().setSideEffectClass(SideEffectClass.READ).setIdempotencyKey("r"));

      assertThat(gate.tokensMade()).isZero();
    }

    @Test
    void toConfirmIsNotToRepeat() {
      for (int i = 1; i <= 5; i++) {
        String token =
            gate.send(aDestructive().setIdempotencyKey("k" + i)).result().getConfirmationToken();
        Told confirmed =
            gate.send(
                aDestructive()
                    .setIdempotencyKey("k" + i)
                    .setCommit(true)
                    .setConfirmationToken(token));
        assertThat(confirmed.result().getDecision()).isEqualTo(Decision.ACCEPTED);
      }
      assertThat(gate.send(aDestructive().setIdempotencyKey("k6")).result().getDecision())
          .isEqualTo(Decision.CIRCUIT_OPEN);
    }

    private ActionCommand.Builder aDestructive() {
      return aCommand().setSideEffectClass(SideEffectClass.DESTRUCTIVE);
    }
  }

  @Nested
  class Row10Accepted {
    @Test
    void aFirstSightIsLetThroughAsAttempt1WithAllThatTheCommandSaid() {
      Compensation compensation = new Compensation("saga", 1, "cancel", "{}");

      Told told =
          gate.send(
              aCommand()
                  .setAgentId("agent")
                  .setTenant("tenant")
                  .setCorrelationId("c-1")
                  .setDeadlineMs(5_000L)
                  .setCompensation(compensation));

      assertThat(told)
          .isEqualTo(
              Told.only(
                  anAcceptance(1, 0).setIdempotencyKey("k").setCorrelationId("c-1").build(),
                  anEffect(1, 0)
                      .setAgentId("agent")
                      .setTenant("tenant")
                      .setCorrelationId("c-1")
                      .setDeadlineAt(START.plusMillis(5_000))
                      .setCompensation(compensation)
                      .build()));
    }

    @Test
    void aWriteWithoutKeyGetsADerivedOneAndItsRepetitionIsADuplicate() {
      Told first = gate.send(aCommand().setIdempotencyKey(null));
      Told second = gate.send(aCommand().setIdempotencyKey(null));

      assertThat(first.result().getIdempotencyKey()).startsWith("oncegate:sha256:").hasSize(80);
      assertThat(first.effect().getIdempotencyKey()).isEqualTo(first.result().getIdempotencyKey());
      assertThat(second.result().getDecision()).isEqualTo(Decision.IN_PROGRESS);
      assertThat(second.effects()).isEmpty();
    }

    @Test
    void aReadWithoutKeyIsNotDeduplicated() {
      Told first =
          gate.send(aCommand().setIdempotencyKey(null).setSideEffectClass(SideEffectClass.READ));
      Told second =
          gate.send(aCommand().setIdempotencyKey(null).setSideEffectClass(SideEffectClass.READ));

      assertThat(first.effect().getIdempotencyKey())
          .isEqualTo("oncegate:command:agent.commands:0:0");
      assertThat(second.effect().getIdempotencyKey())
          .isEqualTo("oncegate:command:agent.commands:0:1");
    }

    @Test
    void theSameKeyInAnotherScopeIsAnotherAction() {
      gate.send(aCommand());

      assertThat(gate.send(aCommand().setRunId("run-2")).result().getDecision())
          .isEqualTo(Decision.ACCEPTED);
    }

    @Test
    void whereTheScopeIsTheAgentTwoOfItsRunsShareTheirKeys() {
      gate.close();
      gate = GateDriver.with().scope(Scope.AGENT).open();
      gate.send(aCommand().setAgentId("agent"));

      ActionResult other = gate.send(aCommand().setAgentId("agent").setRunId("run-2")).result();

      assertThat(other.getScope()).isEqualTo("agent");
      assertThat(other.getRunId()).isEqualTo("run-2");
      assertThat(other.getRunSeq()).isEqualTo(1);
      assertThat(other.getDecision()).isEqualTo(Decision.IN_PROGRESS);
    }
  }

  private static ActionResult.Builder anAcceptance(long seq, long offset) {
    return aDecision(
            seq,
            offset,
            Decision.ACCEPTED,
            "FIRST_SEEN",
            "Let through as attempt 1; its outcome follows as a SETTLED result.")
        .setTool("book")
        .setEffectAttempt(1)
        .setFirstSeenAt(START)
        .setValidUntil(VALID_UNTIL);
  }

  private static ActionResult.Builder aDecision(
      long seq, long offset, Decision decision, String reason, String message) {
    return ActionResult.newBuilder()
        .setScope("run")
        .setRunId("run")
        .setRunSeq(seq)
        .setEvent(ResultEvent.DECIDED)
        .setDecision(decision)
        .setReason(reason)
        .setMessage(message)
        .setCommand(command(offset))
        .setEventTime(START)
        .setDecidedAt(START);
  }

  private static ActionEffect.Builder anEffect(long seq, long offset) {
    return ActionEffect.newBuilder()
        .setScope("run")
        .setRunId("run")
        .setTool("book")
        .setArgs(CANONICAL)
        .setArgsHash(sha256(CANONICAL))
        .setIdempotencyKey("k")
        .setAttempt(1)
        .setDeadlineAt(DEADLINE)
        .setDecidedAt(START)
        .setRunSeq(seq)
        .setCommand(command(offset));
  }

  private static RecordCoordinates command(long offset) {
    return new RecordCoordinates("agent.commands", 0, offset);
  }

  private static String sha256(String text) {
    return hex(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The contract's recipe, once more: SHA-256 over each part behind its length in four bytes. */
  private static String payloadHash(String... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
      out.writeBytes(bytes);
    }
    return hex(out.toByteArray());
  }

  private static String hex(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
