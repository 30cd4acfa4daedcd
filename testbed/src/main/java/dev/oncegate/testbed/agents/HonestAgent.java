package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.Decision;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Behaves: plays recorded runs of a real agent, call by call, each with a key of its own, and waits
 * for each outcome. Confirms what is destructive as it is told to. The gate must let all of it
 * pass.
 */
public final class HonestAgent implements Agent {
  private static final Set<Decision> GOOD =
      EnumSet.of(Decision.ACCEPTED, Decision.CONFIRMATION_REQUIRED);

  private final List<List<AirlineRuns.Step>> runs;
  private final Map<String, AirlineRuns.Step> byKey = new HashMap<>();

  /**
   * An agent that plays these runs.
   *
   * @param runs the steps of each, in order; no run is empty
   */
  public HonestAgent(Collection<List<AirlineRuns.Step>> runs) {
    this.runs = new ArrayList<>(runs);
    this.runs.forEach(
        run -> run.forEach(step -> byKey.put(step.runId() + "/" + keyOf(step), step)));
  }

  @Override
  public String name() {
    return "honest";
  }

  @Override
  public String does() {
    return "real tool calls of an airline agent, one after the other";
  }

  @Override
  public Map<String, Tool> tools() {
    Set<String> names = new TreeSet<>();
    byKey.values().forEach(step -> names.add(step.tool()));
    Map<String, Tool> tools = new HashMap<>();
    names.forEach(name -> tools.put(name, this::recorded));
    return tools;
  }

  private Answer recorded(ActionEffect effect) {
    AirlineRuns.Step step = byKey.get(effect.getRunId() + "/" + effect.getIdempotencyKey());
    if (step == null) {
      return Answer.fails("NOT_RECORDED", "There is no recorded answer to this call.");
    }
    return step.failed()
        ? Answer.fails("REFUSED", step.response())
        : Answer.succeeds(step.response());
  }

  @Override
  public int rounds() {
    return runs.size();
  }

  @Override
  public int abreast() {
    return 24;
  }

  @Override
  public String runId(int round) {
    return runs.get(round - 1).get(0).runId();
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    List<AirlineRuns.Step> run = runs.get(round - 1);
    List<Decision> decisions = new ArrayList<>();
    for (AirlineRuns.Step step : run) {
      ActionCommand.Builder command =
          Habits.command(this, round, step.tool(), step.args(), keyOf(step))
              .setSideEffectClass(step.sideEffectClass());
      Sent sent = world.send(command.build());
      decisions.add(sent.decision());
      if (sent.decision() == Decision.CONFIRMATION_REQUIRED) {
        String token = sent.result().getConfirmationToken();
        sent = world.send(command.setCommit(true).setConfirmationToken(token).build());
        decisions.add(sent.decision());
      }
      if (sent.decision() == Decision.CIRCUIT_OPEN) {
        break;
      }
      sent.outcome();
    }
    return GOOD.containsAll(decisions)
        ? ""
        : "an honest agent is wronged: " + Habits.counted(decisions);
  }

  private static String keyOf(AirlineRuns.Step step) {
    return "step-" + step.step();
  }
}
