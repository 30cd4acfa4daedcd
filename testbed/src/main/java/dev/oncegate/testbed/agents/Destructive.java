package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.SideEffectClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Deletes things: at first without asking, then with a guessed token, then with the right one, then
 * once more.
 */
public final class Destructive implements Agent {
  private static final String TOOL = "delete_records";

  @Override
  public String name() {
    return "destructive";
  }

  @Override
  public String does() {
    return "deletes without a token, with a guessed one, with the right one";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(TOOL, effect -> Answer.succeeds("deleted"));
  }

  @Override
  public int rounds() {
    return 6;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    String args =
        "{\"table\":\"customers\",\"older_than_days\":%d}"
            .formatted(30 + world.random().nextInt(300));
    List<Decision> decisions = new ArrayList<>();
    Sent asked = world.send(delete(round, args).build());
    decisions.add(asked.decision());
    decisions.add(
        world
            .send(delete(round, args).setCommit(true).setConfirmationToken("please").build())
            .decision());
    ActionCommand confirmed =
        delete(round, args)
            .setCommit(true)
            .setConfirmationToken(asked.result().getConfirmationToken())
            .build();
    Sent granted = world.send(confirmed);
    decisions.add(granted.decision());
    granted.outcome();
    decisions.add(world.send(confirmed).decision());
    return Habits.counted(decisions);
  }

  private ActionCommand.Builder delete(int round, String args) {
    return Habits.command(this, round, TOOL, args, "clean-up")
        .setSideEffectClass(SideEffectClass.DESTRUCTIVE);
  }
}
