package dev.oncegate.testbed.agents;

import dev.oncegate.schema.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Uses one key for ever other payloads. Its tool answers everything twice, which must not matter.
 */
public final class KeyReuser implements Agent {
  private static final String TOOL = "place_order";
  private static final int MAX_PAYLOADS = 14;

  @Override
  public String name() {
    return "key-reuser";
  }

  @Override
  public String does() {
    return "one key for ever other payloads";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(TOOL, effect -> Answer.succeeds("ordered").twice());
  }

  @Override
  public int rounds() {
    return 6;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    int quantity = 1 + world.random().nextInt(5);
    List<Decision> decisions = new ArrayList<>();
    for (int payload = 0; payload < MAX_PAYLOADS; payload++) {
      String args = "{\"item\":\"chair\",\"quantity\":%d}".formatted(quantity + payload);
      Decision decision =
          world.send(Habits.command(this, round, TOOL, args, "order").build()).decision();
      decisions.add(decision);
      if (decision == Decision.CIRCUIT_OPEN) {
        break;
      }
    }
    return "%d payloads under one key: %s".formatted(decisions.size(), Habits.counted(decisions));
  }
}
