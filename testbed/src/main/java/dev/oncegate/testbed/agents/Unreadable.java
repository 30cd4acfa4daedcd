package dev.oncegate.testbed.agents;

import dev.oncegate.schema.Decision;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Does not speak the language: JSON, bytes of an unknown schema, half a record, nothing at all, a
 * command of no run.
 */
public final class Unreadable implements Agent {
  private static final List<byte[]> RUBBISH =
      List.of(
          "{\"run_id\":\"x\",\"tool\":\"sing\"}".getBytes(StandardCharsets.UTF_8),
          new byte[] {0, 0x7f, 0x7f, 0x7f, 0x7f, 1, 2, 3},
          new byte[] {0, 0},
          new byte[0]);

  @Override
  public String name() {
    return "unreadable";
  }

  @Override
  public String does() {
    return "bytes that are no command, and then a good one";
  }

  @Override
  public Map<String, Tool> tools() {
    return Map.of("sing", effect -> Answer.succeeds("la"));
  }

  @Override
  public int rounds() {
    return 4;
  }

  @Override
  public String play(int round, World world) throws InterruptedException {
    RUBBISH.forEach(bytes -> world.sendBytes(runId(round), bytes));
    Sent good = world.send(Habits.command(this, round, "sing", "{}", "song").build());
    Decision decision = good.decision();
    return "%d records of rubbish, then 1 %s".formatted(RUBBISH.size(), decision);
  }
}
