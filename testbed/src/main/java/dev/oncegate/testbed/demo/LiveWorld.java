package dev.oncegate.testbed.demo;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.testbed.agents.CommandSender;
import dev.oncegate.testbed.agents.Executions;
import dev.oncegate.testbed.agents.Placement;
import dev.oncegate.testbed.agents.ResultListener;
import dev.oncegate.testbed.agents.Sent;
import dev.oncegate.testbed.agents.World;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** The world of one round, before a real gate. */
final class LiveWorld implements World {
  private final CommandSender sender;
  private final ResultListener results;
  private final Executions executions;
  private final Random random;
  private final Duration patience;

  /**
   * A world.
   *
   * @param patience how long an answer is waited for
   */
  LiveWorld(
      CommandSender sender,
      ResultListener results,
      Executions executions,
      Random random,
      Duration patience) {
    this.sender = sender;
    this.results = results;
    this.executions = executions;
    this.random = random;
    this.patience = patience;
  }

  @Override
  public Sent send(ActionCommand command, Placement placement) {
    CompletableFuture<ActionResult> decided =
        sender
            .send(command, placement, random)
            .thenCompose(at -> results.decisionOf(at.partition(), at.offset()));
    return new Sent(decided, results::settlementOf, patience);
  }

  @Override
  public void sendBytes(String key, byte[] bytes) {
    sender.sendBytes(key, bytes);
  }

  @Override
  public void control(ControlCommand control) {
    sender.send(control);
  }

  @Override
  public boolean happened(String scope, String key) {
    return executions.happened(scope, key);
  }

  @Override
  public Random random() {
    return random;
  }

  @Override
  public void pause(Duration pause) throws InterruptedException {
    Thread.sleep(pause.toMillis());
  }
}
