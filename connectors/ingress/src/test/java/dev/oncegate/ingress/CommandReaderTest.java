package dev.oncegate.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.core.intake.Scope;
import dev.oncegate.schema.ActionCommand;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CommandReaderTest {
  private static final Caller BILLING = new Caller("billing", "acme", "biller", "acme:");

  private final CommandReader reader = new CommandReader(Scope.RUN, true);

  private static void refuses(ThrowingCallable reading, ProblemType problem, String message) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.problem()).isEqualTo(problem))
        .hasMessageContaining(message);
  }

  @Test
  void theArgumentsReachTheGateCharacterByCharacter() {
    ActionCommand command =
        reader.read("{\"run_id\":\"r\",\"args\":{ \"b\" : 1e1,\"a\":\"é\"}}", "k", Caller.ANYBODY);
    assertThat(command.getArgs()).isEqualTo("{ \"b\" : 1e1,\"a\":\"é\"}");
    assertThat(command.getIdempotencyKey()).isEqualTo("k");
  }

  @Test
  void theCallersTenantAndAgentAreFilledIn() {
    ActionCommand command = reader.read("{\"run_id\":\"acme:r\"}", "k", BILLING);
    assertThat(command.getTenant()).isEqualTo("acme");
    assertThat(command.getAgentId()).isEqualTo("biller");
  }

  @Test
  void nobodyActsForOthers() {
    refuses(
        () -> reader.read("{\"run_id\":\"acme:r\",\"tenant\":\"other\"}", "k", BILLING),
        ProblemType.FORBIDDEN,
        "tenant is acme for this caller");
    refuses(
        () -> reader.read("{\"run_id\":\"acme:r\",\"agent_id\":\"other\"}", "k", BILLING),
        ProblemType.FORBIDDEN,
        "agent_id is biller");
    refuses(
        () -> reader.read("{\"run_id\":\"other:r\"}", "k", BILLING),
        ProblemType.FORBIDDEN,
        "run_id has to begin with acme:");
  }

  @Test
  void withoutARunThereIsNobodyToAnswer() {
    refuses(() -> reader.read("{}", "k", Caller.ANYBODY), ProblemType.INVALID_REQUEST, "run_id");
    refuses(
        () -> reader.read("{\"run_id\":\" \"}", "k", Caller.ANYBODY),
        ProblemType.INVALID_REQUEST,
        "run_id is blank");
    refuses(
        () -> reader.read("{\"run_id\":\"%s\"}".formatted("r".repeat(256)), "k", Caller.ANYBODY),
        ProblemType.INVALID_REQUEST,
        "256 characters");
  }

  @Test
  void whatIsNoActionIsRefusedNamingTheField() {
    refuses(
        () -> reader.read("{\"run_id\":\"r\",\"arg\":{}}", "k", Caller.ANYBODY),
        ProblemType.INVALID_REQUEST,
        "arg is no field");
    refuses(() -> reader.read("[]", "k", Caller.ANYBODY), ProblemType.INVALID_REQUEST, "object");
    refuses(() -> reader.read("", "k", Caller.ANYBODY), ProblemType.INVALID_REQUEST, "object");
    refuses(() -> reader.read("{", "k", Caller.ANYBODY), ProblemType.INVALID_REQUEST, "JSON");
  }

  @Test
  void theKeyIsInTheHeaderOrInTheBodyOrTheSameInBoth() {
    String withKey = "{\"run_id\":\"r\",\"idempotency_key\":\"k\"}";
    assertThat(reader.read(withKey, null, Caller.ANYBODY).getIdempotencyKey()).isEqualTo("k");
    assertThat(reader.read(withKey, "k", Caller.ANYBODY).getIdempotencyKey()).isEqualTo("k");
    refuses(
        () -> reader.read(withKey, "other", Caller.ANYBODY),
        ProblemType.INVALID_REQUEST,
        "not the same");
  }

  @Test
  void aMissingKeyIsRefusedUnlessItMayBeDerived() {
    refuses(
        () -> reader.read("{\"run_id\":\"r\"}", null, Caller.ANYBODY),
        ProblemType.IDEMPOTENCY_KEY_MISSING,
        "Idempotency-Key");
    assertThat(
            new CommandReader(Scope.RUN, false)
                .read("{\"run_id\":\"r\"}", null, Caller.ANYBODY)
                .getIdempotencyKey())
        .isNull();
  }

  @Test
  void theRecordKeyIsTheScopeAsTheGateTakesIt() {
    ActionCommand command = reader.read("{\"run_id\":\"r\",\"tenant\":\"t\"}", "k", Caller.ANYBODY);
    assertThat(reader.scopeOf(command)).isEqualTo("r");
    assertThat(new CommandReader(Scope.TENANT, true).scopeOf(command)).isEqualTo("t");
    assertThat(new CommandReader(Scope.AGENT, true).scopeOf(command)).isEqualTo("r");
  }

  @Test
  void aBatchIsCutIntoItsActionsAsTheyAreWritten() {
    assertThat(CommandReader.actions("{\"actions\": [{ \"a\": {\"ü\":1e1} }, {}]}", 2))
        .containsExactly("{ \"a\": {\"ü\":1e1} }", "{}");
  }

  @Test
  void whatIsNoBatchIsRefused() {
    for (String no :
        new String[] {
          "[]",
          "{}",
          "{\"actions\":[]}",
          "{\"actions\":{}}",
          "{\"actions\":[1]}",
          "{\"x\":[{}]}",
          "{\"actions\":[{}],\"x\":1}",
          "{\"actions\":[{}]} {}"
        }) {
      refuses(() -> CommandReader.actions(no, 9), ProblemType.INVALID_REQUEST, "A batch is");
    }
    refuses(() -> CommandReader.actions("{\"actions\":[{", 9), ProblemType.INVALID_REQUEST, "JSON");
    refuses(
        () -> CommandReader.actions("{\"actions\":[{},{},{}]}", 2),
        ProblemType.TOO_LARGE,
        "more than 2 actions");
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedNotRepaired() {
    refuses(
        () -> CommandReader.text(new byte[] {'{', (byte) 0xC3, '}'}),
        ProblemType.INVALID_REQUEST,
        "UTF-8");
  }
}
