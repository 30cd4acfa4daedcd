package dev.oncegate.testbed.simulate;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.intake.Coordinates;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.testbed.simulate.Log.At;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the gate has told so far, against what it remembers (I8): each time the two must agree, that
 * is after each commit and each restore. No mark without its decision, no decision without its
 * mark.
 */
final class Evidence {
  private record Run(String scope, String runId) {}

  private record Remembered(ActionResult result, long untilMs) {}

  private final Setup setup;
  private final Topics topics;
  private final Log log;
  private final List<ActionEffect> effects = new ArrayList<>();
  private final List<ActionResult> confirmations = new ArrayList<>();
  private final Map<ActionId, Remembered> lastEffects = new LinkedHashMap<>();
  private final Set<ActionId> accepted = new HashSet<>();
  private boolean keyOfTwoLives;
  private final Set<ActionId> awaited = new LinkedHashSet<>();
  private final Set<ActionId> asked = new HashSet<>();
  private final Map<Run, Long> seqs = new LinkedHashMap<>();
  private final Set<Run> maybeForgotten = new HashSet<>();
  private final Set<String> violations = new LinkedHashSet<>();

  Evidence(Setup setup, Log log) {
    this.setup = setup;
    this.topics = Topics.of(setup.config());
    this.log = log;
  }

  /** Takes a record that was committed. */
  void published(At at, Message message) {
    if (at.topic().equals(topics.effects())) {
      effects.add((ActionEffect) read(message));
    } else if (at.topic().equals(topics.results())) {
      told((ActionResult) read(message));
    } else if (at.topic().equals(topics.runCounts())) {
      RunCallCounts counts = (RunCallCounts) read(message);
      Run run = new Run(counts.getScope(), counts.getRunId());
      if (counts.getFinal$() && counts.getRunSeq() == seqs.getOrDefault(run, 0L)) {
        maybeForgotten.add(run);
      }
    }
  }

  private static SpecificRecord read(Message message) {
    SpecificRecord value = Wire.read(message.value());
    if (value == null) {
      throw new IllegalStateException("a null value where none is allowed");
    }
    return value;
  }

  private void told(ActionResult result) {
    Run run = new Run(result.getScope(), result.getRunId());
    seqs.put(run, result.getRunSeq());
    maybeForgotten.remove(run);
    if (result.getIdempotencyKey() == null) {
      return;
    }
    ActionId id = new ActionId(result.getScope(), result.getIdempotencyKey());
    if (result.getDecision() == null) {
      awaited.remove(id);
    } else if (result.getEffectAttempt() != null) {
      awaited.add(id);
      keyOfTwoLives |= result.getDecision() == Decision.ACCEPTED && !accepted.add(id);
      lastEffects.put(id, new Remembered(result, result.getValidUntil().toEpochMilli()));
    } else if (result.getDecision() == Decision.CONFIRMATION_REQUIRED) {
      confirmations.add(result);
      asked.add(id);
      // A question is asked only where nothing else is known of the action, or no longer.
      lastEffects.remove(id);
    }
  }

  /** All effects that executors can see. */
  List<ActionEffect> effects() {
    return effects;
  }

  /** All results that ask for a confirmation. */
  List<ActionResult> confirmations() {
    return confirmations;
  }

  /** Whether a key was let through anew after it had been forgotten. */
  boolean hasKeyOfTwoLives() {
    return keyOfTwoLives;
  }

  /** What did not agree. */
  Set<String> violations() {
    return violations;
  }

  /**
   * Whether each effect has its end, now that all deadlines are over: an outcome, or the word that
   * there is none.
   */
  void compareAtEnd() {
    // What brokers have deleted while a task was down, nobody can tell any more.
    if (!setup.brokersDelete()) {
      awaited.forEach(
          id -> violated("the last effect of %s has no outcome and is not OVERDUE", id));
    }
  }

  /** Compares what a task remembers with what it has told, at a moment when they must agree. */
  void compare(int partition, Memory memory, long nowMs) {
    lastEffects.forEach(
        (id, last) -> {
          if (isOf(partition, id.scope())) {
            compareAction(id, last, memory, nowMs);
          }
        });
    for (ActionId id : memory.actions()) {
      if (!lastEffects.containsKey(id) && !asked.contains(id)) {
        violated("%s is remembered, but neither an effect nor a question was told", id);
      }
    }
    seqs.forEach(
        (run, seq) -> {
          long remembered = isOf(partition, run.scope) ? memory.seqOf(run.scope, run.runId) : seq;
          boolean forgotten = remembered == 0 && maybeForgotten.contains(run);
          if (remembered != seq && !forgotten) {
            violated("%s is remembered with run_seq %d; %d was told last", run, remembered, seq);
          }
        });
  }

  private void compareAction(ActionId id, Remembered last, Memory memory, long nowMs) {
    long windowMs = setup.dedupWindowMs();
    long fromMs = last.untilMs - windowMs;
    boolean canBeAsked = last.untilMs >= nowMs - 2 * windowMs;
    if (!canBeAsked || Math.floorDiv(fromMs, windowMs) * windowMs < memory.reachMs()) {
      return;
    }
    ActionEntry entry = memory.action(id, last.untilMs);
    if (entry == null) {
      violated("%s had an effect, is valid until %d, and is not remembered", id, last.untilMs);
      return;
    }
    Coordinates command =
        new Coordinates(
            last.result.getCommand().getTopic(),
            last.result.getCommand().getPartition(),
            last.result.getCommand().getOffset());
    if (entry.attempt() != last.result.getEffectAttempt() || !entry.command().equals(command)) {
      violated(
          "%s is remembered with attempt %d of %s; attempt %d of %s was told",
          id, entry.attempt(), entry.command(), last.result.getEffectAttempt(), command);
    }
  }

  private boolean isOf(int partition, String scope) {
    return log.partitionOf(scope.getBytes(StandardCharsets.UTF_8)) == partition;
  }

  private void violated(String words, Object... arguments) {
    violations.add("I8: " + words.formatted(arguments));
  }
}
