package dev.oncegate.testbed.load;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.testbed.agents.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What happens in a run of each kind of conduct whose commands are at least well formed. */
final class Plots {
  private static final int CAP = 200;
  private static final Duration TEN_YEARS = Duration.ofDays(3_652);

  private Plots() {}

  /** Writes the script of a run. */
  static void play(Script script, long dedupWindowMs) {
    switch (script.conduct()) {
      case HONEST -> honest(script);
      case PATIENT -> patient(script);
      case STORM -> storm(script);
      case LATE_REPEATS -> lateRepeats(script);
      case KEY_REUSE -> keyReuse(script);
      case LOOP -> loop(script);
      case EVER_NEW_KEYS -> everNewKeys(script);
      case ENDLESS -> endless(script);
      case LATE -> late(script, dedupWindowMs);
      case FAR_FUTURE -> farFuture(script);
      case FAR_PAST -> farPast(script);
      case SKEWED -> skewed(script);
      case SCRAMBLED -> scrambled(script);
      case DESTRUCTIVE -> destructive(script);
      case NO_KEY -> noKey(script);
      case HURRIED -> hurried(script);
      case ORDERED -> ordered(script);
      case STRAY -> stray(script);
      case UNREADABLE, OVERSIZED, BAD_ARGS, BAD_NAMES, ARGS_HASH -> Malformed.play(script);
    }
  }

  private static void honest(Script script) {
    int calls = script.between(4, 14);
    for (int call = 0; call < calls; call++) {
      ActionCommand command =
          script.oneIn(3)
              ? script.read(script.freshArgs(), "step-" + call).build()
              : script.write(script.freshArgs(), "step-" + call).build();
      script.send(command);
      if (script.oneIn(10)) {
        script.send(command);
      }
    }
  }

  private static void patient(Script script) {
    int actions = script.between(1, 4);
    for (int action = 0; action < actions; action++) {
      ActionCommand.Builder command =
          script.oneIn(4)
              ? script.read(script.freshArgs(), "ask-" + action)
              : script.write(script.freshArgs(), "ask-" + action);
      int times = script.between(3, 9);
      for (int time = 1; time <= times; time++) {
        script.send(command.setAttemptNumber(time));
      }
    }
  }

  private static void storm(Script script) {
    int actions = script.between(1, 3);
    for (int action = 0; action < actions; action++) {
      ActionCommand command = script.write(script.freshArgs(), "storm-" + action).build();
      int times = script.between(10, 45);
      for (int time = 0; time < times; time++) {
        script.send(command).atOnce();
      }
      script.afterOthers();
    }
  }

  private static void lateRepeats(Script script) {
    List<ActionCommand> commands = new ArrayList<>();
    for (int call = 0; call < script.between(2, 6); call++) {
      commands.add(script.write(script.freshArgs(), "again-" + call).build());
    }
    commands.forEach(script::send);
    script.muchLater();
    commands.forEach(script::send);
  }

  private static void keyReuse(Script script) {
    String amount = "1" + script.between(0, 9_999);
    ActionCommand first =
        script.write("{\"a\":%s,\"b\":\"\\u00e9\"}".formatted(amount), "reused").build();
    script.send(first);
    script.send(script.write("{ \"b\" : \"é\", \"a\" : %s.0e0 }".formatted(amount), "reused"));
    int others = script.between(1, 14);
    for (int other = 0; other < others; other++) {
      script.send(script.write(script.freshArgs(), "reused"));
    }
    script.send(script.read("{\"a\":%s,\"b\":\"é\"}".formatted(amount), "reused"));
    script.send(first);
  }

  private static void loop(Script script) {
    int period = script.between(1, 5);
    List<String> cycle = new ArrayList<>();
    for (int i = 0; i < period; i++) {
      cycle.add(script.freshArgs());
    }
    boolean reads = script.oneIn(2);
    int rounds = script.between(5, 9);
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < period; i++) {
        String key = "round-%d-%d".formatted(round, i);
        script.send(reads ? script.read(cycle.get(i), key) : script.write(cycle.get(i), key));
      }
    }
  }

  private static void everNewKeys(Script script) {
    String args = script.freshArgs();
    int times = script.between(6, 15);
    for (int time = 0; time < times; time++) {
      script.send(script.write(args, "new-" + script.random().nextLong())).atOnce();
    }
  }

  private static void endless(Script script) {
    int calls = CAP + script.between(5, 30);
    for (int call = 0; call < calls; call++) {
      script.send(script.write("{\"call\":%d}".formatted(call), "call-" + call));
    }
  }

  /** Late by minutes, by the window and more, and on its very edge. */
  private static void late(Script script, long dedupWindowMs) {
    ActionCommand onTime = script.write(script.freshArgs(), "late").build();
    script.send(onTime);
    for (int call = 0; call < script.between(2, 4); call++) {
      script.timed(Moment.ago(Duration.ofSeconds(script.between(60, 1_800))), null);
      ActionCommand.Builder command = script.write(script.freshArgs(), "late-" + call);
      script.send(command);
      script.send(command.setRequestTtlMs((long) script.between(1_000, 600_000)));
    }
    Duration window = Duration.ofMillis(dedupWindowMs);
    script.timed(Moment.ago(window.plusSeconds(script.between(1, 3_600))), null);
    script.send(script.write(script.freshArgs(), "too-late"));
    script.send(onTime);
    script.timed(Moment.ago(window.minusMillis(script.between(-50, 1_000))), null);
    ActionCommand edge = script.write(script.freshArgs(), "edge").build();
    script.send(edge);
    script.timed(Moment.NOW, null).send(edge).send(edge);
  }

  private static void farFuture(Script script) {
    Moment future =
        script.oneIn(2)
            ? Moment.ahead(TEN_YEARS)
            : Moment.ahead(Duration.ofMinutes(script.between(1, 600)));
    for (int call = 0; call < script.between(1, 4); call++) {
      ActionCommand command = script.write(script.freshArgs(), "future-" + call).build();
      script.timed(future, null).send(command);
      script.timed(Moment.NOW, null).send(command);
      script.timed(future, null).send(command);
    }
  }

  private static void farPast(Script script) {
    List<Moment> past =
        List.of(
            Moment.fixed(0),
            Moment.fixed(1),
            Moment.fixed(script.random().nextLong(Duration.ofDays(365).toMillis())),
            Moment.fixed(Duration.ofDays(10_000).toMillis()));
    for (int call = 0; call < script.between(1, 4); call++) {
      ActionCommand command = script.write(script.freshArgs(), "past-" + call).build();
      script.timed(script.oneOf(past), null).send(command);
      script.timed(Moment.NOW, null).send(command);
      script.timed(script.oneOf(past), null).send(command);
    }
  }

  private static void skewed(Script script) {
    List<Moment> said =
        List.of(
            Moment.ahead(Duration.ofMinutes(4)),
            Moment.ahead(Duration.ofMinutes(6)),
            Moment.ahead(TEN_YEARS),
            Moment.ago(Duration.ofMinutes(10)),
            Moment.ago(Duration.ofDays(30)),
            Moment.fixed(0),
            Moment.fixed(-1));
    for (int call = 0; call < script.between(2, 6); call++) {
      ActionCommand.Builder command = script.write(script.freshArgs(), "skewed-" + call);
      if (script.oneIn(2)) {
        command.setRequestTtlMs((long) script.between(1, 900_000));
      }
      script.timed(Moment.NOW, script.oneOf(said)).send(command);
      script.timed(Moment.ago(Duration.ofMinutes(1)), script.oneOf(said)).send(command);
    }
  }

  private static void scrambled(Script script) {
    for (int call = 0; call < script.between(1, 4); call++) {
      ActionCommand command = script.write(script.freshArgs(), "everywhere-" + call).build();
      int times = script.between(2, 8);
      for (int time = 0; time < times; time++) {
        script.placed(Placement.values()[script.between(0, Placement.values().length - 1)]);
        script.send(command).atOnce();
      }
      script.afterOthers();
    }
  }

  private static void destructive(Script script) {
    for (int call = 0; call < script.between(1, 4); call++) {
      ActionCommand.Builder command =
          script.command(
              SideEffectClass.DESTRUCTIVE, "destroy", script.freshArgs(), "destroy-" + call);
      script.send(command);
      script.send(command.setCommit(true));
      script.send(command.setConfirmationToken("%032x".formatted(script.random().nextLong())));
      script.send(command.setCommit(false).setConfirmationToken(null));
    }
  }

  private static void noKey(Script script) {
    for (int call = 0; call < script.between(2, 6); call++) {
      ActionCommand.Builder command =
          script.oneIn(3)
              ? script.read(script.freshArgs(), null)
              : script.write(script.freshArgs(), null);
      int times = script.between(1, 4);
      for (int time = 0; time < times; time++) {
        script.send(command);
      }
    }
  }

  private static void hurried(Script script) {
    for (int call = 0; call < script.between(1, 3); call++) {
      ActionCommand.Builder command =
          script.oneIn(3)
              ? script.read(script.freshArgs(), "hurry-" + call)
              : script.write(script.freshArgs(), "hurry-" + call);
      command.setDeadlineMs((long) script.between(1, 400));
      int times = script.between(3, 7);
      for (int time = 0; time < times; time++) {
        script.send(command);
      }
    }
    script.send(script.write(script.freshArgs(), "never").setDeadlineMs(0L));
  }

  private static void ordered(Script script) {
    List<ControlType> orders =
        List.of(ControlType.FORCE_OPEN, ControlType.DISABLE, ControlType.RESET, ControlType.ABORT);
    ActionCommand first = script.write(script.freshArgs(), "ordered").build();
    script.send(first);
    int parts = script.between(1, 4);
    for (int part = 0; part < parts; part++) {
      if (script.oneIn(2)) {
        script.order(
            script
                .orderOf(script.oneIn(2) ? ControlType.RELEASE : ControlType.SETTLE)
                .setIdempotencyKey("ordered")
                .setAttempt(script.between(0, 3))
                .setOutcome(settled(script)));
      } else {
        script.order(script.oneOf(orders));
      }
      script.send(first);
      script.send(script.write(script.freshArgs(), "part-" + part));
    }
    script.order(ControlType.RESET);
    script.send(script.write(script.freshArgs(), "after"));
  }

  private static StoredOutcome settled(Script script) {
    return StoredOutcome.newBuilder()
        .setStatus(script.oneIn(2) ? OutcomeStatus.SUCCEEDED : OutcomeStatus.FAILED)
        .setAttempt(1)
        .setResult("as somebody found")
        .build();
  }

  private static void stray(Script script) {
    script.send(script.write(script.freshArgs(), "known"));
    for (int outcome = 0; outcome < script.between(1, 4); outcome++) {
      OutcomeStatus status =
          OutcomeStatus.values()[script.between(0, OutcomeStatus.values().length - 1)];
      script.stray(
          ActionOutcome.newBuilder()
              .setScope(script.runId())
              .setRunId(script.runId())
              .setIdempotencyKey(script.oneIn(3) ? "known" : "unknown-" + outcome)
              .setAttempt(script.between(-1, 4))
              .setStatus(status)
              .setResult("nobody asked"));
    }
    script.send(script.write(script.freshArgs(), "unknown-0"));
  }
}
