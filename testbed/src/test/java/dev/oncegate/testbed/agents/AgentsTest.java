package dev.oncegate.testbed.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.SideEffectClass;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AgentsTest {
  private static final Function<ActionCommand, ActionResult> ACCEPTS =
      command ->
          AResult.decided(Decision.ACCEPTED)
              .withKey(Objects.requireNonNullElse(command.getIdempotencyKey(), "derived"))
              .effect(1)
              .build();
  private static final Function<Attempt, ActionResult> SUCCEEDS =
      attempt ->
          AResult.settled(attempt.key(), attempt.number(), OutcomeStatus.SUCCEEDED, "ok").build();

  /** Answers by the number of commands before, the last answer for all that follow. */
  private static Function<ActionCommand, ActionResult> inTurn(ActionResult... answers) {
    int[] asked = {0};
    return command -> answers[Math.min(asked[0]++, answers.length - 1)];
  }

  private static ScriptedWorld world(Function<ActionCommand, ActionResult> gate) {
    return new ScriptedWorld(7, gate, SUCCEEDS);
  }

  static List<Agent> everybody() {
    return Cast.everybody();
  }

  @ParameterizedTest
  @MethodSource("everybody")
  void sameSeedSameCommands(Agent agent) throws InterruptedException {
    ScriptedWorld one = world(ACCEPTS);
    ScriptedWorld other = world(ACCEPTS);
    agent.play(1, one);
    agent.play(1, other);
    assertThat(one.commands).isNotEmpty().isEqualTo(other.commands);
    assertThat(one.placements).isEqualTo(other.placements);
  }

  @ParameterizedTest
  @MethodSource("everybody")
  void allItSendsIsOfItsRunAndCallsItsOwnTools(Agent agent) throws InterruptedException {
    ScriptedWorld world = world(ACCEPTS);
    agent.play(agent.rounds(), world);
    assertThat(world.commands)
        .allSatisfy(
            command -> {
              assertThat(command.getRunId()).isEqualTo(agent.runId(agent.rounds()));
              assertThat(command.getAgentId()).isEqualTo(agent.name());
              assertThat(agent.tools()).containsKey(command.getTool());
            });
  }

  @Test
  void namesAndToolsAreDifferent() {
    List<Agent> everybody = Cast.everybody();
    assertThat(everybody).extracting(Agent::name).doesNotHaveDuplicates();
    new Toolbox(everybody);
    assertThatThrownBy(() -> new Toolbox(List.of(new Hammer(), new Hammer())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("post_message");
  }

  @Test
  void aToolThatDoesNotExistFailsForGood() {
    Answer answer = new Toolbox(List.of()).answer(effect("run", "key", 1, "sing"));
    assertThat(answer.status()).isEqualTo(OutcomeStatus.FAILED);
  }

  @Test
  void theStormIsFiftyDeliveriesOfOneAction() throws InterruptedException {
    ScriptedWorld world = world(ACCEPTS);
    new RetryStorm().play(1, world);
    assertThat(world.commands)
        .hasSize(50)
        .extracting(ActionCommand::getIdempotencyKey)
        .containsOnly("charge");
    assertThat(world.commands)
        .extracting(ActionCommand::getArgs)
        .containsOnly(world.commands.get(0).getArgs());
    assertThat(world.paused).isZero();
  }

  @Test
  void theHammerSendsAHundredInASecondAndNamesNoKey() throws InterruptedException {
    ScriptedWorld world = world(ACCEPTS);
    new Hammer().play(1, world);
    assertThat(world.commands)
        .hasSize(100)
        .extracting(ActionCommand::getIdempotencyKey)
        .containsOnlyNulls();
    assertThat(world.paused).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void theImpatientOneAsksUntilItHasTheStoredResult() throws InterruptedException {
    ActionResult wait = AResult.decided(Decision.IN_PROGRESS).build();
    ScriptedWorld world =
        world(
            inTurn(
                AResult.decided(Decision.ACCEPTED).effect(1).build(),
                wait,
                wait,
                AResult.replayed("booking", "ok").build()));
    assertThat(new Impatient().play(1, world))
        .isEqualTo("4 in a row: 1 REPLAYED, 2 IN_PROGRESS, 1 ACCEPTED");
  }

  @Test
  void thePersistentOneTriesAgainWhatFailedForNow() throws InterruptedException {
    ScriptedWorld world =
        new ScriptedWorld(
            7,
            inTurn(
                AResult.decided(Decision.ACCEPTED).withKey("invoice").effect(1).build(),
                AResult.decided(Decision.RETRIED).withKey("invoice").effect(2).build()),
            attempt ->
                AResult.settled(
                        attempt.key(),
                        attempt.number(),
                        attempt.number() == 1
                            ? OutcomeStatus.FAILED_TRANSIENT
                            : OutcomeStatus.SUCCEEDED,
                        null)
                    .build());
    assertThat(new Persistent().play(1, world))
        .isEqualTo("1 RETRIED, 1 ACCEPTED; in the end SUCCEEDED");
    assertThat(
            new Persistent()
                .tools()
                .get("send_invoice")
                .answer(effect("r", "k", 1, "send_invoice"))
                .executes())
        .isFalse();
  }

  @Test
  void theKeyReuserChangesThePayloadAndStopsWhenItIsStopped() throws InterruptedException {
    ScriptedWorld world =
        world(
            inTurn(
                AResult.decided(Decision.ACCEPTED).effect(1).build(),
                AResult.decided(Decision.CONFLICT).build(),
                AResult.decided(Decision.CIRCUIT_OPEN).build()));
    new KeyReuser().play(1, world);
    assertThat(world.commands)
        .hasSize(3)
        .extracting(ActionCommand::getIdempotencyKey)
        .containsOnly("order");
    assertThat(world.commands).extracting(ActionCommand::getArgs).doesNotHaveDuplicates();
  }

  @Test
  void theLooperAlternatesUnderEverNewKeysAndIsBounded() throws InterruptedException {
    ScriptedWorld world = world(ACCEPTS);
    new Looper().play(1, world);
    assertThat(world.commands)
        .hasSize(60)
        .extracting(ActionCommand::getIdempotencyKey)
        .doesNotHaveDuplicates();
    assertThat(world.commands.subList(0, 4))
        .extracting(ActionCommand::getTool)
        .containsExactly("check_inventory", "check_price", "check_inventory", "check_price");
    assertThat(world.commands)
        .extracting(ActionCommand::getArgs)
        .containsOnly("{\"item\":\"lamp-1\"}");
  }

  @Test
  void theDestructiveOneCommitsInTheEndWithTheTokenItWasGiven() throws InterruptedException {
    ActionResult confirm = AResult.decided(Decision.CONFIRMATION_REQUIRED).withToken("t-1").build();
    ScriptedWorld world =
        world(
            inTurn(
                confirm,
                confirm,
                AResult.decided(Decision.ACCEPTED).effect(1).build(),
                AResult.replayed("k", "ok").build()));
    assertThat(new Destructive().play(1, world))
        .isEqualTo("1 REPLAYED, 2 CONFIRMATION_REQUIRED, 1 ACCEPTED");
    assertThat(world.commands)
        .extracting(ActionCommand::getCommit, ActionCommand::getConfirmationToken)
        .containsExactly(
            tuple(false, null), tuple(true, "please"), tuple(true, "t-1"), tuple(true, "t-1"));
  }

  @Test
  void theOperatorSettlesWhatHappenedAndReleasesWhatDidNot() throws InterruptedException {
    for (boolean happened : new boolean[] {true, false}) {
      ScriptedWorld world =
          world(
              inTurn(
                  AResult.decided(Decision.ACCEPTED).effect(1).build(),
                  AResult.decided(Decision.INDETERMINATE).build(),
                  AResult.decided(Decision.INDETERMINATE).build(),
                  AResult.replayed("once", "ok").build()));
      world.happened = happened;
      assertThat(new LostResponse().play(1, world)).endsWith("in the end SUCCEEDED");
      assertThat(world.commands).hasSize(4);
      assertThat(world.controls)
          .singleElement()
          .satisfies(
              control -> {
                assertThat(control.getType())
                    .isEqualTo(happened ? ControlType.SETTLE : ControlType.RELEASE);
                assertThat(control.getRunId()).isEqualTo("lost-response-1");
                assertThat(control.getAttempt()).isEqualTo(1);
              });
    }
  }

  @Test
  void theOperatorOrdersForTheAttemptThatIsOverdue() throws InterruptedException {
    ScriptedWorld world =
        world(
            inTurn(
                AResult.decided(Decision.ACCEPTED).effect(1).build(),
                AResult.decided(Decision.RETRIED).effect(2).build(),
                AResult.decided(Decision.INDETERMINATE).build(),
                AResult.replayed("once", "ok").build()));
    assertThat(new LostResponse().play(1, world)).endsWith("in the end SUCCEEDED");
    assertThat(world.controls)
        .singleElement()
        .satisfies(control -> assertThat(control.getAttempt()).isEqualTo(2));
  }

  @Test
  void whatComesLateNeedsNoOperator() throws InterruptedException {
    ScriptedWorld world =
        world(
            inTurn(
                AResult.decided(Decision.ACCEPTED).effect(1).build(),
                AResult.decided(Decision.INDETERMINATE).build(),
                AResult.replayed("once", "ok").build()));
    new LostResponse().play(3, world);
    assertThat(world.controls).isEmpty();
    assertThat(world.commands).extracting(ActionCommand::getTool).containsOnly("wire_transfer");
  }

  @Test
  void whatIsNeverSettledIsGivenUpAfterABoundedNumberOfQuestions() throws InterruptedException {
    ScriptedWorld world = world(inTurn(AResult.decided(Decision.INDETERMINATE).build()));
    new LostResponse().play(3, world);
    assertThat(world.commands).hasSize(22);
  }

  @Test
  void rubbishIsNoAvroAndAGoodCommandFollowsIt() throws InterruptedException {
    ScriptedWorld world = world(ACCEPTS);
    new Unreadable().play(1, world);
    assertThat(world.bytes).hasSize(4);
    assertThat(world.commands).hasSize(1);
  }

  @Test
  void eachActionIsSentByThreeForeignClients() throws InterruptedException {
    ScriptedWorld world = world(ACCEPTS);
    new WrongPartition().play(1, world);
    assertThat(world.placements.subList(0, 3))
        .containsExactly(Placement.CRC32, Placement.RANDOM_KEY, Placement.NO_KEY);
    assertThat(world.commands.subList(0, 3)).containsOnly(world.commands.get(0));
    assertThat(world.commands).hasSize(12);
  }

  @Test
  void theHonestAgentPlaysEveryRecordedCallInOrderAndConfirmsWhatIsDestructive()
      throws InterruptedException {
    Map<String, List<AirlineRuns.Step>> runs = AirlineRuns.load();
    HonestAgent honest = new HonestAgent(runs.values());
    int calls = 0;
    int round = 0;
    for (List<AirlineRuns.Step> run : runs.values()) {
      round++;
      ScriptedWorld world =
          world(
              command ->
                  command.getSideEffectClass() == SideEffectClass.DESTRUCTIVE
                          && !command.getCommit()
                      ? AResult.decided(Decision.CONFIRMATION_REQUIRED).withToken("t").build()
                      : ACCEPTS.apply(command));
      assertThat(honest.play(round, world)).isEmpty();
      List<ActionCommand> let =
          world.commands.stream()
              .filter(
                  c ->
                      c.getSideEffectClass() != SideEffectClass.DESTRUCTIVE
                          || "t".equals(c.getConfirmationToken()))
              .toList();
      assertThat(let)
          .extracting(ActionCommand::getArgs)
          .isEqualTo(run.stream().map(AirlineRuns.Step::args).toList());
      calls += let.size();
    }
    assertThat(calls).isEqualTo(572);
    assertThat(round).isEqualTo(89);
  }

  @Test
  void anHonestAgentThatIsWrongedSaysSoAndStops() throws InterruptedException {
    HonestAgent honest = new HonestAgent(AirlineRuns.load().values());
    assertThat(honest.play(1, world(inTurn(AResult.decided(Decision.CIRCUIT_OPEN).build()))))
        .contains("wronged: 1 CIRCUIT_OPEN");
  }

  @Test
  void honestToolsAnswerAsRecordedAndErrorsAreFailures() {
    AirlineRuns.Step good = step(1, "Found");
    AirlineRuns.Step bad = step(2, "Error: no such user");
    Tool tool =
        Objects.requireNonNull(new HonestAgent(List.of(List.of(good, bad))).tools().get("find"));
    assertThat(tool.answer(effect("r", "step-1", 1, "find"))).isEqualTo(Answer.succeeds("Found"));
    assertThat(tool.answer(effect("r", "step-2", 1, "find")))
        .isEqualTo(Answer.fails("REFUSED", "Error: no such user"));
    assertThat(tool.answer(effect("r", "step-3", 1, "find")).status())
        .isEqualTo(OutcomeStatus.FAILED);
  }

  private static AirlineRuns.Step step(int number, String response) {
    return new AirlineRuns.Step("r", number, "find", "{}", SideEffectClass.READ, response);
  }

  private static ActionEffect effect(String run, String key, int attempt, String tool) {
    return new ActionEffect(
        run,
        run,
        "agent",
        null,
        tool,
        "{}",
        "0".repeat(64),
        SideEffectClass.WRITE,
        key,
        attempt,
        Instant.EPOCH,
        Instant.EPOCH,
        1L,
        null,
        null,
        new RecordCoordinates("commands", 0, 0L));
  }
}
