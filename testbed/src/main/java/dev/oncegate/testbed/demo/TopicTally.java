package dev.oncegate.testbed.demo;

import dev.oncegate.gate.GateHeaders;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.serde.RecordNotReadableException;
import dev.oncegate.testbed.agents.Agent;
import dev.oncegate.testbed.agents.Attempt;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what lies on the topics, record by record, in whatever order the topics are read. Safe for
 * use by several threads.
 */
final class TopicTally {
  private static final String NOBODY = "somebody";

  private final Topics topics;
  private final Deserializer<SpecificRecord> avro;
  private final Chronicle chronicle;
  private final Map<String, Counts> byAgent = new LinkedHashMap<>();
  private final Map<String, String> agentOfRun = new HashMap<>();
  private final Map<Decision, Long> decisions = new EnumMap<>(Decision.class);
  private final Map<String, Long> decidedByRun = new HashMap<>();
  private final Map<String, Long> publishedByRun = new HashMap<>();
  private final Set<Attempt> permitted = new HashSet<>();
  private final Set<Attempt> ended = new HashSet<>();
  private final Set<String> told = new HashSet<>();
  private long effects;
  private long conflicts;
  private long tripped;
  private long deadLetters;
  private long deadCommands;

  private static final class Counts {
    final String does;
    final Set<String> runs = new HashSet<>();
    final Set<String> stopped = new HashSet<>();
    long sent;
    long effects;
    long prevented;
    long conflicts;

    Counts(String does) {
      this.does = does;
    }
  }

  /**
   * A tally of nothing.
   *
   * @param cast the agents whose runs are told apart; records of other runs count in the totals
   *     only
   */
  TopicTally(
      Topics topics, Deserializer<SpecificRecord> avro, List<Agent> cast, Chronicle chronicle) {
    this.topics = topics;
    this.avro = avro;
    this.chronicle = chronicle;
    for (Agent agent : cast) {
      byAgent.put(agent.name(), new Counts(agent.does()));
      for (int round = 1; round <= agent.rounds(); round++) {
        agentOfRun.put(agent.runId(round), agent.name());
      }
    }
    byAgent.put(NOBODY, new Counts(""));
  }

  /**
   * Counts one record.
   *
   * @return the value; null where there is none or it cannot be read
   */
  synchronized @Nullable SpecificRecord accept(ConsumerRecord<byte[], byte[]> record) {
    SpecificRecord value = read(record);
    String topic = record.topic();
    if (topic.equals(topics.commands())) {
      command(record, value);
    } else if (topic.equals(topics.deadLetters())) {
      deadLetter(record);
    } else if (value instanceof ActionResult result) {
      result(result);
    } else if (value instanceof ActionEffect effect) {
      effects++;
      permitted.add(Attempt.of(effect));
    } else if (value instanceof ConflictEvent conflict) {
      conflict(conflict);
    } else if (value instanceof CircuitEvent circuit) {
      circuit(circuit);
    } else if (value instanceof RunCallCounts counts) {
      publishedByRun.merge(counts.getRunId(), counts.getTotal().getCalls(), Math::max);
    }
    return value;
  }

  private @Nullable SpecificRecord read(ConsumerRecord<byte[], byte[]> record) {
    try {
      return avro.deserialize(record.topic(), record.value());
    } catch (RecordNotReadableException e) {
      return null;
    }
  }

  private void command(ConsumerRecord<byte[], byte[]> record, @Nullable SpecificRecord value) {
    String run = value instanceof ActionCommand command ? command.getRunId() : text(record.key());
    Counts counts = countsOf(run);
    counts.sent++;
    counts.runs.add(run);
  }

  private void deadLetter(ConsumerRecord<byte[], byte[]> record) {
    deadLetters++;
    String topic = header(record, GateHeaders.DEAD_TOPIC);
    if (topic.equals(topics.commands())) {
      deadCommands++;
    }
    String key = text(record.key());
    tellOnce(
        Event.Kind.WARNING,
        key,
        "dead letter of %s: %s".formatted(topic, header(record, GateHeaders.CAUSE)));
  }

  private void result(ActionResult result) {
    Counts counts = countsOf(result.getRunId());
    Decision decision = result.getDecision();
    if (result.getEvent() == ResultEvent.DECIDED && decision != null) {
      decisions.merge(decision, 1L, Long::sum);
      decidedByRun.merge(result.getRunId(), 1L, Long::sum);
      count(counts, decision, result.getEffectAttempt() != null);
      return;
    }
    String key = result.getIdempotencyKey();
    Integer attempt = result.getEffectAttempt();
    if (key == null || attempt == null) {
      return;
    }
    switch (result.getEvent()) {
      case SETTLED -> ended.add(new Attempt(result.getScope(), key, attempt));
      case RELEASED -> {
        ended.add(new Attempt(result.getScope(), key, attempt));
        tell(
            Event.Kind.NEWS,
            result.getRunId(),
            "an operator releases '%s': it did not happen".formatted(key));
      }
      case OVERDUE ->
          tell(
              Event.Kind.WARNING,
              result.getRunId(),
              "'%s' is overdue: nobody knows whether it happened".formatted(key));
      case DECIDED, UNKNOWN -> {
        // DECIDED is dealt with above; UNKNOWN is newer than this reader.
      }
    }
  }

  private static void count(Counts counts, Decision decision, boolean effect) {
    if (effect) {
      counts.effects++;
    } else if (decision == Decision.CONFLICT) {
      counts.conflicts++;
    } else if (isDuplicate(decision)) {
      counts.prevented++;
    }
  }

  private static boolean isDuplicate(Decision decision) {
    return decision == Decision.REPLAYED
        || decision == Decision.IN_PROGRESS
        || decision == Decision.INDETERMINATE;
  }

  private void conflict(ConflictEvent conflict) {
    conflicts++;
    String words =
        switch (conflict.getKind()) {
          case OUTCOME -> "two outcomes of '%s' disagree";
          case PAYLOAD, UNKNOWN -> "key '%s' comes with another payload";
        };
    tellOnce(
        Event.Kind.WARNING, conflict.getRunId(), words.formatted(conflict.getIdempotencyKey()));
  }

  private void circuit(CircuitEvent circuit) {
    if (circuit.getState() == CircuitState.OPEN) {
      tripped++;
      countsOf(circuit.getRunId()).stopped.add(circuit.getRunId());
      tell(
          Event.Kind.STOP,
          circuit.getRunId(),
          "circuit opens: %s, %d where %d are allowed"
              .formatted(
                  circuit.getCause(), orZero(circuit.getCount()), orZero(circuit.getLimit())));
    }
  }

  private static long orZero(@Nullable Long number) {
    return number == null ? 0 : number;
  }

  private Counts countsOf(String run) {
    Counts counts = byAgent.get(agentOfRun.getOrDefault(run, NOBODY));
    if (counts == null) {
      throw new IllegalStateException("an agent without a line");
    }
    return counts;
  }

  private void tell(Event.Kind kind, String who, String text) {
    chronicle.tell(kind, who, text);
  }

  /** The same of the same run is no news. */
  private void tellOnce(Event.Kind kind, String who, String text) {
    if (told.add(who + ": " + text)) {
      tell(kind, who, text);
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : text(header.value());
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** All agents together. */
  synchronized Totals totals() {
    long decided = decisions.values().stream().mapToLong(Long::longValue).sum();
    long open = permitted.stream().filter(attempt -> !ended.contains(attempt)).count();
    long behind =
        decidedByRun.entrySet().stream()
            .filter(run -> publishedByRun.getOrDefault(run.getKey(), 0L) < run.getValue())
            .count();
    long sent = byAgent.values().stream().mapToLong(counts -> counts.sent).sum();
    long prevented = byAgent.values().stream().mapToLong(counts -> counts.prevented).sum();
    return new Totals(
        sent,
        effects,
        prevented,
        conflicts,
        tripped,
        deadLetters,
        decisions,
        Math.max(0, sent - decided - deadCommands),
        open,
        behind);
  }

  /** Each agent of the cast, in its order. */
  synchronized List<AgentLine> lines() {
    return byAgent.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(NOBODY))
        .map(entry -> line(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static AgentLine line(String name, Counts counts) {
    return new AgentLine(
        name,
        counts.does,
        counts.sent,
        counts.effects,
        counts.prevented,
        counts.conflicts,
        counts.runs.size(),
        counts.stopped.size());
  }
}
