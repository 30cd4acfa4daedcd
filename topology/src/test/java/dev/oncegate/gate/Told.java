package dev.oncegate.gate;

import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.RunCallCounts;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * All that the gate wrote since it was last listened to, topic by topic, in order. Two are equal
 * where their values are: what a test does not name must not have been written.
 */
record Told(
    List<ActionEffect> effects,
    List<ActionResult> results,
    List<ConflictEvent> conflicts,
    List<RunCallCounts> counts,
    List<CircuitEvent> circuits,
    List<String> forgottenRuns,
    List<Escalation> escalations,
    List<Raw> deadLetters,
    List<Raw> reroutes) {

  static final Told NOTHING =
      new Told(
          List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
          List.of());

  /** A record whose bytes are what matters; headers as text, the last of each name. */
  record Raw(
      @Nullable String key,
      byte @Nullable [] value,
      Map<String, String> headers,
      long timestampMs) {
    String cause() {
      return headers.getOrDefault(GateHeaders.CAUSE, "none");
    }
  }

  /** Exactly these records, and no others. */
  static Told only(SpecificRecord... records) {
    return new Told(
        all(ActionEffect.class, records),
        all(ActionResult.class, records),
        all(ConflictEvent.class, records),
        all(RunCallCounts.class, records),
        all(CircuitEvent.class, records),
        List.of(),
        all(Escalation.class, records),
        List.of(),
        List.of());
  }

  private static <T> List<T> all(Class<T> type, SpecificRecord... records) {
    return Stream.of(records).filter(type::isInstance).map(type::cast).toList();
  }

  /** The only result. */
  ActionResult result() {
    return the(results);
  }

  /** The only effect. */
  ActionEffect effect() {
    return the(effects);
  }

  /** The only dead letter, where nothing else was written. */
  Raw onlyDeadLetter() {
    Raw letter = the(deadLetters);
    if (!equals(
        new Told(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            deadLetters,
            List.of()))) {
      throw new AssertionError("a dead letter and more: " + this);
    }
    return letter;
  }

  private <T> T the(List<T> list) {
    if (list.size() != 1) {
      throw new AssertionError("exactly one expected, found %d in %s".formatted(list.size(), this));
    }
    return list.get(0);
  }
}
