package dev.oncegate.testbed.agents;

import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Calls a tool that is down at first and tries again each time it is told that the failure was
 * transient.
 */
public final class Persistent implements Agent {
  private static final String TOOL = "send_invoice";
  private static final int MAX_DELIVERIES = 4;

  @Override
  public String name() {
    return "persistent";
  }

  @Override
  public String does() {
    return "tries again a tool that is down at first";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(
        TOOL,
        effect ->
            effect.getAttempt() == 1
                ? Answer.failsForNow("UNAVAILABLE", "503 Service Unavailable")
                : Answer.succeeds("sent"));
  }

  @Override
  public int rounds() {
    return 8;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    String args = "{\"customer\":%d}".formatted(world.random().nextInt(1000));
    List<Decision> decisions = new ArrayList<>();
    OutcomeStatus last = OutcomeStatus.FAILED_TRANSIENT;
    for (int delivery = 1;
        delivery <= MAX_DELIVERIES && last == OutcomeStatus.FAILED_TRANSIENT;
        delivery++) {
      Sent sent =
          world.send(
              Habits.command(this, round, TOOL, args, "invoice")
                  .setAttemptNumber(delivery)
                  .build());
      decisions.add(sent.decision());
      last = sent.outcome().getStatus();
    }
    return "%s; in the end %s".formatted(Habits.counted(decisions), last);
  }
}
