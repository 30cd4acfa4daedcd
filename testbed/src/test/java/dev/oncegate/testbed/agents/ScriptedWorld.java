package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ControlCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A world without time in which a script answers each command at once and settles each attempt it
 * is asked about.
 */
final class ScriptedWorld implements World {
  final List<ActionCommand> commands = new ArrayList<>();
  final List<Placement> placements = new ArrayList<>();
  final List<byte[]> bytes = new ArrayList<>();
  final List<ControlCommand> controls = new ArrayList<>();
  Duration paused = Duration.ZERO;
  boolean happened;
  private final Random random;
  private final Function<ActionCommand, ActionResult> gate;
  private final Function<Attempt, ActionResult> settlements;

  ScriptedWorld(
      long seed,
      Function<ActionCommand, ActionResult> gate,
      Function<Attempt, ActionResult> settlements) {
    this.random = new Random(seed);
    this.gate = gate;
    this.settlements = settlements;
  }

  @Override
  public Sent send(ActionCommand command, Placement placement) {
    commands.add(command);
    placements.add(placement);
    return new Sent(
        CompletableFuture.completedFuture(gate.apply(command)),
        attempt -> CompletableFuture.completedFuture(settlements.apply(attempt)),
        Duration.ofSeconds(1));
  }

  @Override
  public void sendBytes(String key, byte[] value) {
    bytes.add(value);
  }

  @Override
  public void control(ControlCommand control) {
    controls.add(control);
  }

  @Override
  public boolean happened(String scope, String key) {
    return happened;
  }

  @Override
  public Random random() {
    return random;
  }

  @Override
  public void pause(Duration pause) {
    paused = paused.plus(pause);
  }
}
