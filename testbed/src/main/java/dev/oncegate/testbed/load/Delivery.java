package dev.oncegate.testbed.load;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.testbed.agents.Placement;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One record that is to be sent. What depends on the time of sending is told relative to it, so
 * that a delivery is the same whenever it is made.
 *
 * @param runId the run it belongs to
 * @param conduct how that run behaves
 * @param timestamp of the record
 * @param placement how key and partition are chosen
 * @param chance for the placement, where that is left to chance
 */
public record Delivery(
    String runId,
    Conduct conduct,
    Payload payload,
    Moment timestamp,
    Placement placement,
    long chance) {

  /** What is sent. */
  sealed interface Payload {}

  /**
   * A command.
   *
   * @param command without issued_at
   * @param issuedAt null: not said
   */
  record Call(ActionCommand command, @Nullable Moment issuedAt, WriterSchema writer)
      implements Payload {

    /** The command as it is sent at a time, in milliseconds since the epoch. */
    ActionCommand at(long nowMs) {
      return issuedAt == null
          ? command
          : ActionCommand.newBuilder(command)
              .setIssuedAt(Instant.ofEpochMilli(issuedAt.at(nowMs)))
              .build();
    }
  }

  /** A topic that agents, executors and operators write to. */
  enum Target {
    COMMANDS,
    OUTCOMES,
    CONTROLS
  }

  /**
   * Bytes that cannot be read as what they should be.
   *
   * @param bytes null: a record without a value
   */
  record Rubbish(Target target, @Nullable Bytes bytes) implements Payload {}

  /** Half a command: what the serializer makes of it is cut off. */
  record CutOff(ActionCommand command) implements Payload {}

  /** An operator's order. */
  record Order(ControlCommand control) implements Payload {}

  /** An outcome of something that no executor was handed. */
  record Stray(ActionOutcome outcome) implements Payload {}

  /** Whether it goes to the topic of the commands, so that the gate owes an answer. */
  boolean isCommand() {
    return payload instanceof Call
        || payload instanceof CutOff
        || (payload instanceof Rubbish rubbish && rubbish.target == Target.COMMANDS);
  }
}
