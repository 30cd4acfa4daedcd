package dev.oncegate.ops.metrics;

import dev.oncegate.core.guard.Circuit;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.intake.Intent;
import dev.oncegate.core.ledger.Outcome;
import dev.oncegate.gate.DeadLetter;
import dev.oncegate.gate.Observer;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.Decision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the gate does. All series exist from the start, at 0, so that a rate sees the first
 * event; each is found by an ordinal, for every command passes here.
 *
 * <p>No label is a name that an agent chooses: the number of series does not depend on what is
 * sent.
 */
final class Counts implements Observer {
  private static final String REDONE = " Includes work of aborted transactions, which is redone.";

  private static final Set<Decision> DECISIONS = EnumSet.complementOf(EnumSet.of(Decision.UNKNOWN));
  private static final Set<ConflictKind> CONFLICTS =
      EnumSet.complementOf(EnumSet.of(ConflictKind.UNKNOWN));

  /** The other causes never stop a run. */
  private static final Set<Circuit.Cause> TRIPS =
      EnumSet.complementOf(
          EnumSet.of(
              Circuit.Cause.TRIALS_PASSED,
              Circuit.Cause.COOLED_DOWN,
              Circuit.Cause.RESET,
              Circuit.Cause.DISABLED));

  private static final Duration[] LATENCIES =
      List.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000).stream()
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final @Nullable Counter[] decisions;
  private final @Nullable Counter[] outcomes;
  private final @Nullable Counter[] conflicts;
  private final @Nullable Counter[] trips;
  private final @Nullable Counter[] deadLetters;
  private final Map<String, Counter> rerouted = new HashMap<>();
  private final Counter effects;
  private final Counter duplicates;
  private final Counter overdue;
  private final Counter released;
  private final Timer latency;
  private final LongAdder open = new LongAdder();

  Counts(MeterRegistry registry, Topics topics) {
    decisions =
        each(
            registry,
            "oncegate.decisions",
            "Commands answered, by decision." + REDONE,
            "decision",
            Decision.class,
            DECISIONS);
    outcomes =
        each(
            registry,
            "oncegate.outcomes",
            "Attempts that ended, by the status that is stored and told." + REDONE,
            "status",
            Outcome.Status.class,
            EnumSet.allOf(Outcome.Status.class));
    conflicts =
        each(
            registry,
            "oncegate.conflicts",
            "Commands that use a known key for another payload (PAYLOAD), and outcomes that contradict the stored one (OUTCOME)."
                + REDONE,
            "kind",
            ConflictKind.class,
            CONFLICTS);
    trips =
        each(
            registry,
            "oncegate.circuit.trips",
            "Runs that were stopped, by cause; FORCED and ABORTED are an operator's word." + REDONE,
            "cause",
            Circuit.Cause.class,
            TRIPS);
    deadLetters =
        each(
            registry,
            "oncegate.dead.letters",
            "Records that could not be acted on and were put aside, by cause." + REDONE,
            "cause",
            DeadLetter.Cause.class,
            EnumSet.allOf(DeadLetter.Cause.class));
    for (String topic : List.of(topics.commands(), topics.outcomes(), topics.controls())) {
      rerouted.put(
          topic,
          Counter.builder("oncegate.rerouted.records")
              .description(
                  "Records that lay in another partition than their scope's and were carried there, by the topic they were written to."
                      + REDONE)
              .tag("topic", topic)
              .register(registry));
    }
    effects =
        counter(registry, "oncegate.effects", "Attempts that were let through to an executor.");
    duplicates =
        counter(
            registry,
            "oncegate.duplicates.prevented",
            "Commands for a known action that were answered without another effect.");
    overdue = counter(registry, "oncegate.overdue", "Attempts without an outcome by the deadline.");
    released =
        counter(registry, "oncegate.releases", "Attempts that a control gave up, to try again.");
    latency =
        Timer.builder("oncegate.decision.latency")
            .description(
                "Time from a command's timestamp to its decision; its commit follows within the commit interval. A backlog shows here."
                    + REDONE)
            .serviceLevelObjectives(LATENCIES)
            .register(registry);
    Gauge.builder("oncegate.circuits.open", open, LongAdder::sum)
        .description(
            "Runs that are stopped (OPEN or FORCED_OPEN) in the partitions of this instance; counted anew, within seconds, where partitions move.")
        .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String name, String help) {
    return Counter.builder(name).description(help + REDONE).register(registry);
  }

  /** A counter at the ordinal of each value that occurs. */
  private static <E extends Enum<E>> @Nullable Counter[] each(
      MeterRegistry registry,
      String name,
      String help,
      String label,
      Class<E> type,
      Set<E> occurring) {
    @Nullable Counter[] counters = new @Nullable Counter[type.getEnumConstants().length];
    for (E value : occurring) {
      counters[value.ordinal()] =
          Counter.builder(name).description(help).tag(label, value.name()).register(registry);
    }
    return counters;
  }

  private static void count(@Nullable Counter[] counters, Enum<?> value) {
    Counter counter = counters[value.ordinal()];
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void decided(
      ActionCommand command, @Nullable Intent intent, ActionResult result, Headers carried) {
    Decision decision = result.getDecision();
    count(decisions, decision);
    if (result.getEffectAttempt() != null) {
      effects.increment();
    } else if (decision == Decision.REPLAYED
        || decision == Decision.IN_PROGRESS
        || decision == Decision.INDETERMINATE) {
      duplicates.increment();
    }
    latency.record(
        result.getDecidedAt().toEpochMilli() - result.getEventTime().toEpochMilli(),
        TimeUnit.MILLISECONDS);
  }

  @Override
  public void settled(Outcome.Status status) {
    count(outcomes, status);
  }

  @Override
  public void released() {
    released.increment();
  }

  @Override
  public void overdue() {
    overdue.increment();
  }

  @Override
  public void conflict(ConflictKind kind) {
    count(conflicts, kind);
  }

  @Override
  public void deadLetter(DeadLetter.Cause cause) {
    count(deadLetters, cause);
  }

  @Override
  public void rerouted(Coordinates from) {
    Counter counter = rerouted.get(from.topic());
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void circuitChanged(Circuit.State to, Circuit.Cause cause) {
    count(trips, cause);
  }

  @Override
  public void stoppedRuns(long change) {
    open.add(change);
  }
}
