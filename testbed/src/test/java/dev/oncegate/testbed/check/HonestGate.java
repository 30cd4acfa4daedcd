package dev.oncegate.testbed.check;

import dev.oncegate.gate.GateHeaders;
import dev.oncegate.gate.Topics;
import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.CircuitCause;
import dev.oncegate.schema.CircuitEvent;
import dev.oncegate.schema.CircuitState;
import dev.oncegate.schema.ConflictEvent;
import dev.oncegate.schema.ConflictKind;
import dev.oncegate.schema.ControlCommand;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.Escalation;
import dev.oncegate.schema.EscalationKind;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.schema.TrustedSchemas;
import dev.oncegate.schema.WindowCounts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A gate in its simplest form, which keeps everything in maps and forgets nothing before its time:
 * makes honest histories for the judge. The scope is the run; there are two partitions.
 */
final class HonestGate {
  static {
    TrustedSchemas.trust();
  }

  static final Topics TOPICS = Topics.of("agent.", "oncegate");
  static final long WINDOW_MS = 86_400_000;
  static final int MAX_CALLS = 12;
  static final int MAX_ATTEMPTS = 3;
  static final int TRIALS = 2;

  private static final long COUNTS_WINDOW_MS = 60_000;

  /** What a run is. */
  private static final class Run {
    long seq;
    int budget;
    CircuitState circuit = CircuitState.CLOSED;
    long halfOpenSinceSeq;
    int trialsLeft;
    int trialsPassed;
    long[] total = new long[7];
    TreeMap<Long, long[]> unpublished = new TreeMap<>();
  }

  /** What an action is. */
  private static final class Action {
    String payload = "";
    SideEffectClass sideEffectClass = SideEffectClass.WRITE;
    String state = "UNCONFIRMED";
    int attempt;
    long validUntilMs;
    RecordCoordinates command = new RecordCoordinates("", 0, 0L);
    @Nullable StoredOutcome stored;
    String reported = "";
    long effectSeq;
    final Set<Integer> gaveUpUnanswered = new HashSet<>();
  }

  private final List<Seen> records = new ArrayList<>();
  private final Map<String, Long> ends = new HashMap<>();
  private final Map<String, Run> runs = new HashMap<>();
  private final Map<String, Action> actions = new HashMap<>();
  private final long windowMs;
  private long nowMs = 1_760_000_000_000L;
  private long aheadMs;

  HonestGate() {
    this(WINDOW_MS);
  }

  /**
   * @param windowMs how long keys are remembered, in milliseconds
   */
  HonestGate(long windowMs) {
    this.windowMs = windowMs;
  }

  long windowMs() {
    return windowMs;
  }

  /** From now on the gate's clock is so much ahead of everybody else's; behind where negative. */
  void clockJumps(long aheadMs) {
    this.aheadMs = aheadMs;
  }

  /** The gate's clock. */
  private long clockMs() {
    return nowMs + aheadMs;
  }

  /** Everything happens that a gate can do, in runs of their own. */
  void doEverythingOnce() {
    send("r", "paid", "pay");
    send("r", "paid", "pay");
    report("r", "paid", 1, OutcomeStatus.SUCCEEDED, "receipt");
    report("r", "paid", 1, OutcomeStatus.SUCCEEDED, "receipt");
    report("r", "paid", 1, OutcomeStatus.FAILED, "no money");
    send("r", "paid", "pay");
    send("r", "paid", "pay twice");
    publish("r");
    send("r", "flaky", "call");
    report("r", "flaky", 1, OutcomeStatus.FAILED_TRANSIENT, "503");
    send("r", "flaky", "call");
    report("r", "flaky", 2, OutcomeStatus.FAILED_TRANSIENT, "503");
    pass(90_000);
    send("r", "flaky", "call");
    report("r", "flaky", 3, OutcomeStatus.FAILED_TRANSIENT, "503");
    publish("r");
    sendGarbage();
    for (int i = 0; i < MAX_CALLS; i++) {
      send("loop", "k" + i, "poll");
    }
    send("loop", "one too many", "poll");
    reset("loop");
    send("loop", "again", "poll");
    publish("loop");
    send("s", "lost", "write", SideEffectClass.WRITE, false, 0);
    miss("s", "lost");
    release("s", "lost", 1);
    send("s", "lost", "write");
    send("s", "seen", "look", SideEffectClass.READ, false, 0);
    miss("s", "seen");
    send("s", "seen", "look", SideEffectClass.READ, false, 0);
    settle("s", "seen", 2, "by hand");
    send("s", "gone", "delete", SideEffectClass.DESTRUCTIVE, false, 0);
    send("s", "gone", "delete", SideEffectClass.DESTRUCTIVE, true, 0);
    send("s", "old", "late", SideEffectClass.WRITE, false, windowMs + 5);
    report("nobody", "nothing", 1, OutcomeStatus.SUCCEEDED, "?");
    forget("s");
    pass(windowMs + 1);
    send("s", "lost", "write");
    send("t", "free", "write");
    miss("t", "free");
    release("t", "free", 1);
    publish("t");
    publish("s");
    publish("r");
  }

  /** A run trips, cools down, and closes its circuit by trials that succeed; another is refused. */
  void recover(String run) {
    for (int i = 0; i <= MAX_CALLS; i++) {
      send(run, "before " + i, "poll");
    }
    send(run, "stopped", "poll");
    coolDown(run);
    for (int i = 0; i <= TRIALS; i++) {
      send(run, "trial " + i, "poll");
    }
    for (int i = 0; i < TRIALS; i++) {
      report(run, "trial " + i, 1, OutcomeStatus.SUCCEEDED, "done");
    }
    send(run, "after", "poll");
    publish(run);
  }

  /** A run trips, cools down, and is refused what is too much for a half-open circuit. */
  void waitHalfOpen(String run) {
    for (int i = 0; i <= MAX_CALLS; i++) {
      send(run, "before " + i, "poll");
    }
    coolDown(run);
    for (int i = 0; i <= TRIALS; i++) {
      send(run, "trial " + i, "poll");
    }
    publish(run);
  }

  /** All records so far, in the order in which they were written. */
  List<Seen> records() {
    return records;
  }

  /** The last attempt that was let through; 0 where none was. */
  int attemptOf(String run, String key) {
    Action action = actions.get(run + "/" + key);
    return action == null ? 0 : action.attempt;
  }

  void pass(long ms) {
    nowMs += ms;
  }

  long nowMs() {
    return nowMs;
  }

  /** A command of class WRITE, as of now. */
  void send(String run, String key, String payload) {
    send(run, key, payload, SideEffectClass.WRITE, false, 0);
  }

  /** A command that was written {@code ageMs} ago. */
  void send(
      String run,
      String key,
      String payload,
      SideEffectClass sideEffectClass,
      boolean commit,
      long ageMs) {
    nowMs++;
    long writtenMs = nowMs - ageMs;
    long eventTimeMs = Math.min(writtenMs, clockMs());
    ActionCommand command =
        ActionCommand.newBuilder()
            .setRunId(run)
            .setTool(payload)
            .setIdempotencyKey(key)
            .setSideEffectClass(sideEffectClass)
            .setCommit(commit)
            .build();
    RecordCoordinates at = write(TOPICS.commands(), run, command, writtenMs, new RecordHeaders());
    Run state = runs.computeIfAbsent(run, ignored -> new Run());
    state.budget++;
    ActionResult result = begin(run, state, at, eventTimeMs);
    result.setEvent(ResultEvent.DECIDED);
    boolean stopped = isStopped(state);
    boolean trips = !stopped && state.budget > MAX_CALLS;
    if (eventTimeMs < clockMs() - windowMs) {
      result.setIdempotencyKey(key);
      close(run, state, result, Decision.EXPIRED, 4);
    } else if (stopped || trips) {
      result.setIdempotencyKey(key);
      close(run, state, result, Decision.CIRCUIT_OPEN, 4);
    } else {
      result.setIdempotencyKey(key);
      decide(run, state, command, key, result, eventTimeMs);
    }
    if (trips) {
      turn(run, state, CircuitState.OPEN, CircuitCause.TOTAL_CALLS, (long) state.budget);
      publish(run, false);
    }
  }

  private static boolean isStopped(Run state) {
    return state.circuit == CircuitState.OPEN || state.circuit == CircuitState.FORCED_OPEN;
  }

  /** A half-open circuit lets through a few effects only. */
  private static boolean hasNoTrialLeft(Run state) {
    return state.circuit == CircuitState.HALF_OPEN && state.trialsLeft == 0;
  }

  private void decide(
      String run,
      Run state,
      ActionCommand command,
      String key,
      ActionResult result,
      long eventTimeMs) {
    Action action = actions.get(run + "/" + key);
    if (action == null || eventTimeMs > action.validUntilMs) {
      boolean asks = command.getSideEffectClass() == SideEffectClass.DESTRUCTIVE;
      if (!asks && hasNoTrialLeft(state)) {
        close(run, state, result, Decision.CIRCUIT_OPEN, 4);
        return;
      }
      action = new Action();
      action.payload = command.getTool();
      action.sideEffectClass = command.getSideEffectClass();
      action.validUntilMs = clockMs() + windowMs;
      actions.put(run + "/" + key, action);
      if (!asks) {
        letThrough(run, state, command, action, result, Decision.ACCEPTED);
      } else {
        result.setValidUntil(Instant.ofEpochMilli(action.validUntilMs));
        close(run, state, result, Decision.CONFIRMATION_REQUIRED, 5);
      }
      return;
    }
    if (!action.payload.equals(command.getTool())
        || action.sideEffectClass != command.getSideEffectClass()) {
      conflict(ConflictKind.PAYLOAD, run, key, result.getCommand());
      close(run, state, result, Decision.CONFLICT, 3);
      return;
    }
    result.setValidUntil(Instant.ofEpochMilli(action.validUntilMs));
    switch (action.state) {
      case "UNCONFIRMED" -> {
        if (command.getCommit()) {
          letThrough(run, state, command, action, result, Decision.ACCEPTED);
        } else {
          close(run, state, result, Decision.CONFIRMATION_REQUIRED, 5);
        }
      }
      case "PENDING" -> close(run, state, result, Decision.IN_PROGRESS, 2);
      case "OVERDUE" -> {
        if (command.getSideEffectClass() == SideEffectClass.READ) {
          letThrough(run, state, command, action, result, Decision.INDETERMINATE);
        } else {
          close(run, state, result, Decision.INDETERMINATE, 2);
        }
      }
      case "TRANSIENT", "RELEASED" ->
          letThrough(run, state, command, action, result, Decision.RETRIED);
      default -> {
        result.setReplayed(true);
        result.setStoredOutcome(action.stored);
        close(run, state, result, Decision.REPLAYED, 2);
      }
    }
  }

  private void letThrough(
      String run,
      Run state,
      ActionCommand command,
      Action action,
      ActionResult result,
      Decision decision) {
    if (hasNoTrialLeft(state)) {
      close(run, state, result, Decision.CIRCUIT_OPEN, 4);
      return;
    }
    state.trialsLeft--;
    if (action.state.equals("OVERDUE") || action.state.equals("RELEASED")) {
      action.gaveUpUnanswered.add(action.attempt);
    }
    action.effectSeq = result.getRunSeq();
    action.attempt++;
    action.state = "PENDING";
    action.command = result.getCommand();
    action.validUntilMs = clockMs() + windowMs;
    result.setEffectAttempt(action.attempt);
    result.setValidUntil(Instant.ofEpochMilli(action.validUntilMs));
    result.setTool(command.getTool());
    ActionEffect effect =
        ActionEffect.newBuilder()
            .setScope(run)
            .setRunId(run)
            .setTool(command.getTool())
            .setArgs("{}")
            .setArgsHash("")
            .setSideEffectClass(command.getSideEffectClass())
            .setIdempotencyKey(command.getIdempotencyKey())
            .setAttempt(action.attempt)
            .setDeadlineAt(Instant.ofEpochMilli(clockMs() + 1000))
            .setDecidedAt(Instant.ofEpochMilli(clockMs()))
            .setRunSeq(result.getRunSeq())
            .setCommand(result.getCommand())
            .build();
    write(TOPICS.effects(), run, effect, nowMs, new RecordHeaders());
    close(run, state, result, decision, 1);
  }

  /** An outcome for an attempt of an action. */
  void report(String run, String key, int attempt, OutcomeStatus status, String text) {
    nowMs++;
    ActionOutcome outcome =
        ActionOutcome.newBuilder()
            .setScope(run)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setAttempt(attempt)
            .setStatus(status)
            .setResult(text)
            .build();
    RecordCoordinates at = write(TOPICS.outcomes(), run, outcome, nowMs, new RecordHeaders());
    Action action = actions.get(run + "/" + key);
    boolean known = action != null && Math.min(nowMs, clockMs()) <= action.validUntilMs;
    if (!known || attempt < 1 || attempt > action.attempt) {
      deadLetter(at);
      return;
    }
    boolean waits = !List.of("FINAL", "TRANSIENT", "UNCONFIRMED").contains(action.state);
    if (attempt < action.attempt) {
      boolean open = waits || action.state.equals("TRANSIENT");
      if (status == OutcomeStatus.FAILED_TRANSIENT) {
        return;
      }
      if (open && action.gaveUpUnanswered.contains(attempt)) {
        settle(run, key, action, attempt, status, text);
      } else {
        compare(run, key, action, status + text, at);
      }
    } else if (waits) {
      settle(run, key, action, attempt, status, text);
    } else {
      compare(run, key, action, status + text, at);
    }
  }

  private void compare(
      String run, String key, Action action, String reported, RecordCoordinates at) {
    if (!reported.equals(action.reported)) {
      conflict(ConflictKind.OUTCOME, run, key, at);
    }
  }

  private void settle(
      String run, String key, Action action, int attempt, OutcomeStatus status, String text) {
    boolean isTransient = status == OutcomeStatus.FAILED_TRANSIENT;
    boolean exhausted = isTransient && action.attempt >= MAX_ATTEMPTS;
    action.reported = status + text;
    action.state = isTransient && !exhausted ? "TRANSIENT" : "FINAL";
    action.stored =
        StoredOutcome.newBuilder()
            .setStatus(exhausted ? OutcomeStatus.FAILED : status)
            .setAttempt(attempt)
            .setResult(text)
            .setErrorCode(exhausted ? "ATTEMPTS_EXHAUSTED" : null)
            .build();
    ActionResult result = follow(run, key, action, ResultEvent.SETTLED);
    result.setEffectAttempt(attempt);
    result.setStoredOutcome(action.stored);
    if (isTransient && !exhausted) {
      count(runs.get(run), 6, result.getEventTime().toEpochMilli(), false);
    }
    write(TOPICS.results(), run, result, nowMs, new RecordHeaders());
    learn(run, action, status == OutcomeStatus.SUCCEEDED);
  }

  /** An execution has ended, perhaps a trial. */
  private void learn(String run, Action action, boolean succeeded) {
    Run state = Objects.requireNonNull(runs.get(run));
    if (state.circuit != CircuitState.HALF_OPEN || action.effectSeq <= state.halfOpenSinceSeq) {
      return;
    }
    if (!succeeded) {
      turn(run, state, CircuitState.OPEN, CircuitCause.TRIAL_FAILED, null);
    } else if (++state.trialsPassed == TRIALS) {
      state.budget = 0;
      turn(run, state, CircuitState.CLOSED, CircuitCause.TRIALS_PASSED, null);
    }
  }

  /** The cool-down of a run is over, if its circuit is open. */
  void coolDown(String run) {
    nowMs++;
    Run state = runs.get(run);
    if (state == null || state.circuit != CircuitState.OPEN) {
      return;
    }
    state.budget = 0;
    state.trialsLeft = TRIALS;
    state.trialsPassed = 0;
    state.halfOpenSinceSeq = state.seq;
    turn(run, state, CircuitState.HALF_OPEN, CircuitCause.COOLED_DOWN, null);
  }

  /** The deadline of an action passes, if it waits for an outcome. */
  void miss(String run, String key) {
    nowMs++;
    Action action = actions.get(run + "/" + key);
    if (action == null || !action.state.equals("PENDING")) {
      return;
    }
    action.state = "OVERDUE";
    write(
        TOPICS.results(),
        run,
        follow(run, key, action, ResultEvent.OVERDUE),
        nowMs,
        new RecordHeaders());
    learn(run, action, false);
    Escalation escalation =
        Escalation.newBuilder()
            .setKind(EscalationKind.OVERDUE)
            .setScope(run)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setAttempt(action.attempt)
            .setTool(action.payload)
            .setSideEffectClass(action.sideEffectClass)
            .setMessage("")
            .setDeadlineAt(Instant.ofEpochMilli(nowMs))
            .setCommand(action.command)
            .setRaisedAt(Instant.ofEpochMilli(nowMs))
            .build();
    write(TOPICS.escalations(), run, escalation, nowMs, new RecordHeaders());
  }

  /** A control releases an action. */
  void release(String run, String key, int attempt) {
    nowMs++;
    RecordCoordinates at = control(ControlType.RELEASE, run, key, attempt, null);
    Action action = actions.get(run + "/" + key);
    boolean known =
        action != null
            && attempt == action.attempt
            && Math.min(nowMs, clockMs()) <= action.validUntilMs;
    if (!known || !(action.state.equals("OVERDUE") || action.state.equals("RELEASED"))) {
      deadLetter(at);
    } else if (action.state.equals("OVERDUE")) {
      action.state = "RELEASED";
      write(
          TOPICS.results(),
          run,
          follow(run, key, action, ResultEvent.RELEASED),
          nowMs,
          new RecordHeaders());
    }
  }

  /** A control settles an action as succeeded. */
  void settle(String run, String key, int attempt, String text) {
    nowMs++;
    StoredOutcome outcome =
        StoredOutcome.newBuilder()
            .setStatus(OutcomeStatus.SUCCEEDED)
            .setAttempt(attempt)
            .setResult(text)
            .build();
    RecordCoordinates at = control(ControlType.SETTLE, run, key, attempt, outcome);
    Action action = actions.get(run + "/" + key);
    boolean known =
        action != null
            && attempt >= 1
            && attempt == action.attempt
            && Math.min(nowMs, clockMs()) <= action.validUntilMs;
    if (known && !action.state.equals("FINAL")) {
      settle(run, key, action, attempt, OutcomeStatus.SUCCEEDED, text);
    } else if (!known || !action.reported.equals(OutcomeStatus.SUCCEEDED + text)) {
      deadLetter(at);
    }
  }

  /** A control opens the circuit of a run. */
  void stop(String run) {
    nowMs++;
    control(ControlType.FORCE_OPEN, run, null, null, null);
    Run state = runs.computeIfAbsent(run, ignored -> new Run());
    turn(run, state, CircuitState.FORCED_OPEN, CircuitCause.FORCED, null);
  }

  /** A control closes the circuit of a run. */
  void reset(String run) {
    nowMs++;
    control(ControlType.RESET, run, null, null, null);
    Run state = runs.computeIfAbsent(run, ignored -> new Run());
    state.budget = 0;
    turn(run, state, CircuitState.CLOSED, CircuitCause.RESET, null);
  }

  /** Bytes that are no command. */
  void sendGarbage() {
    nowMs++;
    RecordCoordinates at =
        append(TOPICS.commands(), "x", nowMs, new RecordHeaders(), new Seen.Unreadable("garbage"));
    deadLetter(at);
  }

  /** The counts of a run are due. */
  void publish(String run) {
    nowMs++;
    if (runs.containsKey(run)) {
      publish(run, false);
    }
  }

  /** A run is forgotten. */
  void forget(String run) {
    nowMs++;
    if (runs.containsKey(run)) {
      publish(run, true);
      nowMs++;
      runs.remove(run);
      append(TOPICS.circuits(), run, nowMs, new RecordHeaders(), null);
    }
  }

  private void publish(String run, boolean isFinal) {
    Run state = Objects.requireNonNull(runs.get(run));
    List<WindowCounts> windows = new ArrayList<>();
    state.unpublished.forEach(
        (start, counts) ->
            windows.add(
                new WindowCounts(
                    Instant.ofEpochMilli(start),
                    Instant.ofEpochMilli(start + COUNTS_WINDOW_MS),
                    of(counts))));
    state.unpublished.clear();
    RunCallCounts counts =
        RunCallCounts.newBuilder()
            .setRunId(run)
            .setScope(run)
            .setTotal(of(state.total))
            .setWindows(windows)
            .setCircuit(state.circuit)
            .setFinal$(isFinal)
            .setRunSeq(state.seq)
            .setLastCallAt(Instant.ofEpochMilli(nowMs))
            .setPublishedAt(Instant.ofEpochMilli(clockMs()))
            .build();
    write(TOPICS.runCounts(), run, counts, nowMs, new RecordHeaders());
  }

  private static CallCounts of(long[] c) {
    return new CallCounts(c[0], c[1], c[2], c[3], c[4], c[5], c[6]);
  }

  private void turn(
      String run, Run state, CircuitState to, CircuitCause cause, @Nullable Long count) {
    state.circuit = to;
    CircuitEvent event =
        CircuitEvent.newBuilder()
            .setRunId(run)
            .setScope(run)
            .setState(to)
            .setCause(cause)
            .setMessage("")
            .setLimit(count == null ? null : count - 1)
            .setCount(count)
            .setLastCalls(List.of())
            .setAfterRunSeq(state.seq)
            .setChangedAt(Instant.ofEpochMilli(clockMs()))
            .build();
    write(TOPICS.circuits(), run, event, nowMs, new RecordHeaders());
  }

  private void conflict(ConflictKind kind, String run, String key, RecordCoordinates second) {
    ConflictEvent conflict =
        ConflictEvent.newBuilder()
            .setKind(kind)
            .setScope(run)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setFirstHash("1")
            .setSecondHash("2")
            .setSecond(second)
            .setFirstSeenAt(Instant.ofEpochMilli(nowMs))
            .setDetectedAt(Instant.ofEpochMilli(nowMs))
            .build();
    write(TOPICS.conflicts(), run, conflict, nowMs, new RecordHeaders());
  }

  private RecordCoordinates control(
      ControlType type,
      String run,
      @Nullable String key,
      @Nullable Integer attempt,
      @Nullable StoredOutcome outcome) {
    ControlCommand control =
        ControlCommand.newBuilder()
            .setControlId("c")
            .setType(type)
            .setRunId(run)
            .setIdempotencyKey(key)
            .setAttempt(attempt)
            .setOutcome(outcome)
            .setReason("")
            .setIssuedBy("")
            .build();
    return write(TOPICS.controls(), run, control, nowMs, new RecordHeaders());
  }

  private void deadLetter(RecordCoordinates of) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(GateHeaders.DEAD_TOPIC, bytes(of.getTopic()));
    headers.add(GateHeaders.DEAD_PARTITION, bytes(String.valueOf(of.getPartition())));
    headers.add(GateHeaders.DEAD_OFFSET, bytes(String.valueOf(of.getOffset())));
    append(TOPICS.deadLetters(), "x", nowMs, headers, new Seen.Unreadable("as it came"));
  }

  private ActionResult follow(String run, String key, Action action, ResultEvent event) {
    ActionResult result =
        begin(
            run,
            runs.computeIfAbsent(run, ignored -> new Run()),
            action.command,
            Math.min(nowMs, clockMs()));
    result.setEvent(event);
    result.setIdempotencyKey(key);
    result.setEffectAttempt(action.attempt);
    result.setValidUntil(Instant.ofEpochMilli(action.validUntilMs));
    return result;
  }

  private ActionResult begin(String run, Run state, RecordCoordinates command, long eventTimeMs) {
    return ActionResult.newBuilder()
        .setScope(run)
        .setRunId(run)
        .setRunSeq(++state.seq)
        .setReason("")
        .setMessage("")
        .setCommand(command)
        .setEventTime(Instant.ofEpochMilli(eventTimeMs))
        .setDecidedAt(Instant.ofEpochMilli(clockMs()))
        .build();
  }

  private void close(String run, Run state, ActionResult result, Decision decision, int item) {
    result.setDecision(decision);
    count(state, item, result.getEventTime().toEpochMilli(), true);
    write(TOPICS.results(), run, result, nowMs, new RecordHeaders());
  }

  private static void count(Run state, int item, long eventTimeMs, boolean isCall) {
    long start = Math.floorDiv(eventTimeMs, COUNTS_WINDOW_MS) * COUNTS_WINDOW_MS;
    long[] window = state.unpublished.computeIfAbsent(start, ignored -> new long[7]);
    state.total[item]++;
    window[item]++;
    if (isCall) {
      state.total[0]++;
      window[0]++;
    }
  }

  private RecordCoordinates write(
      String topic, String key, SpecificRecord value, long timestampMs, Headers headers) {
    return append(topic, key, timestampMs, headers, new Seen.Readable(value));
  }

  private RecordCoordinates append(
      String topic, String key, long timestampMs, Headers headers, Seen.@Nullable Content content) {
    int partition = Math.floorMod(key.hashCode(), 2);
    // Every other offset: between them lie the markers of the transactions.
    long offset = ends.merge(topic + partition, 2L, Long::sum) - 2;
    records.add(new Seen(new Place(topic, partition, offset), timestampMs, headers, key, content));
    return new RecordCoordinates(topic, partition, offset);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
