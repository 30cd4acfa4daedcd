package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ControlCommand;
import java.time.Duration;
import java.util.Random;

/** What an agent can do in a round. */
public interface World {
  /** Sends a command where it lies right. */
  default Sent send(ActionCommand command) {
    return send(command, Placement.MURMUR2);
  }

  /** Sends a command as another client would. */
  Sent send(ActionCommand command, Placement placement);

  /** Puts bytes that need not be a command on the commands topic; nobody answers them. */
  void sendBytes(String key, byte[] bytes);

  /** Sends an operator's order. */
  void control(ControlCommand control);

  /** Whether the tool's books say that an action was executed. */
  boolean happened(String scope, String key);

  /** The chance of this round. */
  Random random();

  /** Lets time pass. */
  void pause(Duration pause) throws InterruptedException;
}
