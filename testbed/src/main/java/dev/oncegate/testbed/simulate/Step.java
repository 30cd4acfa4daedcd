package dev.oncegate.testbed.simulate;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * One step of a script. A step that refers to what the gate has told before, such as an effect,
 * names it by a number counted back from the last one, and does nothing where there is none: so
 * steps can be left out and the rest still be played. Spans of time are in milliseconds, an age
 * below 0 lies in the future.
 */
sealed interface Step {
  /** Does it. */
  void play(World world);

  /** Some agent sends a command. */
  record Send(
      String run,
      @Nullable String owner,
      String tool,
      SideEffectClass sideEffects,
      String args,
      @Nullable String key,
      long ageMs,
      @Nullable Long issuedAgoMs,
      @Nullable Long ttlMs,
      @Nullable Long deadlineMs,
      @Nullable String argsHash,
      boolean wrongPartition)
      implements Step {
    @Override
    public void play(World world) {
      ActionCommand command =
          ActionCommand.newBuilder()
              .setRunId(run)
              .setAgentId(owner)
              .setTenant(owner)
              .setTool(tool)
              .setSideEffectClass(sideEffects)
              .setArgs(args)
              .setIdempotencyKey(key)
              .setIssuedAt(
                  issuedAgoMs == null ? null : Instant.ofEpochMilli(world.nowMs() - issuedAgoMs))
              .setRequestTtlMs(ttlMs)
              .setDeadlineMs(deadlineMs)
              .setArgsHash(argsHash)
              .build();
      String scope = world.setup().scope().of(run, owner, owner);
      world.send(
          world.topics().commands(), scope == null ? run : scope, command, ageMs, wrongPartition);
    }
  }

  /** A command that was sent before is delivered once more. */
  record Again(int command, long ageMs, boolean wrongPartition) implements Step {
    @Override
    public void play(World world) {
      World.Sent sent = world.command(command);
      if (sent != null) {
        world.send(world.topics().commands(), sent.scope(), sent.value(), ageMs, wrongPartition);
      }
    }
  }

  /** An agent confirms what the gate asked. */
  record Confirm(int question, boolean rightToken, long ageMs, boolean wrongPartition)
      implements Step {
    @Override
    public void play(World world) {
      ActionResult asked = world.question(question);
      if (asked == null) {
        return;
      }
      Message message =
          Objects.requireNonNull(
              world
                  .log()
                  .read(
                      asked.getCommand().getTopic(),
                      asked.getCommand().getPartition(),
                      asked.getCommand().getOffset()));
      ActionCommand command = (ActionCommand) Objects.requireNonNull(Wire.read(message.value()));
      command.setCommit(true);
      command.setConfirmationToken(rightToken ? asked.getConfirmationToken() : "guessed");
      command.setIssuedAt(null);
      world.send(world.topics().commands(), asked.getScope(), command, ageMs, wrongPartition);
    }
  }

  /** An executor reports. */
  record Report(
      int effect,
      OutcomeStatus status,
      @Nullable String result,
      int attemptShift,
      @Nullable Boolean stateChanged,
      long ageMs,
      boolean wrongPartition)
      implements Step {
    @Override
    public void play(World world) {
      ActionEffect reported = world.effect(effect);
      if (reported == null) {
        return;
      }
      ActionOutcome outcome =
          ActionOutcome.newBuilder()
              .setScope(reported.getScope())
              .setRunId(reported.getRunId())
              .setIdempotencyKey(reported.getIdempotencyKey())
              .setAttempt(reported.getAttempt() + attemptShift)
              .setStatus(status)
              .setResult(result)
              .setStateChanged(stateChanged)
              .build();
      world.send(world.topics().outcomes(), reported.getScope(), outcome, ageMs, wrongPartition);
    }
  }

  /** An executor reports what nobody let through. */
  record ReportUnknown(String scope, String key) implements Step {
    @Override
    public void play(World world) {
      ActionOutcome outcome =
          ActionOutcome.newBuilder()
              .setScope(scope)
              .setRunId(scope)
              .setIdempotencyKey(key)
              .setStatus(OutcomeStatus.SUCCEEDED)
              .build();
      world.send(world.topics().outcomes(), scope, outcome, 0, false);
    }
  }

  /** An operator orders something for a run. */
  record OrderRun(ControlType type, String run, @Nullable String owner, boolean wrongPartition)
      implements Step {
    @Override
    public void play(World world) {
      ControlCommand control =
          ControlCommand.newBuilder()
              .setControlId("control")
              .setType(type)
              .setRunId(run)
              .setAgentId(owner)
              .setTenant(owner)
              .build();
      String scope = world.setup().scope().of(run, owner, owner);
      world.send(
          world.topics().controls(), scope == null ? run : scope, control, 0, wrongPartition);
    }
  }

  /**
   * A reconciler orders something for an action.
   *
   * @param status what to settle it as; null: it is released
   */
  record OrderAction(
      int effect,
      @Nullable OutcomeStatus status,
      @Nullable String result,
      int attemptShift,
      long ageMs,
      boolean wrongPartition)
      implements Step {
    @Override
    public void play(World world) {
      ActionEffect meant = world.effect(effect);
      if (meant == null) {
        return;
      }
      int attempt = meant.getAttempt() + attemptShift;
      StoredOutcome outcome =
          status == null
              ? null
              : StoredOutcome.newBuilder()
                  .setStatus(status)
                  .setAttempt(attempt)
                  .setResult(result)
                  .build();
      ControlCommand control =
          ControlCommand.newBuilder()
              .setControlId("control")
              .setType(status == null ? ControlType.RELEASE : ControlType.SETTLE)
              .setRunId(meant.getRunId())
              .setAgentId(meant.getAgentId())
              .setTenant(meant.getTenant())
              .setIdempotencyKey(meant.getIdempotencyKey())
              .setAttempt(attempt)
              .setOutcome(outcome)
              .build();
      world.send(world.topics().controls(), meant.getScope(), control, ageMs, wrongPartition);
    }
  }

  /** Somebody sends what the gate cannot read, or not there. */
  record Garbage(int topic, @Nullable String scope, int kind) implements Step {
    @Override
    public void play(World world) {
      String name = world.inputs().get(topic % world.inputs().size());
      byte[] value =
          switch (kind % 4) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> new byte[] {99, 1, 2, 3};
            default -> Wire.write(ActionOutcome.newBuilder().build());
          };
      world.send(name, scope, value, 0, false);
    }
  }

  /** A task processes records that wait, in an order of its own. */
  record Work(int task, int most, long order) implements Step {
    @Override
    public void play(World world) {
      world.task(task).work(most, new SplittableRandom(order));
    }
  }

  /** The timers of a task fire. */
  record Tick(int task) implements Step {
    @Override
    public void play(World world) {
      world.task(task).tick();
    }
  }

  /** A task commits. */
  record Commit(int task) implements Step {
    @Override
    public void play(World world) {
      world.task(task).commit();
    }
  }

  /** A task dies at once. */
  record Crash(int task, long nextSkewMs) implements Step {
    @Override
    public void play(World world) {
      world.task(task).crash(nextSkewMs);
    }
  }

  /** A task will die in the middle of what it does next. */
  record DieAtWrite(int task, int write) implements Step {
    @Override
    public void play(World world) {
      world.task(task).dieAtWrite(write);
    }
  }

  /** Time passes. */
  record Wait(long ms) implements Step {
    @Override
    public void play(World world) {
      world.pass(ms);
    }
  }

  /** Time passes up to the deadline of an effect, and so far beyond. */
  record WaitForDeadline(int effect, long beyondMs) implements Step {
    @Override
    public void play(World world) {
      ActionEffect meant = world.effect(effect);
      if (meant != null) {
        world.waitUntil(meant.getDeadlineAt().toEpochMilli() + beyondMs);
      }
    }
  }

  /** Time passes up to the next multiple of a span, and so far beyond. */
  record WaitForMultiple(long spanMs, long beyondMs) implements Step {
    @Override
    public void play(World world) {
      world.waitUntil((Math.floorDiv(world.nowMs(), spanMs) + 1) * spanMs + beyondMs);
    }
  }

  /** The step in words: what is null, 0 or false is left out. */
  default String words() {
    StringJoiner words = new StringJoiner(" ");
    words.add(getClass().getSimpleName());
    for (RecordComponent component : getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(this);
        if (value != null && !value.equals(false) && !value.equals(0) && !value.equals(0L)) {
          words.add(component.getName() + "=" + value);
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a record shows what it holds", e);
      }
    }
    return words.toString();
  }
}
