package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Retries while the first delivery is still in progress, until it is given the stored result. */
public final class Impatient implements Agent {
  private static final String TOOL = "book_hotel";
  private static final int MAX_DELIVERIES = 12;

  @Override
  public String name() {
    return "impatient";
  }

  @Override
  public String does() {
    return "retries that arrive while the first is in progress";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(
        TOOL,
        effect ->
            Answer.succeeds("booked, room " + effect.getArgsHash().substring(0, 3))
                .after(Duration.ofMillis(600)));
  }

  @Override
  public int rounds() {
    return 8;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    String args = "{\"hotel\":\"Astoria\",\"nights\":%d}".formatted(1 + world.random().nextInt(7));
    List<Decision> decisions = new ArrayList<>();
    for (int delivery = 1; delivery <= MAX_DELIVERIES; delivery++) {
      ActionResult result =
          world
              .send(
                  Habits.command(this, round, TOOL, args, "booking")
                      .setAttemptNumber(delivery)
                      .build())
              .result();
      decisions.add(result.getDecision());
      if (result.getDecision() == Decision.REPLAYED
          || result.getDecision() == Decision.CIRCUIT_OPEN) {
        break;
      }
      world.pause(Duration.ofMillis(80));
    }
    return "%d in a row: %s".formatted(decisions.size(), Habits.counted(decisions));
  }
}
