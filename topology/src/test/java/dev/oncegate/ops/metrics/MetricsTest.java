package dev.oncegate.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.oncegate.config.GateConfig;
import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.gate.DeadLetter;
import dev.oncegate.gate.Observer;
import dev.oncegate.ops.Scrape;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.TrustedSchemas;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page of metrics: names and labels are a promise to dashboards and alerts. */
class MetricsTest {
  static {
    TrustedSchemas.trust();
  }

  private static final ActionCommand COMMAND =
      ActionCommand.newBuilder().setRunId("run").setTool("book").setArgs("{}").build();

  private final Metrics metrics =
      new Metrics(
          GateConfig.of(
              Map.of(
                  "bootstrap.servers", "not-used:9092", "schema.registry.url", "http://not-used")));
  private final Observer gate = metrics.observer();

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void namesLabelsAndTheirValuesAreThese() {
    assertThat(series())
        .containsExactlyInAnyOrder(
            "oncegate_circuit_trips_total{cause=\"ABORTED\"}",
            "oncegate_circuit_trips_total{cause=\"CALL_RATE\"}",
            "oncegate_circuit_trips_total{cause=\"CONFLICTS\"}",
            "oncegate_circuit_trips_total{cause=\"FORCED\"}",
            "oncegate_circuit_trips_total{cause=\"REPEATED_FAILURE\"}",
            "oncegate_circuit_trips_total{cause=\"REPETITION\"}",
            "oncegate_circuit_trips_total{cause=\"RETRIES\"}",
            "oncegate_circuit_trips_total{cause=\"TOTAL_CALLS\"}",
            "oncegate_circuit_trips_total{cause=\"TRIAL_FAILED\"}",
            "oncegate_circuits_open",
            "oncegate_conflicts_total{kind=\"OUTCOME\"}",
            "oncegate_conflicts_total{kind=\"PAYLOAD\"}",
            "oncegate_dead_letters_total{cause=\"CONTROL_NOT_APPLICABLE\"}",
            "oncegate_dead_letters_total{cause=\"FOREIGN_RECORD\"}",
            "oncegate_dead_letters_total{cause=\"INVALID_CONTROL\"}",
            "oncegate_dead_letters_total{cause=\"INVALID_OUTCOME\"}",
            "oncegate_dead_letters_total{cause=\"NO_RUN_ID\"}",
            "oncegate_dead_letters_total{cause=\"STALE_CONTROL\"}",
            "oncegate_dead_letters_total{cause=\"TOO_LARGE\"}",
            "oncegate_dead_letters_total{cause=\"UNKNOWN_ACTION\"}",
            "oncegate_dead_letters_total{cause=\"UNKNOWN_ATTEMPT\"}",
            "oncegate_dead_letters_total{cause=\"UNREADABLE_BYTES\"}",
            "oncegate_dead_letters_total{cause=\"WRONG_TYPE\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"+Inf\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"0.005\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"0.01\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"0.025\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"0.05\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"0.1\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"0.25\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"0.5\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"1.0\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"10.0\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"2.5\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"30.0\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"5.0\"}",
            "oncegate_decision_latency_seconds_bucket{le=\"60.0\"}",
            "oncegate_decision_latency_seconds_count",
            "oncegate_decision_latency_seconds_max",
            "oncegate_decision_latency_seconds_sum",
            "oncegate_decisions_total{decision=\"ACCEPTED\"}",
            "oncegate_decisions_total{decision=\"CIRCUIT_OPEN\"}",
            "oncegate_decisions_total{decision=\"CONFIRMATION_REQUIRED\"}",
            "oncegate_decisions_total{decision=\"CONFLICT\"}",
            "oncegate_decisions_total{decision=\"EXPIRED\"}",
            "oncegate_decisions_total{decision=\"INDETERMINATE\"}",
            "oncegate_decisions_total{decision=\"INVALID\"}",
            "oncegate_decisions_total{decision=\"IN_PROGRESS\"}",
            "oncegate_decisions_total{decision=\"REPLAYED\"}",
            "oncegate_decisions_total{decision=\"RETRIED\"}",
            "oncegate_duplicates_prevented_total",
            "oncegate_effects_total",
            "oncegate_outcomes_total{status=\"FAILED\"}",
            "oncegate_outcomes_total{status=\"FAILED_TRANSIENT\"}",
            "oncegate_outcomes_total{status=\"SUCCEEDED\"}",
            "oncegate_overdue_total",
            "oncegate_releases_total",
            "oncegate_rerouted_records_total{topic=\"agent.commands\"}",
            "oncegate_rerouted_records_total{topic=\"agent.controls\"}",
            "oncegate_rerouted_records_total{topic=\"agent.outcomes\"}",
            "oncegate_restore_remaining_records{store=\"actions\"}",
            "oncegate_restore_remaining_records{store=\"runs\"}",
            "oncegate_restore_remaining_records{store=\"timers\"}",
            "oncegate_rocksdb_cache_limit_bytes",
            "oncegate_rocksdb_cache_used_bytes",
            "oncegate_rocksdb_memtables_bytes",
            "oncegate_running",
            "oncegate_store_disk_bytes{store=\"actions\"}",
            "oncegate_store_disk_bytes{store=\"runs\"}",
            "oncegate_store_disk_bytes{store=\"timers\"}",
            "oncegate_store_entries{store=\"actions\"}",
            "oncegate_store_entries{store=\"runs\"}",
            "oncegate_store_entries{store=\"timers\"}");
  }

  @Test
  void whatAgentsSendAddsNoSeries() {
    Set<String> before = series();

    for (int i = 0; i < 100; i++) {
      ActionResult result = result(Decision.ACCEPTED, 1, i);
      result.setRunId("run-" + i);
      result.setScope("scope-" + i);
      result.setTool("tool-" + i);
      result.setIdempotencyKey("key-" + i);
      gate.decided(COMMAND, null, result, new RecordHeaders());
      gate.rerouted(new Coordinates("topic-" + i, i, i));
    }

    assertThat(series()).isEqualTo(before);
  }

  @Test
  void everyMetricOfOursSaysWhatItMeansAndIsInTheDocumentation() throws Exception {
    String documentation = Files.readString(Path.of("../docs/operations/metrics.md"));
    Set<String> families =
        lines()
            .filter(line -> line.startsWith("# TYPE oncegate_"))
            .map(line -> line.split(" ")[2])
            .collect(Collectors.toSet());

    assertThat(families).hasSizeGreaterThan(15);
    assertThat(families)
        .allSatisfy(
            family -> {
              assertThat(page()).containsPattern("# HELP " + family + " .{20,}");
              assertThat(documentation).contains("`" + family);
            });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN")
  void aDecisionIsCountedUnderItsName(Decision decision) {
    gate.decided(COMMAND, null, result(decision, null, 40), new RecordHeaders());

    assertThat(page())
        .contains("oncegate_decisions_total{decision=\"%s\"} 1.0".formatted(decision));
    assertThat(lines().filter(line -> line.startsWith("oncegate_decisions_total")))
        .filteredOn(line -> line.endsWith(" 0.0"))
        .hasSize(9);
  }

  @Test
  void aDuplicateIsPreventedWhereAKnownActionGetsNoEffect() {
    gate.decided(COMMAND, null, result(Decision.REPLAYED, null, 0), new RecordHeaders());
    gate.decided(COMMAND, null, result(Decision.IN_PROGRESS, null, 0), new RecordHeaders());
    gate.decided(COMMAND, null, result(Decision.INDETERMINATE, null, 0), new RecordHeaders());
    gate.decided(COMMAND, null, result(Decision.INDETERMINATE, 2, 0), new RecordHeaders());
    gate.decided(COMMAND, null, result(Decision.RETRIED, 2, 0), new RecordHeaders());
    gate.decided(COMMAND, null, result(Decision.CONFLICT, null, 0), new RecordHeaders());

    assertThat(page())
        .contains("oncegate_duplicates_prevented_total 3.0", "oncegate_effects_total 2.0");
  }

  @Test
  void latencyIsMeasuredFromTheRecordsTimestampToTheDecision() {
    gate.decided(COMMAND, null, result(Decision.ACCEPTED, 1, 40), new RecordHeaders());
    gate.decided(COMMAND, null, result(Decision.ACCEPTED, 1, 70_000), new RecordHeaders());

    assertThat(page())
        .contains(
            "oncegate_decision_latency_seconds_bucket{le=\"0.025\"} 0",
            "oncegate_decision_latency_seconds_bucket{le=\"0.05\"} 1",
            "oncegate_decision_latency_seconds_bucket{le=\"60.0\"} 1",
            "oncegate_decision_latency_seconds_bucket{le=\"+Inf\"} 2",
            "oncegate_decision_latency_seconds_sum 70.04");
  }

  @Test
  void everythingElseIsCountedUnderItsName() {
    gate.settled(Outcome.Status.FAILED);
    gate.released();
    gate.overdue();
    gate.conflict(ConflictKind.OUTCOME);
    gate.deadLetter(DeadLetter.Cause.STALE_CONTROL);
    gate.rerouted(new Coordinates("agent.outcomes", 3, 4));
    gate.circuitChanged(Circuit.State.OPEN, Circuit.Cause.REPETITION);
    gate.circuitChanged(Circuit.State.CLOSED, Circuit.Cause.RESET);
    gate.stoppedRuns(3);
    gate.stoppedRuns(-1);

    assertThat(lines().filter(line -> line.startsWith("oncegate_")))
        .filteredOn(line -> !line.endsWith(" 0.0") && !line.endsWith(" 0"))
        .containsExactlyInAnyOrder(
            "oncegate_outcomes_total{status=\"FAILED\"} 1.0",
            "oncegate_releases_total 1.0",
            "oncegate_overdue_total 1.0",
            "oncegate_conflicts_total{kind=\"OUTCOME\"} 1.0",
            "oncegate_dead_letters_total{cause=\"STALE_CONTROL\"} 1.0",
            "oncegate_rerouted_records_total{topic=\"agent.outcomes\"} 1.0",
            "oncegate_circuit_trips_total{cause=\"REPETITION\"} 1.0",
            "oncegate_circuits_open 2.0");
  }

  @Test
  void thePageIsToBeHadAsOpenMetricsToo() {
    String page = text(Scrape.OPEN_METRICS);

    assertThat(page)
        .contains("# TYPE oncegate_decisions counter", "oncegate_decisions_total{")
        .endsWith("# EOF\n");
    assertThat(page()).contains("# TYPE oncegate_decisions_total counter").doesNotContain("# EOF");
  }

  @Test
  void theJvmIsMeasuredToo() {
    assertThat(page())
        .contains(
            "jvm_memory_used_bytes{area=\"heap\"",
            "process_cpu_usage",
            "process_files_open_files",
            "jvm_threads_live_threads",
            "process_uptime_seconds");
  }

  private static ActionResult result(Decision decision, @Nullable Integer attempt, long latencyMs) {
    ActionResult result = new ActionResult();
    result.setDecision(decision);
    result.setEffectAttempt(attempt);
    result.setEventTime(Instant.EPOCH);
    result.setDecidedAt(Instant.ofEpochMilli(latencyMs));
    return result;
  }

  private Set<String> series() {
    return lines()
        .filter(line -> line.startsWith("oncegate_"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Stream<String> lines() {
    return List.of(page().split("\n")).stream();
  }

  private String page() {
    return text(Scrape.PROMETHEUS);
  }

  private String text(String contentType) {
    return new String(metrics.page(contentType), StandardCharsets.UTF_8);
  }
}
