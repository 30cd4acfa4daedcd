package dev.oncegate.testbed.check;

import dev.oncegate.gate.GateHeaders;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.EscalationKind;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Judges a history. It is fed the records of all topics: those of one partition in their order, the
 * partitions in any, for what has to agree across partitions is compared only at the end. A run and
 * its actions lie in one scope and so in one partition of the results, whose order is the order of
 * the decisions.
 */
final class Judge {
  private static final int LONGEST_RUN_ID = 255;

  private final Topics topics;
  private final long dedupWindowMs;
  private final Spans spans;
  private final Findings findings = new Findings();
  private final Deliveries deliveries;
  private final Actions actions;
  private final Runs runs = new Runs(findings);
  private final Pairs effects;
  private final Pairs conflicts;
  private final Pairs overdue;
  private final Set<Fingerprint> readEffects = new HashSet<>();
  private final Map<Fingerprint, Place> asOnlyReads = new HashMap<>();
  private final OffsetSet arrived = new OffsetSet();
  private final OffsetSet answered = new OffsetSet();
  private final Set<Place> hopeless = new HashSet<>();
  private final Map<Place, Place> deadLetters = new HashMap<>();
  private final Map<Place, Place> outcomeConflicts = new HashMap<>();
  private final Map<String, Consumer<Seen>> byTopic = new HashMap<>();

  /**
   * @param dedupWindowMs how long the gate remembers a key, in milliseconds
   * @param spans what is judged of each partition; may be told more until {@link #judge}
   */
  Judge(Topics topics, long dedupWindowMs, Spans spans) {
    this.topics = topics;
    this.dedupWindowMs = dedupWindowMs;
    this.spans = spans;
    deliveries = new Deliveries(topics.commands(), spans, findings);
    actions = new Actions(topics.outcomes(), topics.results(), dedupWindowMs, spans, findings);
    effects =
        new Pairs(
            Invariant.I1,
            "effect",
            topics.effects(),
            "result that lets it through",
            topics.results());
    conflicts =
        new Pairs(
            Invariant.I7,
            "conflict event",
            topics.conflicts(),
            "CONFLICT decision",
            topics.results());
    overdue =
        new Pairs(
            Invariant.I7, "escalation", topics.escalations(), "OVERDUE result", topics.results());
    byTopic.put(topics.commands(), this::command);
    byTopic.put(topics.outcomes(), this::outcome);
    byTopic.put(topics.controls(), this::control);
    byTopic.put(topics.effects(), this::effect);
    byTopic.put(topics.results(), this::result);
    byTopic.put(topics.conflicts(), this::conflict);
    byTopic.put(topics.runCounts(), this::counts);
    byTopic.put(topics.circuits(), this::circuit);
    byTopic.put(topics.deadLetters(), this::deadLetter);
    byTopic.put(topics.escalations(), this::escalation);
  }

  /** Takes one record. */
  void see(Seen record) {
    Consumer<Seen> reader = byTopic.get(record.at().topic());
    if (reader == null) {
      throw new IllegalArgumentException("no topic of the gate: " + record.at());
    }
    reader.accept(record);
  }

  private void command(Seen record) {
    ActionCommand command = record.as(ActionCommand.class);
    boolean canBeJudged =
        command != null
            && !command.getRunId().isBlank()
            && command.getRunId().length() <= LONGEST_RUN_ID;
    deliveries.sent(record.at(), record.timestampMs(), canBeJudged ? command : null);
    if (canBeJudged && spans.cover(record.at())) {
      runs.sent(command.getRunId());
    }
  }

  private void outcome(Seen record) {
    arrived.add(record.at());
    ActionOutcome outcome = record.as(ActionOutcome.class);
    if (outcome == null || outcome.getScope().isBlank() || outcome.getIdempotencyKey().isBlank()) {
      hopeless.add(record.at());
    } else {
      actions.reported(outcome, record.timestampMs(), record.at());
    }
  }

  private void control(Seen record) {
    arrived.add(record.at());
    ControlCommand control = record.as(ControlCommand.class);
    if (control == null
        || control.getRunId().isBlank()
        || control.getType() == ControlType.UNKNOWN) {
      hopeless.add(record.at());
    } else if (control.getType() == ControlType.RELEASE
        || control.getType() == ControlType.SETTLE) {
      actions.ordered(control, record.timestampMs(), record.at());
    } else {
      runs.reset(control.getRunId());
    }
  }

  private void effect(Seen record) {
    ActionEffect effect = expected(record, ActionEffect.class);
    if (effect == null) {
      return;
    }
    Fingerprint name =
        permission(
            effect.getScope(),
            effect.getIdempotencyKey(),
            effect.getAttempt(),
            effect.getRunId(),
            effect.getRunSeq(),
            effect.getTool(),
            Place.of(effect.getCommand()));
    effects.left(name, record.at());
    if (effect.getSideEffectClass() == SideEffectClass.READ && effect.getAttempt() > 1) {
      readEffects.add(name);
    }
  }

  private void result(Seen record) {
    ActionResult result = expected(record, ActionResult.class);
    if (result == null) {
      return;
    }
    runs.told(result, record.at());
    String key = result.getIdempotencyKey();
    if (result.getEvent() == ResultEvent.DECIDED && result.getDecision() != null) {
      decided(result, result.getDecision(), key, record.at());
    } else if (key == null
        || result.getEvent() == ResultEvent.UNKNOWN
        || result.getEvent() == ResultEvent.DECIDED) {
      findings.violated(
          Invariant.I2,
          "the result at %s says %s without its decision or key",
          record.at(),
          result.getEvent());
    } else {
      actions.followed(result, key, record.at());
      if (result.getEvent() == ResultEvent.OVERDUE) {
        overdue.right(
            overdueName(result.getScope(), key, result.getEffectAttempt(), result.getCommand()),
            record.at());
      }
    }
  }

  private void decided(ActionResult result, Decision decision, @Nullable String key, Place at) {
    deliveries.decided(result, at);
    Place command = Place.of(result.getCommand());
    if (!spans.cover(command)) {
      runs.reachesOut(result);
    }
    if (key != null) {
      actions.decided(result, key, at);
    }
    if (decision == Decision.UNKNOWN) {
      findings.violated(Invariant.I2, "the decision at %s is UNKNOWN", at);
    }
    Integer attempt = result.getEffectAttempt();
    if (attempt != null) {
      Fingerprint name =
          permission(
              result.getScope(),
              key,
              attempt,
              result.getRunId(),
              result.getRunSeq(),
              result.getTool(),
              command);
      effects.right(name, at);
      if (decision == Decision.INDETERMINATE) {
        asOnlyReads.put(name, at);
      }
    }
    if (decision == Decision.CONFLICT) {
      conflicts.right(Fingerprint.of(result.getScope(), key, command), at);
    }
  }

  private void conflict(Seen record) {
    ConflictEvent conflict = expected(record, ConflictEvent.class);
    if (conflict == null) {
      return;
    }
    Place second = Place.of(conflict.getSecond());
    if (conflict.getKind() == ConflictKind.PAYLOAD) {
      conflicts.left(
          Fingerprint.of(conflict.getScope(), conflict.getIdempotencyKey(), second), record.at());
    } else {
      if (!answered.add(second)) {
        findings.violated(
            Invariant.I7,
            "outcome %s has another conflict or dead letter at %s",
            second,
            record.at());
      }
      outcomeConflicts.put(second, record.at());
    }
  }

  private void counts(Seen record) {
    RunCallCounts counts = expected(record, RunCallCounts.class);
    if (counts != null) {
      runs.published(counts, record.at());
    }
  }

  private void circuit(Seen record) {
    if (record.content() == null) {
      return;
    }
    CircuitEvent event = expected(record, CircuitEvent.class);
    if (event != null) {
      runs.turned(event, record.at());
    }
  }

  private void escalation(Seen record) {
    Escalation escalation = expected(record, Escalation.class);
    if (escalation != null && escalation.getKind() == EscalationKind.OVERDUE) {
      overdue.left(
          overdueName(
              escalation.getScope(),
              escalation.getIdempotencyKey(),
              escalation.getAttempt(),
              escalation.getCommand()),
          record.at());
    }
  }

  private void deadLetter(Seen record) {
    Place of = deadPlace(record);
    if (of == null) {
      findings.violated(
          Invariant.I7, "the dead letter at %s does not say where it lay", record.at());
    } else if (of.topic().equals(topics.commands())) {
      deliveries.dead(of, record.at());
    } else {
      if (!answered.add(of)) {
        findings.violated(
            Invariant.I7, "%s has another conflict or dead letter at %s", of, record.at());
      }
      deadLetters.put(of, record.at());
    }
  }

  private static @Nullable Place deadPlace(Seen record) {
    String topic = header(record, GateHeaders.DEAD_TOPIC);
    String partition = header(record, GateHeaders.DEAD_PARTITION);
    String offset = header(record, GateHeaders.DEAD_OFFSET);
    if (topic == null || partition == null || offset == null) {
      return null;
    }
    try {
      return new Place(topic, Integer.parseInt(partition), Long.parseLong(offset));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable String header(Seen record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private <T> @Nullable T expected(Seen record, Class<T> type) {
    T value = record.as(type);
    if (value == null) {
      findings.violated(
          Invariant.I7,
          "the record at %s is %s where %s is expected",
          record.at(),
          record.described(),
          type.getSimpleName());
    }
    return value;
  }

  private static Fingerprint permission(
      String scope,
      @Nullable String key,
      int attempt,
      String runId,
      long runSeq,
      @Nullable String tool,
      Place command) {
    return Fingerprint.of(scope, key, attempt, runId, runSeq, tool, command);
  }

  private static Fingerprint overdueName(
      String scope, String key, @Nullable Integer attempt, RecordCoordinates command) {
    return Fingerprint.of(scope, key, attempt, Place.of(command));
  }

  /** Whether all that must have an answer has one: if not, the gate may be still at work. */
  boolean complete() {
    return deliveries.complete()
        && actions.complete(answered)
        && effects.complete()
        && overdue.complete();
  }

  /** Adds to the report what limits the judgement. */
  void note(String words) {
    findings.note(words);
  }

  /** Judges what was seen; to be called once. */
  Report judge() {
    deliveries.judge(dedupWindowMs);
    effects.judge(findings);
    asOnlyReads.forEach(
        (name, at) -> {
          if (!readEffects.contains(name)) {
            findings.violated(
                Invariant.I1, "INDETERMINATE at %s lets something through that is no READ", at);
          }
        });
    conflicts.judge(findings);
    overdue.judge(findings);
    actions.judge(answered);
    runs.judge(spans.beginAtZero(topics.commands()));
    judgeWhatWasPutAside();
    return findings.report();
  }

  private void judgeWhatWasPutAside() {
    deadLetters.forEach(
        (of, at) -> {
          if (spans.cover(of) && !arrived.contains(of)) {
            findings.violated(
                Invariant.I7, "the dead letter at %s names %s, which is not there", at, of);
          }
        });
    outcomeConflicts.forEach(
        (of, at) -> {
          if (spans.cover(of) && !arrived.contains(of)) {
            findings.violated(
                Invariant.I7,
                "the conflict event at %s names outcome %s, which is not there",
                at,
                of);
          }
        });
    for (Place at : hopeless) {
      if (spans.cover(at)) {
        findings.checked(Invariant.I7, 1);
        if (!answered.contains(at)) {
          findings.violated(Invariant.I7, "%s cannot be acted on and has no dead letter", at);
        }
      }
    }
  }
}
