package dev.oncegate.testbed.check;

import static dev.oncegate.testbed.check.HonestGate.TOPICS;

import dev.oncegate.schema.ActionCommand;
import dev.oncegate.schema.ActionEffect;
import dev.oncegate.schema.ActionOutcome;
import dev.oncegate.schema.ActionResult;
import dev.oncegate.schema.CallCounts;
import dev.oncegate.schema.Decision;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.RecordCoordinates;
import dev.oncegate.schema.ResultEvent;
import dev.oncegate.schema.RunCallCounts;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.schema.StoredOutcome;
import dev.oncegate.schema.WindowCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * An honest history of any length, made while it is judged, to see what the judge needs for it.
 *
 * <p>Many runs are active at a time, each of {@value #CALLS} calls; seven of ten calls are new and
 * get their outcome at once, the others ask again for any earlier key of their run.
 */
final class LongHistory {
  private static final int CALLS = 40;
  private static final int PARTITIONS = 4;
  private static final Instant FAR = Instant.ofEpochMilli(4_000_000_000_000L);

  private static final class Run {
    final String id;
    final int partition;
    final List<RecordCoordinates> keys = new ArrayList<>();
    long seq;
    int calls;

    Run(long number) {
      id = "run-" + number;
      partition = (int) (number % PARTITIONS);
    }
  }

  private final HistoryCheck check;
  private final Random random = new Random(1);
  private final Run[] active;
  private final Map<String, long[]> ends = new HashMap<>();
  private final RecordHeaders noHeaders = new RecordHeaders();
  private long nowMs = 1_760_000_000_000L;
  private long runs;
  private long records;

  /**
   * @param activeRuns how many runs call at a time
   */
  LongHistory(HistoryCheck check, int activeRuns) {
    this.check = check;
    this.active = new Run[activeRuns];
    for (int i = 0; i < activeRuns; i++) {
      active[i] = new Run(runs++);
    }
  }

  /** Goes on until there are so many records. */
  void play(long upTo) {
    while (records < upTo) {
      int chosen = random.nextInt(active.length);
      call(active[chosen]);
      if (active[chosen].calls == CALLS) {
        end(active[chosen]);
        active[chosen] = new Run(runs++);
      }
    }
  }

  /** Ends the runs that are active. */
  void end() {
    for (Run run : active) {
      end(run);
    }
  }

  long records() {
    return records;
  }

  private void call(Run run) {
    nowMs++;
    run.calls++;
    boolean isNew = run.keys.isEmpty() || random.nextInt(10) < 7;
    int number = isNew ? run.keys.size() : random.nextInt(run.keys.size());
    String key = "key-" + number;
    ActionCommand command = new ActionCommand();
    command.setRunId(run.id);
    command.setTool("tool");
    command.setIdempotencyKey(key);
    RecordCoordinates at = write(TOPICS.commands(), run, command);
    ActionResult result = result(run, key, at);
    result.setEvent(ResultEvent.DECIDED);
    result.setTool("tool");
    if (isNew) {
      run.keys.add(at);
      result.setDecision(Decision.ACCEPTED);
      result.setEffectAttempt(1);
      write(TOPICS.results(), run, result);
      execute(run, key, at, result.getRunSeq());
    } else {
      result.setDecision(Decision.REPLAYED);
      result.setReplayed(true);
      result.setStoredOutcome(outcome(run, key));
      write(TOPICS.results(), run, result);
    }
  }

  private void execute(Run run, String key, RecordCoordinates at, long seq) {
    ActionEffect effect = new ActionEffect();
    effect.setScope(run.id);
    effect.setRunId(run.id);
    effect.setTool("tool");
    effect.setSideEffectClass(SideEffectClass.WRITE);
    effect.setIdempotencyKey(key);
    effect.setAttempt(1);
    effect.setRunSeq(seq);
    effect.setCommand(at);
    write(TOPICS.effects(), run, effect);
    StoredOutcome stored = outcome(run, key);
    ActionOutcome outcome = new ActionOutcome();
    outcome.setScope(run.id);
    outcome.setRunId(run.id);
    outcome.setIdempotencyKey(key);
    outcome.setAttempt(1);
    outcome.setStatus(stored.getStatus());
    outcome.setResult(stored.getResult());
    write(TOPICS.outcomes(), run, outcome);
    ActionResult settled = result(run, key, at);
    settled.setEvent(ResultEvent.SETTLED);
    settled.setEffectAttempt(1);
    settled.setStoredOutcome(stored);
    write(TOPICS.results(), run, settled);
  }

  private void end(Run run) {
    CallCounts counted =
        new CallCounts(
            (long) run.calls,
            (long) run.keys.size(),
            (long) (run.calls - run.keys.size()),
            0L,
            0L,
            0L,
            0L);
    RunCallCounts counts = new RunCallCounts();
    counts.setScope(run.id);
    counts.setRunId(run.id);
    counts.setTotal(counted);
    counts.setWindows(
        run.calls == 0 ? List.of() : List.of(new WindowCounts(Instant.EPOCH, FAR, counted)));
    counts.setFinal$(true);
    counts.setRunSeq(run.seq);
    counts.setPublishedAt(Instant.ofEpochMilli(nowMs));
    write(TOPICS.runCounts(), run, counts);
  }

  private ActionResult result(Run run, String key, RecordCoordinates command) {
    ActionResult result = new ActionResult();
    result.setScope(run.id);
    result.setRunId(run.id);
    result.setRunSeq(++run.seq);
    result.setIdempotencyKey(key);
    result.setCommand(command);
    result.setEventTime(Instant.ofEpochMilli(nowMs));
    result.setDecidedAt(Instant.ofEpochMilli(nowMs));
    result.setValidUntil(FAR);
    return result;
  }

  private static StoredOutcome outcome(Run run, String key) {
    StoredOutcome outcome = new StoredOutcome();
    outcome.setStatus(OutcomeStatus.SUCCEEDED);
    outcome.setAttempt(1);
    outcome.setResult(run.id + key);
    return outcome;
  }

  private RecordCoordinates write(String topic, Run run, SpecificRecord value) {
    long offset = ends.computeIfAbsent(topic, ignored -> new long[PARTITIONS])[run.partition]++;
    check.see(topic, run.partition, offset, nowMs, noHeaders, run.id, value);
    records++;
    return new RecordCoordinates(topic, run.partition, offset);
  }

  /**
   * Judges a long history and prints what it took; the heap is bounded from outside, by {@code
   * -Xmx}.
   *
   * @param arguments how many million records; how many runs are active at a time
   */
  public static void main(String... arguments) throws IOException {
    long upTo = Long.parseLong(arguments[0]) * 1_000_000;
    long began = System.nanoTime();
    try (HistoryCheck check = HistoryCheck.of(TOPICS, HonestGate.WINDOW_MS)) {
      LongHistory history = new LongHistory(check, Integer.parseInt(arguments[1]));
      for (long part = upTo / 10; part < upTo; part += upTo / 10) {
        history.play(part);
        System.out.printf(
            "%,d records after %.0f s%n", history.records, (System.nanoTime() - began) / 1e9);
      }
      history.play(upTo);
      history.end();
      double fed = (System.nanoTime() - began) / 1e9;
      Report report = check.judge();
      double judged = (System.nanoTime() - began) / 1e9;
      System.out.printf(
          "%,d records: fed in %.0f s, judged in %.0f s, %,.0f records/s; holds: %s %s%n",
          history.records,
          fed,
          judged - fed,
          history.records / judged,
          report.holds(),
          report.figures());
      System.out.println(report.counterExamples());
    }
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      lines.filter(line -> line.startsWith("VmHWM")).forEach(System.out::println);
    }
  }
}
