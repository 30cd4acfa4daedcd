package dev.oncegate.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.Compensation;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class JsonLineTest {

  @Test
  void absentFieldsTakeTheirDefaults() {
    ActionCommand command = command("{\"run_id\":\"r\",\"tool\":\"t\"}");
    assertThat(command.getSideEffectClass()).isEqualTo(SideEffectClass.WRITE);
    assertThat(command.getIdempotencyKey()).isNull();
    assertThat(command.getAttemptNumber()).isEqualTo(1);
  }

  @Test
  void everyFieldCanBeSet() {
    ActionCommand command =
        command(
            """
            {"run_id":"r","agent_id":"a","tenant":"te","tool":"t","args":"{\\"a\\":1}","idempotency_key":"k",\
            "args_hash":"h","side_effect_class":"destructive","commit":true,"confirmation_token":"c",\
            "issued_at":"2026-01-31T12:00:00Z","request_ttl_ms":5,"deadline_ms":6,"attempt_number":2,\
            "correlation_id":"co","compensation":{"saga_id":"s","step":3,"tool":"undo","args":{"b": 2}}}""");
    assertThat(command)
        .isEqualTo(
            ActionCommand.newBuilder()
                .setRunId("r")
                .setAgentId("a")
                .setTenant("te")
                .setTool("t")
                .setArgs("{\"a\":1}")
                .setIdempotencyKey("k")
                .setArgsHash("h")
                .setSideEffectClass(SideEffectClass.DESTRUCTIVE)
                .setCommit(true)
                .setConfirmationToken("c")
                .setIssuedAt(Instant.parse("2026-01-31T12:00:00Z"))
                .setRequestTtlMs(5L)
                .setDeadlineMs(6L)
                .setAttemptNumber(2)
                .setCorrelationId("co")
                .setCompensation(new Compensation("s", 3, "undo", "{\"b\": 2}"))
                .build());
  }

  @Test
  void argumentsGivenAsAnObjectAreTakenCharacterByCharacter() {
    String args = "{ \"big\": 123456789012345678901234567890.10, \"é\": [\"\\u00e9\", {}] }";
    assertThat(command("{\"args\" : " + args + " , \"run_id\":\"r\"}").getArgs()).isEqualTo(args);
  }

  @Test
  void whatIsNoCommandIsRefusedByFieldAndReason() {
    refused("{\"argz\":{}}", "argz is no field of ActionCommand; there are run_id, agent_id");
    refused("{\"args\":[1]}", "args is [; a JSON object, or its text, is expected");
    refused("{\"deadline_ms\":1.5}", "deadline_ms is 1.5; a whole number of 64 bits is expected");
    refused("{\"attempt_number\":3000000000}", "a whole number of 32 bits is expected");
    refused("{\"commit\":\"yes\"}", "commit is yes; true or false is expected");
    refused(
        "{\"issued_at\":\"yesterday\"}", "issued_at is yesterday; milliseconds since the epoch");
    refused(
        "{\"side_effect_class\":\"HUGE\"}",
        "side_effect_class is HUGE; one of READ, WRITE, DESTRUCTIVE is expected");
    refused("{\"compensation\":{\"step\":1}}", "compensation.saga_id is missing");
    refused("{\"tool\":\"a\",\"tool\":\"b\"}", "Duplicate field 'tool'");
    refused("[]", "a JSON object is expected");
    refused("{} {}", "nothing may follow the object");
    refused("{\"tool\":", "no JSON");
  }

  @Test
  void outcomesAndControlsAreReadTheSameWay() {
    assertThat(
            JsonLine.read(
                ActionOutcome.getClassSchema(),
                "{\"scope\":\"r\",\"idempotency_key\":\"k\",\"status\":\"succeeded\",\"result\":{\"ok\": true}}"))
        .isEqualTo(
            ActionOutcome.newBuilder()
                .setScope("r")
                .setIdempotencyKey("k")
                .setStatus(OutcomeStatus.SUCCEEDED)
                .setResult("{\"ok\": true}")
                .build());
    assertThat(
            JsonLine.read(ControlCommand.getClassSchema(), "{\"type\":\"RESET\",\"run_id\":\"r\"}"))
        .isEqualTo(ControlCommand.newBuilder().setType(ControlType.RESET).setRunId("r").build());
  }

  private static ActionCommand command(String line) {
    return (ActionCommand) JsonLine.read(ActionCommand.getClassSchema(), line);
  }

  private static void refused(String line, String why) {
    assertThatThrownBy(() -> command(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
