package dev.oncegate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.core.guard.GuardLimits;
import dev.oncegate.core.intake.Scope;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

class GateConfigTest {

  @Test
  void theDefaultsFitTogether() {
    GateConfig config = GateConfig.of(Map.of());
    assertThat(config.scope()).isEqualTo(Scope.RUN);
    assertThat(config.applicationId()).isEqualTo("oncegate");
    assertThat(config.guardLimits())
        .isEqualTo(new GuardLimits(200, 150, 10_000, 5, 4, 10, 100, 0, 3, 64, 10));
    assertThat(config.kafkaSettings())
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("enable.transactional.statestores", "true");
  }

  @Test
  void anUnknownKeyOfOursNamesTheNearestKnownOne() {
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.dedup.windows.ms", "1")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("gate.dedup.windows.ms is no setting; did you mean gate.dedup.window.ms?");
  }

  @Test
  void aValueOutOfRangeNamesKeyValueAndRange() {
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.guard.half.open.trials", "0")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("0")
        .hasMessageContaining("gate.guard.half.open.trials")
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.guard.max.calls", "0")))
        .hasMessageContaining("allowed is -1 (off), or 1 and more");
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.scope", "team")))
        .hasMessageContaining("gate.scope")
        .hasMessageContaining("team");
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.deadline.ms", "soon")))
        .hasMessageContaining("gate.deadline.ms")
        .hasMessageContaining("soon");
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.deadline.ms", "3600001")))
        .hasMessageContaining("gate.deadline.ms")
        .hasMessageContaining("at most gate.deadline.max.ms, which is 3600000");
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.dedup.window.ms", "129600001")))
        .hasMessageContaining("gate.run.retention.ms")
        .hasMessageContaining("at least twice gate.dedup.window.ms, which is 129600001");
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.tool.pay.deadline.ms", "3600001")))
        .hasMessageContaining("gate.tool.pay.deadline.ms")
        .hasMessageContaining("at most gate.deadline.max.ms");
  }

  @Test
  void aToolMayHaveLimitsOfItsOwnWhateverItsName() {
    GateConfig config =
        GateConfig.of(
            Map.of(
                "gate.tool.db.query.guard.max.repetitions", "20",
                "gate.tool.db.query.deadline.ms", "5000",
                "gate.tool.pay.attempts.max", "1"));
    assertThat(config.guardLimitsByTool().get("db.query").maxRepetitions()).isEqualTo(20);
    assertThat(config.guardLimitsByTool().get("db.query").maxCalls()).isEqualTo(200);
    assertThat(config.intakeLimits().deadlineMsByTool()).isEqualTo(Map.of("db.query", 5_000L));
    assertThat(config.attemptsMax("pay")).isEqualTo(1);
    assertThat(config.attemptsMax("db.query")).isEqualTo(3);
  }

  @Test
  void aToolSettingWithAnUnknownEndingOrAWrongValueIsRefused() {
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.tool.pay.guard.max.call", "3")))
        .hasMessageContaining("gate.tool.pay.guard.max.call is no setting")
        .hasMessageContaining("gate.tool.NAME.guard.max.calls");
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.tool.guard.max.calls", "3")))
        .hasMessageContaining("is no setting");
    assertThatThrownBy(() -> GateConfig.of(Map.of("gate.tool.pay.guard.max.calls", "0")))
        .hasMessageContaining("gate.tool.pay.guard.max.calls");
  }

  @Test
  void aWeakerGuaranteeIsRefused() {
    assertThatThrownBy(() -> GateConfig.of(Map.of("processing.guarantee", "at_least_once")))
        .hasMessageContaining("exactly_once_v2 only");
  }

  @Test
  void aHandlerThatCouldGoOnAfterAFailureIsRefused() {
    for (String key :
        new String[] {"processing.exception.handler", "production.exception.handler"}) {
      assertThatThrownBy(() -> GateConfig.of(Map.of(key, "org.example.LogAndContinue")))
          .hasMessageContaining(key)
          .hasMessageContaining("leave this out");
    }
  }

  @Test
  void whatIsNotOursGoesToKafkaAsItIs() {
    GateConfig config =
        GateConfig.of(
            Map.of("producer.linger.ms", "7", "gate.scope", "agent", "commit.interval.ms", "50"));
    assertThat(config.kafkaSettings())
        .containsEntry("producer.linger.ms", "7")
        .containsEntry("commit.interval.ms", "50")
        .doesNotContainKey("gate.scope");
  }
}
