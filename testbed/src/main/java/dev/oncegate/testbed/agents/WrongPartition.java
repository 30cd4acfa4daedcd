package dev.oncegate.testbed.agents;

import dev.oncegate.schema.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sends each command three times, each time as another client: keyed by CRC32, by chance, not at
 * all.
 */
public final class WrongPartition implements Agent {
  private static final String TOOL = "update_ticket";
  private static final int ACTIONS = 4;
  private static final List<Placement> PLACEMENTS =
      List.of(Placement.CRC32, Placement.RANDOM_KEY, Placement.NO_KEY);

  @Override
  public String name() {
    return "wrong-partition";
  }

  @Override
  public String does() {
    return "keys by CRC32, at random, none";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(TOOL, effect -> Answer.succeeds("updated"));
  }

  @Override
  public int rounds() {
    return 8;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    List<Sent> sent = new ArrayList<>();
    for (int action = 1; action <= ACTIONS; action++) {
      String args = "{\"ticket\":%d,\"priority\":%d}".formatted(action, world.random().nextInt(5));
      for (Placement placement : PLACEMENTS) {
        sent.add(
            world.send(
                Habits.command(this, round, TOOL, args, "ticket-" + action).build(), placement));
      }
    }
    List<Decision> decisions = Habits.decisions(sent);
    return "%d actions, %d ways each: %s"
        .formatted(ACTIONS, PLACEMENTS.size(), Habits.counted(decisions));
  }
}
