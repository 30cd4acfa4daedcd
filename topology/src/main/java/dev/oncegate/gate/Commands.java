package dev.oncegate.gate;

import dev.oncegate.core.intake.Command;
import dev.oncegate.core.intake.SideEffectClass;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.Compensation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Turns a command of the wire into one of the core. */
public final class Commands {
  private Commands() {}

  /** The same command, as the core takes it. */
  public static Command of(ActionCommand command) {
    return new Command(
        command.getRunId(),
        command.getAgentId(),
        command.getTenant(),
        command.getTool(),
        command.getArgs(),
        command.getIdempotencyKey(),
        command.getArgsHash(),
        SideEffectClass.valueOf(command.getSideEffectClass().name()),
        command.getCommit(),
        command.getConfirmationToken(),
        millis(command.getIssuedAt()),
        command.getRequestTtlMs(),
        command.getDeadlineMs(),
        command.getAttemptNumber(),
        command.getCorrelationId(),
        compensation(command.getCompensation()));
  }

  private static Command.@Nullable Compensation compensation(@Nullable Compensation compensation) {
    return compensation == null
        ? null
        : new Command.Compensation(
            compensation.getSagaId(), compensation.getTool(), compensation.getArgs());
  }

  private static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }
}
