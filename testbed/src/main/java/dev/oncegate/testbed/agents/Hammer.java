package dev.oncegate.testbed.agents;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sends the same request a hundred times in a second and names no key: the gate derives it, and
 * trips the run.
 */
public final class Hammer implements Agent {
  private static final String TOOL = "post_message";
  private static final int DELIVERIES = 100;
  private static final Duration GAP = Duration.ofMillis(10);

  @Override
  public String name() {
    return "hammer";
  }

  @Override
  public String does() {
    return "the same request 100 times in a second, without a key";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(TOOL, effect -> Answer.succeeds("posted"));
  }

  @Override
  public int rounds() {
    return 5;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    String args = "{\"channel\":\"ops\",\"text\":\"Is it done yet? (%d)\"}".formatted(round);
    List<Sent> sent = new ArrayList<>();
    for (int delivery = 1; delivery <= DELIVERIES; delivery++) {
      sent.add(
          world.send(
              Habits.command(this, round, TOOL, args, null).setAttemptNumber(delivery).build()));
      world.pause(GAP);
    }
    return "%d in a second: %s".formatted(DELIVERIES, Habits.counted(Habits.decisions(sent)));
  }
}
