package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Loses its nerve: fifty deliveries of one action at the same moment. */
public final class RetryStorm implements Agent {
  private static final String TOOL = "charge_card";
  private static final int DELIVERIES = 50;

  @Override
  public String name() {
    return "retry-storm";
  }

  @Override
  public String does() {
    return "50 simultaneous retries of one key";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(
        TOOL,
        effect ->
            Answer.succeeds("charged, receipt " + effect.getArgsHash().substring(0, 8))
                .after(Duration.ofMillis(300)));
  }

  @Override
  public int rounds() {
    return 5;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    String args =
        "{\"card\":\"card-%d\",\"amount_cents\":%d}"
            .formatted(round, 100 + world.random().nextInt(9900));
    List<Sent> sent = new ArrayList<>();
    for (int delivery = 1; delivery <= DELIVERIES; delivery++) {
      ActionCommand command =
          Habits.command(this, round, TOOL, args, "charge").setAttemptNumber(delivery).build();
      sent.add(world.send(command));
    }
    return "%d at once: %s".formatted(DELIVERIES, Habits.counted(Habits.decisions(sent)));
  }
}
