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
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.testbed.check.Pairs.Side;
import dev.oncegate.testbed.check.store.ColdStore;
import dev.oncegate.testbed.check.store.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Judges a history. It is fed the records of all topics: those of one partition in their order, the
 * partitions in any, and hands each to whom it concerns. A run and its actions lie in one scope and
 * so in one partition of the results, whose order is the order of the decisions.
 *
 * <p>What is judged of each partition must be said before its first record. Memory does not grow
 * with the history: see {@link ColdStore}.
 */
final class Judge implements AutoCloseable {
  private static final int LONGEST_RUN_ID = 255;

  private final Topics topics;
  private final Spans spans;
  private final Findings findings = new Findings();
  private final ColdStore store;
  private final Deliveries deliveries;
  private final Arrivals arrivals;
  private final Actions actions;
  private final Runs runs;
  private final Pairs effects;
  private final Pairs conflicts;
  private final Pairs overdue;
  private final Map<String, Consumer<Seen>> byTopic = new HashMap<>();

  /**
   * @param dedupWindowMs how long the gate remembers a key, in milliseconds
   * @param store is closed with the judge
   */
  Judge(Topics topics, long dedupWindowMs, Spans spans, ColdStore store) {
    this.topics = topics;
    this.spans = spans;
    this.store = store;
    deliveries = new Deliveries(topics.commands(), dedupWindowMs, spans, findings, store);
    arrivals = new Arrivals(topics.outcomes(), topics.controls(), spans, findings, store);
    actions =
        new Actions(
            new Attempts(dedupWindowMs, findings),
            new Replays(findings),
            new Outcomes(topics, arrivals, findings),
            store);
    runs = new Runs(topics, findings, store);
    effects =
        pairs(
            Invariant.I1,
            new Side("effect", topics.effects()),
            new Side("result that lets it through", topics.results()));
    conflicts =
        pairs(
            Invariant.I7,
            new Side("conflict event", topics.conflicts()),
            new Side("CONFLICT decision", topics.results()));
    overdue =
        pairs(
            Invariant.I7,
            new Side("escalation", topics.escalations()),
            new Side("OVERDUE result", topics.results()));
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

  private Pairs pairs(Invariant invariant, Side left, Side right) {
    return new Pairs(invariant, left, right, spans, findings, store);
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
    ActionOutcome outcome = record.as(ActionOutcome.class);
    if (outcome == null || outcome.getScope().isBlank() || outcome.getIdempotencyKey().isBlank()) {
      arrivals.hopeless(record.at());
    } else {
      arrivals.arrived(record.at());
      actions.reported(outcome, record.timestampMs(), record.at());
    }
  }

  private void control(Seen record) {
    ControlCommand control = record.as(ControlCommand.class);
    if (control == null
        || control.getRunId().isBlank()
        || control.getType() == ControlType.UNKNOWN) {
      arrivals.hopeless(record.at());
    } else if (control.getType() != ControlType.RELEASE
        && control.getType() != ControlType.SETTLE) {
      arrivals.harmless(record.at());
      runs.reset(control.getRunId());
    } else if (Actions.isOrder(control)) {
      arrivals.arrived(record.at());
      actions.ordered(control, record.timestampMs(), record.at());
    } else {
      arrivals.harmless(record.at());
    }
  }

  private void effect(Seen record) {
    ActionEffect effect = expected(record, ActionEffect.class);
    if (effect == null) {
      return;
    }
    Place command = Place.of(effect.getCommand());
    Fingerprint name =
        Fingerprint.of(
            effect.getScope(),
            effect.getIdempotencyKey(),
            effect.getAttempt(),
            effect.getRunId(),
            effect.getRunSeq(),
            effect.getTool(),
            command);
    boolean isRead = effect.getSideEffectClass() == SideEffectClass.READ;
    effects.left(command, name, isRead, record.at());
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
        Place command = Place.of(result.getCommand());
        Fingerprint name =
            Fingerprint.of(result.getScope(), key, result.getEffectAttempt(), command);
        overdue.right(command, name, false, record.at());
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
          Fingerprint.of(
              result.getScope(),
              key,
              attempt,
              result.getRunId(),
              result.getRunSeq(),
              result.getTool(),
              command);
      effects.right(command, name, decision == Decision.INDETERMINATE, at);
    }
    if (decision == Decision.CONFLICT) {
      conflicts.right(command, Fingerprint.of(result.getScope(), key, command), false, at);
    }
  }

  private void conflict(Seen record) {
    ConflictEvent conflict = expected(record, ConflictEvent.class);
    if (conflict == null) {
      return;
    }
    Place second = Place.of(conflict.getSecond());
    if (conflict.getKind() == ConflictKind.PAYLOAD) {
      Fingerprint name = Fingerprint.of(conflict.getScope(), conflict.getIdempotencyKey(), second);
      conflicts.left(second, name, false, record.at());
    } else {
      arrivals.answered(second, record.at());
      actions.accused(conflict, record.at());
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
      runs.forgotten(record.key(), record.at());
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
      Place command = Place.of(escalation.getCommand());
      Fingerprint name =
          Fingerprint.of(
              escalation.getScope(),
              escalation.getIdempotencyKey(),
              escalation.getAttempt(),
              command);
      overdue.left(command, name, false, record.at());
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
      arrivals.answered(of, record.at());
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

  /** Whether all that must have an answer has one: if not, the gate may be still at work. */
  boolean complete() {
    return deliveries.complete() && arrivals.complete() && effects.complete() && overdue.complete();
  }

  /** Adds to the report what limits the judgement. */
  void note(String words) {
    findings.note(words);
  }

  /**
   * Judges what was seen; to be called once.
   *
   * @param isQuiet whether nothing more comes: then also what is not judged has its other half
   */
  Report judge(boolean isQuiet) {
    deliveries.judge();
    effects.judge(isQuiet);
    conflicts.judge(isQuiet);
    overdue.judge(isQuiet);
    arrivals.judge();
    actions.judge(spans.beginAtZero(topics.outcomes()));
    runs.judge(spans.beginAtZero(topics.commands()), isQuiet);
    return findings.report();
  }

  @Override
  public void close() {
    store.close();
  }
}
