package dev.oncegate.testbed.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.oncegate.schema.Decision;
import dev.oncegate.testbed.check.Invariant;
import dev.oncegate.testbed.check.Report;
import dev.oncegate.testbed.load.Second;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportTextTest {
  @Test
  void theJsonObjectTellsWhatWasThrownAndWhatBroke() throws Exception {
    TortureReport report =
        report(
            List.of(
                fault(FaultKind.INSTANCE_KILLED, 7000L, 900, List.of()),
                fault(FaultKind.INSTANCE_KILLED, 9000L, 100, List.of()),
                fault(FaultKind.CLOCK_JUMPED, null, 50, List.of())),
            2);

    JsonNode json = new ObjectMapper().readTree(ReportText.json(report));

    assertThat(report.good()).isFalse();
    assertThat(json.get("good").asBoolean()).isFalse();
    assertThat(json.get("commands").asLong()).isEqualTo(1000);
    assertThat(json.get("seed").asLong()).isEqualTo(42);
    assertThat(json.get("minutes").asDouble()).isEqualTo(1.5);
    assertThat(json.get("faults").toString())
        .isEqualTo("{\"INSTANCE_KILLED\":2,\"CLOCK_JUMPED\":1}");
    assertThat(json.get("violations").get("I1").asLong()).isEqualTo(2);
    assertThat(json.get("violations").get("I7").asLong()).isZero();
    assertThat(json.get("by_kind").get("INSTANCE_KILLED").toString())
        .contains("\"takeover_ms_median\":9000", "\"recovery_ms_max\":900");
    assertThat(json.get("by_kind").get("CLOCK_JUMPED").has("takeover_ms_max")).isFalse();
    assertThat(json.get("skipped").get("DISK_FULL").asText()).isEqualTo("no tmpfs");
    assertThat(json.get("p99_ms_median_second").asLong()).isEqualTo(200);
  }

  @Test
  void theLinesTellTheSameInWords() {
    List<String> lines =
        ReportText.lines(report(List.of(fault(FaultKind.STATE_LOST, 7000L, 900, List.of())), 0));

    assertThat(lines)
        .anyMatch(line -> line.matches("1\\.0 +STATE_LOST +gate-2 +2\\.0 +7\\.0 +0\\.9 +8\\.0"))
        .anyMatch(line -> line.matches("I1 +one effect per attempt +10 +0"))
        .contains("DISK_FULL was not thrown: no tmpfs")
        .last()
        .isEqualTo("All promises were kept: 1 faults in 1.5 minutes, seed 42");
  }

  @Test
  void whatIsNotAsItMustBeSpoilsItThoughEveryInvariantHolds() {
    TortureReport report =
        report(List.of(fault(FaultKind.STATE_LOST, null, 1, List.of("it does not go on"))), 0);

    assertThat(report.good()).isFalse();
    assertThat(ReportText.lines(report))
        .contains("not as it must be: it does not go on")
        .last()
        .asString()
        .startsWith("NOT all promises were kept");
    assertThat(report.html()).contains("it does not go on");
  }

  private static Fault fault(
      FaultKind kind, @Nullable Long takeOverMs, long recoveryMs, List<String> complaints) {
    return new Fault(
        new Mark(kind, "gate-2", 1000, 3000), takeOverMs, recoveryMs, 8000, complaints);
  }

  private static TortureReport report(List<Fault> faults, long violationsOfI1) {
    Map<Invariant, Report.Verdict> verdicts = new EnumMap<>(Invariant.class);
    for (Invariant invariant : Invariant.values()) {
      long violations = invariant == Invariant.I1 ? violationsOfI1 : 0;
      verdicts.put(invariant, new Report.Verdict(10, violations, List.of()));
    }
    TortureSettings settings =
        new TortureSettings(
            Duration.ofMinutes(1),
            42,
            List.of(FaultKind.values()),
            Map.of(FaultKind.DISK_FULL, "no tmpfs"),
            100,
            3,
            0,
            6);
    Traffic traffic =
        new Traffic(
            1000,
            1000,
            Map.of(Decision.ACCEPTED, 600L),
            4,
            590,
            0,
            0,
            0,
            Map.of(),
            List.of(new Second(0, 100, 90, 20, 200, 300)));
    return new TortureReport(
        settings,
        Duration.ofSeconds(90),
        faults,
        List.of(),
        traffic,
        List.of(),
        new Report(verdicts, List.of()));
  }
}
