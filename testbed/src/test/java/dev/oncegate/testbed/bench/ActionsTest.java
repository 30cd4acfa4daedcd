package dev.oncegate.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.GateConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActionsTest {
  private static final GateConfig CONFIG =
      GateConfig.of(
          Map.of("bootstrap.servers", "localhost:1", "schema.registry.url", "http://localhost:1"));

  @Test
  void theSameActionsInAnotherOrderAreNoDifference() {
    assertThat(actions("a/1", "a/2", "b/1").differenceOf(actions("b/1", "a/1", "a/2"))).isEmpty();
  }

  @Test
  void oneTwiceAndAnotherMissingIsADifferenceThoughTheNumberIsRight() {
    assertThat(actions("a/1", "a/2").differenceOf(actions("a/1", "a/1")))
        .isEqualTo("2 effects of 1 different actions, where 2 actions were sent");
  }

  @Test
  void whatBelongsToTheRunIsNotTakenForAPartOfTheKey() {
    assertThat(actions("ab/c").differenceOf(actions("a/bc"))).isNotEmpty();
  }

  private static Actions actions(String... runsAndKeys) {
    Actions actions = new Actions(CONFIG);
    for (String runAndKey : runsAndKeys) {
      String[] parts = runAndKey.split("/");
      actions.add(parts[0], parts[1]);
    }
    return actions;
  }
}
