package dev.oncegate.testbed.check;

import dev.oncegate.gate.GateHeaders;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** An honest history, in the order in which it was written, that is spoilt in a random place. */
final class TamperedHistory {
  private final List<Seen> records;
  private final List<Seen> honest;
  private final Random random;
  private final Map<Object, CircuitState> circuits = new HashMap<>();

  TamperedHistory(List<Seen> honest, Random random) {
    this.honest = honest;
    this.records = new ArrayList<>(honest);
    this.random = random;
    noteCircuits();
  }

  List<Seen> records() {
    return records;
  }

  /** The state in which each call met the circuit. */
  private void noteCircuits() {
    Map<String, CircuitState> now = new HashMap<>();
    for (Seen record : honest) {
      CircuitEvent event = record.as(CircuitEvent.class);
      ActionResult result = record.as(ActionResult.class);
      if (event != null) {
        now.put(event.getRunId(), event.getState());
      } else if (record.at().topic().equals(HonestGate.TOPICS.circuits())) {
        now.remove(String.valueOf(record.key()));
      } else if (result != null && result.getDecision() == Decision.CIRCUIT_OPEN) {
        circuits.put(result.getCommand(), now.getOrDefault(result.getRunId(), CircuitState.CLOSED));
      }
    }
  }

  boolean isStopped(ActionResult result) {
    CircuitState met = circuits.get(result.getCommand());
    return result.getDecision() == Decision.CIRCUIT_OPEN
        && (met == CircuitState.OPEN || met == CircuitState.FORCED_OPEN);
  }

  boolean isRefusedHalfOpen(ActionResult result) {
    return result.getDecision() == Decision.CIRCUIT_OPEN
        && circuits.get(result.getCommand()) == CircuitState.HALF_OPEN
        && !trips(result);
  }

  /** Whether a call is the very one that trips. */
  boolean trips(ActionResult result) {
    return result.getDecision() == Decision.CIRCUIT_OPEN
        && !isStopped(result)
        && count(
                CircuitEvent.class,
                event ->
                    event.getCause() == CircuitCause.TOTAL_CALLS
                        && event.getRunId().equals(result.getRunId())
                        && event.getChangedAt().equals(result.getDecidedAt())
                        && event.getAfterRunSeq() == result.getRunSeq())
            > 0;
  }

  boolean isFirstOfItsRun(CircuitEvent event) {
    return Histories.first(
                honest, CircuitEvent.class, other -> other.getRunId().equals(event.getRunId()))
            .as(CircuitEvent.class)
        == event;
  }

  /** Whether counts of the same life follow. */
  boolean isFollowedByMore(RunCallCounts counts) {
    return !counts.getFinal$()
        && count(
                RunCallCounts.class,
                other ->
                    other.getRunId().equals(counts.getRunId())
                        && isAfter(other, counts)
                        && other.getRunSeq() > 0)
            > 0;
  }

  private boolean isAfter(RunCallCounts one, RunCallCounts other) {
    return indexOf(one) > indexOf(other);
  }

  private int indexOf(SpecificRecord value) {
    for (int i = 0; i < honest.size(); i++) {
      if (honest.get(i).content() instanceof Seen.Readable readable && readable.value() == value) {
        return i;
      }
    }
    throw new IllegalArgumentException("not in this history: " + value);
  }

  boolean hasOneLife(ActionResult result) {
    return hasOneLife(result.getScope(), String.valueOf(result.getIdempotencyKey()));
  }

  /** Whether a key was never sent anew. */
  boolean hasOneLife(String scope, String key) {
    return count(
            ActionResult.class,
            result ->
                isOf(result, scope, key)
                    && Integer.valueOf(1).equals(result.getEffectAttempt())
                    && result.getDecision() == Decision.ACCEPTED)
        == 1;
  }

  private static boolean isOf(ActionResult result, String scope, String key) {
    return result.getScope().equals(scope) && key.equals(result.getIdempotencyKey());
  }

  /**
   * Whether no result of the action says what the outcome says that a conflict names: else it could
   * have come later, and have agreed.
   */
  boolean isAgainstAllThatIsTold(ConflictEvent conflict) {
    ActionOutcome outcome =
        honest.stream()
            .filter(record -> record.at().equals(Place.of(conflict.getSecond())))
            .map(record -> record.as(ActionOutcome.class))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow();
    Ending said = Ending.of(outcome);
    return hasOneLife(conflict.getScope(), conflict.getIdempotencyKey())
        && count(
                ActionResult.class,
                result ->
                    result.getEvent() == ResultEvent.SETTLED
                        && isOf(result, conflict.getScope(), conflict.getIdempotencyKey())
                        && isSame(Objects.requireNonNull(result.getStoredOutcome()), said))
            == 0;
  }

  private static boolean isSame(StoredOutcome told, Ending said) {
    long essence = Ending.of(told).digest().essence();
    return essence == said.digest().essence() || essence == said.exhausted().digest().essence();
  }

  /** Whether no other result of the action tells the same ending. */
  boolean isToldOnce(ActionResult settled) {
    return count(
            ActionResult.class,
            other ->
                other.getEvent() == ResultEvent.SETTLED
                    && isOf(other, settled.getScope(), String.valueOf(settled.getIdempotencyKey())))
        == 1;
  }

  /** Whether nobody else said the same of the attempt. */
  boolean isSaidOnce(ActionOutcome outcome) {
    return count(
            ActionOutcome.class,
            other ->
                other.getScope().equals(outcome.getScope())
                    && other.getIdempotencyKey().equals(outcome.getIdempotencyKey()))
        == 1;
  }

  /** Whether a result tells what an outcome says. */
  boolean isTold(ActionOutcome outcome) {
    return count(
            ActionResult.class,
            result ->
                result.getEvent() == ResultEvent.SETTLED
                    && isOf(result, outcome.getScope(), outcome.getIdempotencyKey())
                    && Objects.equals(
                        Ending.of(Objects.requireNonNull(result.getStoredOutcome())),
                        Ending.of(outcome)))
        > 0;
  }

  /** Whether no result tells anything else of its action. */
  boolean isToldAlone(ActionOutcome outcome) {
    return hasOneLife(outcome.getScope(), outcome.getIdempotencyKey())
        && count(
                ActionResult.class,
                result ->
                    result.getEvent() == ResultEvent.SETTLED
                        && isOf(result, outcome.getScope(), outcome.getIdempotencyKey()))
            == 1
        && count(
                ConflictEvent.class,
                conflict ->
                    conflict.getScope().equals(outcome.getScope())
                        && conflict.getIdempotencyKey().equals(outcome.getIdempotencyKey()))
            == 0;
  }

  <T> long count(Class<T> type, Predicate<T> which) {
    return honest.stream()
        .filter(record -> record.as(type) != null && which.test(record.as(type)))
        .count();
  }

  <T> @Nullable T oneOf(Class<T> type, Predicate<T> which) {
    int index = pick(record -> record.as(type) != null && which.test(record.as(type)));
    return index < 0 ? null : records.get(index).as(type);
  }

  <T> boolean loseOne(Class<T> type, Predicate<T> which) {
    return lose(pick(record -> record.as(type) != null && which.test(record.as(type))));
  }

  /** Loses the dead letter of a record that lay at such a place. */
  boolean loseDeadLetter(Predicate<Place> which) {
    return lose(
        pick(
            record ->
                record.at().topic().equals(HonestGate.TOPICS.deadLetters())
                    && which.test(placeOf(record.headers()))));
  }

  private static Place placeOf(Headers deadLetter) {
    return new Place(
        text(deadLetter, GateHeaders.DEAD_TOPIC),
        Integer.parseInt(text(deadLetter, GateHeaders.DEAD_PARTITION)),
        Long.parseLong(text(deadLetter, GateHeaders.DEAD_OFFSET)));
  }

  private static String text(Headers headers, String name) {
    return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Whether an outcome lies there whose key never had an effect. */
  boolean isOutcomeOfNoEffect(Place at) {
    return honest.stream()
        .filter(record -> record.at().equals(at))
        .map(record -> record.as(ActionOutcome.class))
        .anyMatch(
            outcome ->
                outcome != null
                    && count(
                            ActionEffect.class,
                            effect ->
                                effect.getScope().equals(outcome.getScope())
                                    && effect
                                        .getIdempotencyKey()
                                        .equals(outcome.getIdempotencyKey()))
                        == 0);
  }

  private boolean lose(int index) {
    if (index >= 0) {
      records.remove(index);
    }
    return index >= 0;
  }

  <T> boolean repeatOne(Class<T> type, Predicate<T> which) {
    return repeat(pick(record -> record.as(type) != null && which.test(record.as(type))));
  }

  boolean repeatOne(String topic) {
    return repeat(pick(record -> record.at().topic().equals(topic)));
  }

  private boolean repeat(int index) {
    if (index < 0) {
      return false;
    }
    List<Seen> more = Histories.twice(records, records.get(index));
    records.add(more.get(more.size() - 1));
    return true;
  }

  <T extends SpecificRecord> boolean alterOne(
      Class<T> type, Predicate<T> which, Consumer<T> change) {
    int index = pick(record -> record.as(type) != null && which.test(record.as(type)));
    return index >= 0 && alter(index, type, change);
  }

  <T extends SpecificRecord> boolean alterAll(
      Class<T> type, Predicate<T> which, Consumer<T> change) {
    boolean any = false;
    for (int i = 0; i < records.size(); i++) {
      T value = records.get(i).as(type);
      any |= value != null && which.test(value) && alter(i, type, change);
    }
    return any;
  }

  <T extends SpecificRecord> boolean alterAt(
      RecordCoordinates at, Class<T> type, Consumer<T> change) {
    int index = pick(record -> record.at().equals(Place.of(at)));
    return index >= 0 && alter(index, type, change);
  }

  private <T extends SpecificRecord> boolean alter(int index, Class<T> type, Consumer<T> change) {
    Seen record = records.get(index);
    T value = Objects.requireNonNull(record.as(type));
    T copy = type.cast(SpecificData.get().deepCopy(value.getSchema(), value));
    change.accept(copy);
    records.set(
        index,
        new Seen(
            record.at(),
            record.timestampMs(),
            record.headers(),
            record.key(),
            new Seen.Readable(copy)));
    return true;
  }

  /** Lets a call through that was not, with result and effect. */
  boolean letThrough(Predicate<ActionResult> which, Decision decision, int attempt) {
    int index = pick(seen -> seen.as(ActionResult.class) != null && which.test(asResult(seen)));
    if (index < 0) {
      return false;
    }
    alter(
        index,
        ActionResult.class,
        result -> {
          result.setDecision(decision);
          result.setEffectAttempt(attempt);
          result.setTool("tool");
          result.setValidUntil(result.getDecidedAt().plusMillis(HonestGate.WINDOW_MS));
        });
    ActionResult result = asResult(records.get(index));
    ActionEffect effect =
        ActionEffect.newBuilder()
            .setScope(result.getScope())
            .setRunId(result.getRunId())
            .setTool("tool")
            .setArgs("{}")
            .setArgsHash("")
            .setSideEffectClass(SideEffectClass.WRITE)
            .setIdempotencyKey(result.getIdempotencyKey())
            .setAttempt(attempt)
            .setDeadlineAt(Instant.ofEpochMilli(0))
            .setDecidedAt(result.getDecidedAt())
            .setRunSeq(result.getRunSeq())
            .setCommand(result.getCommand())
            .build();
    add(HonestGate.TOPICS.effects(), new Seen.Readable(effect));
    return true;
  }

  private static ActionResult asResult(Seen record) {
    return Objects.requireNonNull(record.as(ActionResult.class));
  }

  /** A conflict event that names an outcome. */
  boolean accuseOne(Predicate<ActionOutcome> which) {
    int index =
        pick(
            record ->
                record.as(ActionOutcome.class) != null
                    && which.test(record.as(ActionOutcome.class)));
    if (index < 0) {
      return false;
    }
    Place at = records.get(index).at();
    ActionOutcome outcome = Objects.requireNonNull(records.get(index).as(ActionOutcome.class));
    ConflictEvent conflict =
        ConflictEvent.newBuilder()
            .setKind(ConflictKind.OUTCOME)
            .setScope(outcome.getScope())
            .setRunId(outcome.getRunId())
            .setIdempotencyKey(outcome.getIdempotencyKey())
            .setFirstHash("1")
            .setSecondHash("2")
            .setSecond(new RecordCoordinates(at.topic(), at.partition(), at.offset()))
            .setFirstSeenAt(Instant.ofEpochMilli(0))
            .setDetectedAt(Instant.ofEpochMilli(0))
            .build();
    add(HonestGate.TOPICS.conflicts(), new Seen.Readable(conflict));
    return true;
  }

  boolean addUnreadable(String topic) {
    add(topic, new Seen.Unreadable("?"));
    return true;
  }

  private void add(String topic, Seen.Content content) {
    records.add(new Seen(new Place(topic, 0, 1_000_000), 0, new RecordHeaders(), null, content));
  }

  private int pick(Predicate<Seen> which) {
    List<Integer> candidates = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      if (which.test(records.get(i))) {
        candidates.add(i);
      }
    }
    return candidates.isEmpty() ? -1 : candidates.get(random.nextInt(candidates.size()));
  }
}
