package dev.oncegate.testbed.agents;

import dev.oncegate.schema.Decision;
import dev.oncegate.schema.SideEffectClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Walks in circles: asks A, then B, then A, under ever new keys, and gets the same two answers
 * every time.
 */
public final class Looper implements Agent {
  private static final String ASK = "check_inventory";
  private static final String ASK_AGAIN = "check_price";
  private static final int MAX_CALLS = 60;

  @Override
  public String name() {
    return "looper";
  }

  @Override
  public String does() {
    return "A, B, A, B … under ever new keys";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(
        ASK, effect -> Answer.succeeds("3 left"), ASK_AGAIN, effect -> Answer.succeeds("19.90"));
  }

  @Override
  public int rounds() {
    return 4;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    String args = "{\"item\":\"lamp-%d\"}".formatted(round);
    List<Decision> decisions = new ArrayList<>();
    for (int call = 1; call <= MAX_CALLS; call++) {
      String tool = call % 2 == 1 ? ASK : ASK_AGAIN;
      Sent sent =
          world.send(
              Habits.command(this, round, tool, args, "call-" + call)
                  .setSideEffectClass(SideEffectClass.READ)
                  .build());
      decisions.add(sent.decision());
      if (sent.decision() == Decision.CIRCUIT_OPEN) {
        break;
      }
      sent.outcome();
    }
    return "%d calls in circles: %s".formatted(decisions.size(), Habits.counted(decisions));
  }
}
