package dev.oncegate.testbed.demo;

import dev.oncegate.schema.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Scenes and summaries of a small demo. */
final class ASummary {
  static final List<AgentLine> AGENTS =
      List.of(
          new AgentLine(
              "honest",
              "real tool calls of an airline agent, one after the other",
              607,
              572,
              0,
              0,
              89,
              0),
          new AgentLine(
              "retry-storm", "50 simultaneous retries of one key", 1250, 5, 1245, 0, 5, 0),
          new AgentLine("key-reuser", "one key for ever other payloads", 72, 6, 0, 60, 6, 6),
          new AgentLine("unreadable", "bytes that are no command", 0, 0, 0, 0, 0, 0));
  static final Totals TOTALS =
      new Totals(
          1929,
          583,
          1245,
          60,
          6,
          16,
          Map.of(
              Decision.ACCEPTED,
              583L,
              Decision.IN_PROGRESS,
              1245L,
              Decision.CONFLICT,
              60L,
              Decision.CIRCUIT_OPEN,
              1L),
          0,
          0,
          0);

  private ASummary() {}

  static Scene scene() {
    return new Scene(
        Stage.PLAYING,
        Duration.ofMillis(12_340),
        AGENTS,
        TOTALS,
        List.of(
            new Event(500, Event.Kind.GOOD, "demo", "the agents act"),
            new Event(
                12_100,
                Event.Kind.STOP,
                "key-reuser-1",
                "circuit opens: CONFLICTS, 11 where 10 are allowed"),
            new Event(
                12_300,
                Event.Kind.NEWS,
                "retry-storm-1",
                "50 at once: 49 IN_PROGRESS, 1 ACCEPTED, and so on and on")));
  }

  static Summary good() {
    return with(TOTALS, List.of(), 0);
  }

  static Summary with(Totals totals, List<String> executedTwice, long violations) {
    List<String> examples = violations == 0 ? List.of() : List.of("hammer-1: run_seq 2 is missing");
    return new Summary(
        AGENTS,
        totals,
        573,
        executedTwice,
        List.of(
            new Summary.Verdict("I1", "one effect per attempt", 583, 0, List.of()),
            new Summary.Verdict("I2", "one decision per command", 1929, violations, examples)),
        7,
        Duration.ofMillis(28_400));
  }
}
