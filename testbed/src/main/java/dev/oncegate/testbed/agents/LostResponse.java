package dev.oncegate.testbed.agents;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.StoredOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Never hears back in time. Its duplicates are INDETERMINATE and execute nothing; then, in turn,
 * the answer comes late after all, or an operator looks into the tool's books and settles the
 * action (it did happen) or releases it (it did not).
 */
public final class LostResponse implements Agent {
  private static final String LATE = "wire_transfer";
  private static final String RESPONSE_LOST = "cancel_order";
  private static final String REQUEST_LOST = "order_parts";
  private static final List<String> CALLED = List.of(LATE, RESPONSE_LOST, REQUEST_LOST);
  private static final long DEADLINE_MS = 1_000;
  private static final Duration UNTIL_OVERDUE = Duration.ofMillis(DEADLINE_MS + 300);
  private static final int MAX_ASKED = 21;
  private static final Duration BETWEEN = Duration.ofMillis(250);

  @Override
  public String name() {
    return "lost-response";
  }

  @Override
  public String does() {
    return "outcomes that are late or lost; an operator settles or releases";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of(
        LATE, effect -> Answer.succeeds("transferred").after(Duration.ofMillis(2_500)),
        RESPONSE_LOST, effect -> Answer.succeeds("cancelled").responseLost(),
        REQUEST_LOST,
            effect -> effect.getAttempt() == 1 ? Answer.requestLost() : Answer.succeeds("ordered"));
  }

  @Override
  public int rounds() {
    return 6;
  }

  @Override
  public int abreast() {
    return 3;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    String tool = CALLED.get(round % CALLED.size());
    String args = "{\"reference\":%d}".formatted(world.random().nextInt(1_000_000));
    ActionCommand command =
        Habits.command(this, round, tool, args, "once").setDeadlineMs(DEADLINE_MS).build();
    List<Decision> decisions = new ArrayList<>();
    decisions.add(world.send(command).decision());
    world.pause(UNTIL_OVERDUE);
    OutcomeStatus last = OutcomeStatus.UNKNOWN;
    int attempt = 1;
    int ordered = 0;
    for (int asked = 0; asked < MAX_ASKED && last == OutcomeStatus.UNKNOWN; asked++) {
      ActionResult again = world.send(command).result();
      decisions.add(again.getDecision());
      if (again.getDecision() == Decision.REPLAYED) {
        last = again.getStoredOutcome().getStatus();
      } else if (again.getDecision() == Decision.RETRIED) {
        // Released, or its executor came too late to begin; either may be overdue again.
        attempt++;
      } else if (again.getDecision() == Decision.INDETERMINATE
          && ordered < attempt
          && !tool.equals(LATE)) {
        world.control(order(round, attempt, world.happened(runId(round), "once")));
        ordered = attempt;
      }
      world.pause(BETWEEN);
    }
    return "%s: %s; in the end %s".formatted(tool, Habits.counted(decisions), last);
  }

  private ControlCommand order(int round, int attempt, boolean happened) {
    ControlCommand.Builder control =
        ControlCommand.newBuilder()
            .setControlId("%s-control-%d".formatted(runId(round), attempt))
            .setRunId(runId(round))
            .setIdempotencyKey("once")
            .setAttempt(attempt)
            .setIssuedBy("operator");
    return happened
        ? control
            .setType(ControlType.SETTLE)
            .setReason("The tool's books say that it happened.")
            .setOutcome(
                StoredOutcome.newBuilder()
                    .setStatus(OutcomeStatus.SUCCEEDED)
                    .setAttempt(attempt)
                    .setResult("happened, by the tool's books")
                    .build())
            .build()
        : control
            .setType(ControlType.RELEASE)
            .setReason("The tool's books say that it did not happen.")
            .build();
  }
}
