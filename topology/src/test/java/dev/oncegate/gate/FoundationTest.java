package dev.oncegate.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.oncegate.config.GateConfig;
import dev.oncegate.core.intake.Scope;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

/** What a gate's state is built on, how that is written, and what is said of a change. */
class FoundationTest {
  private static final Topics TOPICS = GateDriver.TOPICS;
  private static final Foundation LAID = new Foundation(4, Scope.RUN, 86_400_000);

  private static final String BEGIN_ANEW =
      "Or begin anew: start a second gate under another application.id and another gate.topic.prefix, send new runs there (a run belongs to one gate), and end this one when its runs have ended and its dedup window of 86400000 ms has passed.";

  /** As it lies on brokers. Never to be changed. */
  private static final String FORM_1 =
      "{\"form\":1,\"partitions\":4,\"scope\":\"run\",\"dedup_window_ms\":86400000}";

  @Test
  void itIsMadeOfWhatTheConfigurationSays() {
    GateConfig config =
        GateConfig.of(Map.of("gate.scope", "Agent", "gate.dedup.window.ms", "3600000"));

    assertThat(Foundation.of(config, 7)).isEqualTo(new Foundation(7, Scope.AGENT, 3_600_000));
  }

  @Test
  void theSameAgainIsNoChange() {
    assertThat(LAID.changesTo(new Foundation(4, Scope.RUN, 86_400_000), TOPICS)).isEmpty();
  }

  @Test
  void anotherNumberOfPartitionsIsToldWithWhatToDo() {
    assertThat(LAID.changesTo(new Foundation(6, Scope.RUN, 86_400_000), TOPICS))
        .containsExactly(
            "Topic agent.commands has 6 partitions, but the state of this gate was laid down with 4: its records would lie in other partitions than what is known of their keys, and known keys could fire again. Make commands, outcomes, controls and oncegate-reroute again with 4 partitions (what lies in them is lost, what is known of keys is not).",
            BEGIN_ANEW);
  }

  @Test
  void anotherScopeIsToldWithWhatToDo() {
    assertThat(LAID.changesTo(new Foundation(4, Scope.TENANT, 86_400_000), TOPICS))
        .containsExactly(
            "gate.scope is tenant, but the state of this gate was laid down with run: known keys would be looked for in another scope, and they could fire again. Set gate.scope=run.",
            BEGIN_ANEW);
  }

  @Test
  void aShorterAndALongerDedupWindowAreToldWithWhatToDo() {
    for (long other : new long[] {86_399_999, 86_400_001}) {
      assertThat(LAID.changesTo(new Foundation(4, Scope.RUN, other), TOPICS))
          .containsExactly(
              "gate.dedup.window.ms is %d, but the state of this gate was laid down with 86400000: known keys would be looked for in other buckets (and no longer window brings back what a shorter one forgot), and they could fire again. Set gate.dedup.window.ms=86400000."
                  .formatted(other),
              BEGIN_ANEW);
    }
  }

  @Property
  void whatIsWrittenIsRead(
      @ForAll @IntRange(min = 1) int partitions,
      @ForAll Scope scope,
      @ForAll @LongRange(min = 1) long windowMs) {
    Foundation foundation = new Foundation(partitions, scope, windowMs);

    assertThat(Foundation.fromBytes(foundation.toBytes())).isEqualTo(foundation);
  }

  @Test
  void form1IsReadAndWritten() {
    assertThat(Foundation.fromBytes(bytes(FORM_1))).isEqualTo(LAID);
    assertThat(new String(LAID.toBytes(), StandardCharsets.UTF_8)).isEqualTo(FORM_1);
  }

  @Test
  void aFormOfALaterVersionIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> Foundation.fromBytes(bytes("{\"form\":2,\"partitions\":4}")))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("Run a version at least as new as the one that wrote it.");
  }

  @Test
  void whatIsNoFoundationIsRefusedWithItsText() {
    for (String text : new String[] {"", "[]", "{\"form\":1}", FORM_1.replace("run", "planet")}) {
      assertThatThrownBy(() -> Foundation.fromBytes(bytes(text)))
          .isInstanceOf(KafkaException.class)
          .hasMessageContaining("cannot be read: '%s'".formatted(text));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
