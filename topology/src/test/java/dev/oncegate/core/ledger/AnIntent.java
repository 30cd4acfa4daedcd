package dev.oncegate.core.ledger;

import dev.oncegate.core.intake.ACommand;
import dev.oncegate.core.intake.Admission;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intake;
import dev.oncegate.core.intake.IntakeLimits;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Intents for tests, as the real intake makes them. */
final class AnIntent {
  private static final Intake INTAKE =
      new Intake(
          Scope.RUN, new IntakeLimits(65_536, 300_000, 86_400_000, 60_000, Map.of(), 3_600_000));

  private AnIntent() {}

  static Intent write() {
    return write("{\"n\":1}");
  }

  static Intent write(String args) {
    return of(SideEffectClass.WRITE, args, false, null);
  }

  static Intent read() {
    return of(SideEffectClass.READ, "{\"n\":1}", false, null);
  }

  static Intent destructive(boolean commit, @Nullable String token) {
    return destructive("{\"n\":1}", commit, token);
  }

  static Intent destructive(String args, boolean commit, @Nullable String token) {
    return of(SideEffectClass.DESTRUCTIVE, args, commit, token);
  }

  static Intent of(
      SideEffectClass sideEffectClass, String args, boolean commit, @Nullable String token) {
    ACommand command =
        new ACommand().in("run").to("tool").with(args).withKey("key").as(sideEffectClass);
    if (commit) {
      command.committedWith(token);
    }
    Admission admission =
        INTAKE.admit(command.build(), new Coordinates("agent.commands", 0, 0), 1_000, 1_000);
    return ((Admission.Admitted) admission).intent();
  }
}
