package dev.oncegate.micro;

import dev.oncegate.config.GateConfig;
import dev.oncegate.core.intake.Admission;
import dev.oncegate.core.intake.Command;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intake;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.intake.SideEffectClass;
import java.util.Map;

/** Commands as agents send them. */
final class Samples {
  static final long NOW_MS = 1_795_000_000_000L;
  static final Coordinates AT = new Coordinates("agent.commands", 3, 1_234_567);
  static final GateConfig CONFIG =
      GateConfig.of(
          Map.of("bootstrap.servers", "localhost:9092", "schema.registry.url", "http://localhost"));

  private Samples() {}

  /**
   * Arguments whose names are not in canonical order, with numbers and something to escape.
   *
   * @param bytes about how long
   */
  static String args(int bytes) {
    StringBuilder args =
        new StringBuilder(
            "{ \"to\": \"DE02 1203 0000 0000 2020 51\", \"amount\": 12.50, \"currency\": \"EUR\", \"lines\": [");
    for (int i = 0; args.length() < bytes - 60; i++) {
      args.append(i == 0 ? "" : ", ")
          .append(
              "{ \"text\": \"Zeile %d\\tfür \\u00fcbung\", \"quantity\": %d, \"id\": \"%d\" }"
                  .formatted(i, i * 3, i));
    }
    return args.append("], \"booked\": true, \"account\": null }").toString();
  }

  static Command command(String key, String args) {
    return new Command(
        "run-4711",
        "agent-1",
        null,
        "bank.transfer",
        args,
        key,
        null,
        SideEffectClass.WRITE,
        false,
        null,
        NOW_MS,
        null,
        null,
        1,
        "correlation-1",
        null);
  }

  static Intake intake() {
    return new Intake(CONFIG.scope(), CONFIG.intakeLimits());
  }

  static Intent intent(String key) {
    Admission admission = intake().admit(command(key, args(300)), AT, NOW_MS, NOW_MS);
    if (admission instanceof Admission.Admitted admitted) {
      return admitted.intent();
    }
    throw new IllegalStateException("the sample is refused: " + admission);
  }
}
