package dev.oncegate.testbed.simulate;

import dev.oncegate.config.GateKeys;
import dev.oncegate.schema.ControlType;
import dev.oncegate.schema.OutcomeStatus;
import dev.oncegate.schema.SideEffectClass;
import dev.oncegate.testbed.simulate.Step.Again;
import dev.oncegate.testbed.simulate.Step.Commit;
import dev.oncegate.testbed.simulate.Step.Confirm;
import dev.oncegate.testbed.simulate.Step.Crash;
import dev.oncegate.testbed.simulate.Step.DieAtWrite;
import dev.oncegate.testbed.simulate.Step.Garbage;
import dev.oncegate.testbed.simulate.Step.OrderAction;
import dev.oncegate.testbed.simulate.Step.OrderRun;
import dev.oncegate.testbed.simulate.Step.Report;
import dev.oncegate.testbed.simulate.Step.ReportUnknown;
import dev.oncegate.testbed.simulate.Step.Send;
import dev.oncegate.testbed.simulate.Step.Tick;
import dev.oncegate.testbed.simulate.Step.Wait;
import dev.oncegate.testbed.simulate.Step.WaitForDeadline;
import dev.oncegate.testbed.simulate.Step.WaitForMultiple;
import dev.oncegate.testbed.simulate.Step.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a script from a seed. Runs, keys and tools are few, so that they meet often; times are
 * taken from where something changes: deadlines, window edges, and a millisecond beside them.
 */
final class Author {
  private static final long SOME_DAY_MS = 1_795_521_600_000L;
  private static final long DAY_MS = 86_400_000;
  private static final long YEAR_MS = 365 * DAY_MS;
  private static final List<String> TOOLS = List.of("read", "book", "wipe");
  private static final List<SideEffectClass> CLASSES =
      List.of(SideEffectClass.READ, SideEffectClass.WRITE, SideEffectClass.DESTRUCTIVE);

  /** One in so many scripts is played on RocksDB, which takes longer to open. */
  private static final int ROCKS_DB = 50;

  private final long seed;
  private final SplittableRandom random;
  private final SplittableRandom orders;
  private final Setup setup;
  private final int runs;
  private final int keys;
  private final int args;
  private final int tools;
  private final boolean odd;

  private Author(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.orders = random.split();
    this.setup = setup(random.split());
    this.runs = 1 + random.nextInt(3);
    this.keys = 1 + random.nextInt(4);
    this.args = 1 + random.nextInt(3);
    this.tools = 1 + random.nextInt(TOOLS.size());
    this.odd = random.nextInt(3) > 0;
  }

  /** The script of a seed. */
  static Script write(long seed) {
    return new Author(seed).script();
  }

  private static Setup setup(SplittableRandom random) {
    long windowMs = oneOf(random, 60_000L, 600_000L, DAY_MS);
    Map<String, String> settings = new TreeMap<>();
    settings.put(GateKeys.SCOPE, oneOf(random, "run", "run", "agent", "tenant"));
    settings.put(GateKeys.DEDUP_WINDOW_MS, String.valueOf(windowMs));
    settings.put(GateKeys.DEADLINE_MAX_MS, String.valueOf(windowMs));
    settings.put(
        GateKeys.DEADLINE_MS,
        String.valueOf(oneOf(random, windowMs / 60, windowMs / 6, windowMs / 2)));
    settings.put(
        GateKeys.CONFIRMATION_TTL_MS, String.valueOf(oneOf(random, windowMs / 10, windowMs)));
    settings.put(GateKeys.ISSUED_AT_MAX_SKEW_MS, String.valueOf(windowMs / 12));
    settings.put(GateKeys.RUN_RETENTION_MS, String.valueOf(windowMs * oneOf(random, 2, 3)));
    settings.put(GateKeys.COUNTS_EMIT_INTERVAL_MS, String.valueOf(oneOf(random, 0, 1_000, 5_000)));
    settings.put(GateKeys.COUNTS_WINDOW_MS, String.valueOf(oneOf(random, 1_000, 60_000)));
    settings.put(GateKeys.ATTEMPTS_MAX, String.valueOf(1 + random.nextInt(3)));
    settings.put(GateKeys.ARGS_MAX_BYTES, "1024");
    settings.put(GateKeys.RESULT_MAX_BYTES, "100");
    if (random.nextInt(3) > 0) {
      limits(random, settings);
    }
    boolean skewed = random.nextInt(4) == 0;
    int partitions = 1 + random.nextInt(2);
    long startMs =
        SOME_DAY_MS + random.nextLong(3 * DAY_MS) / 1_000 * 1_000 + oneOf(random, -1, 0, 1);
    long skewMs = skewed ? oneOf(random, 500L, windowMs / 3) : 0;
    boolean rocksDb = random.nextInt(ROCKS_DB) == 0;
    boolean brokersDelete = random.nextInt(3) == 0;
    boolean timersFirst = random.nextInt(4) > 0;
    settings.put(GateKeys.ACTIONS_STORE, oneOf(random, "compact", "streams"));
    return Setup.of(settings, partitions, startMs, skewMs, rocksDb, brokersDelete, timersFirst);
  }

  private static void limits(SplittableRandom random, Map<String, String> settings) {
    settings.put(GateKeys.GUARD_MAX_CALLS, String.valueOf(5 + random.nextInt(20)));
    settings.put(GateKeys.GUARD_MAX_CALLS_PER_WINDOW, String.valueOf(3 + random.nextInt(10)));
    settings.put(GateKeys.GUARD_MAX_REPETITIONS, String.valueOf(1 + random.nextInt(5)));
    settings.put(GateKeys.GUARD_MAX_REPEATED_FAILURES, String.valueOf(1 + random.nextInt(4)));
    settings.put(GateKeys.GUARD_MAX_CONFLICTS, String.valueOf(1 + random.nextInt(4)));
    settings.put(GateKeys.GUARD_MAX_RETRIES, String.valueOf(1 + random.nextInt(12)));
    settings.put(GateKeys.GUARD_COOL_DOWN_MS, String.valueOf(oneOf(random, 0, 2_000, 30_000)));
    settings.put(GateKeys.GUARD_HALF_OPEN_TRIALS, String.valueOf(1 + random.nextInt(3)));
    settings.put(GateKeys.GUARD_MAX_FINGERPRINTS, String.valueOf(oneOf(random, 1, 2, 64)));
    settings.put(GateKeys.GUARD_EVIDENCE_CALLS, String.valueOf(random.nextInt(4)));
  }

  private Script script() {
    int length = 20 + random.nextInt(80);
    List<Step> steps = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      steps.add(step());
    }
    return new Script(seed, setup, steps, random.nextBoolean());
  }

  private Step step() {
    int dice = random.nextInt(100);
    if (dice < 22) {
      return send();
    } else if (dice < 30) {
      return new Again(far(), age(), wrong());
    } else if (dice < 34) {
      return new Confirm(far(), random.nextInt(5) > 0, age(), wrong());
    } else if (dice < 46) {
      return report();
    } else if (dice < 52) {
      return order();
    } else if (dice < 54) {
      return garbage();
    } else if (dice < 76) {
      return new Work(task(), 1 + random.nextInt(6), orders.nextLong(1_000));
    } else if (dice < 81) {
      return new Tick(task());
    } else if (dice < 88) {
      return new Commit(task());
    } else if (dice < 91) {
      return new Crash(task(), skew());
    } else if (dice < 93) {
      return new DieAtWrite(task(), 1 + random.nextInt(12));
    }
    return pause();
  }

  private Step send() {
    int tool = random.nextInt(tools);
    boolean otherClass = rarely();
    return new Send(
        "run-" + random.nextInt(runs),
        owner(),
        TOOLS.get(tool),
        CLASSES.get(otherClass ? random.nextInt(CLASSES.size()) : tool),
        args(),
        key(),
        age(),
        rarely() ? oneOf(random, 0L, -setup.dedupWindowMs(), setup.dedupWindowMs() / 2) : null,
        rarely() ? oneOf(random, 0L, 1L, 1_000L, setup.dedupWindowMs()) : null,
        rarely() ? oneOf(random, 0L, 1L, 5_000L, setup.dedupWindowMs(), YEAR_MS) : null,
        rarely() && rarely() ? "ab".repeat(32) : null,
        wrong());
  }

  private @Nullable String owner() {
    return rarely() && rarely() ? null : "owner-" + random.nextInt(2);
  }

  private @Nullable String key() {
    int key = random.nextInt(keys + 1);
    if (odd && random.nextInt(40) == 0) {
      return oneOf(random, " ", "oncegate:mine", "k".repeat(256));
    }
    return key == keys ? null : "key-" + key;
  }

  private String args() {
    int number = random.nextInt(args);
    if (odd && random.nextInt(40) == 0) {
      return oneOf(random, "[1]", "{\"n\":0,\"n\":1}", "{\"n\":\"" + "x".repeat(1_100) + "\"}");
    }
    return (random.nextBoolean() ? "{\"n\":%d}" : "{ \"n\" : %d.0 }").formatted(number);
  }

  private Step report() {
    if (rarely() && rarely()) {
      return new ReportUnknown("run-" + random.nextInt(runs), "nobody knows");
    }
    OutcomeStatus status =
        oneOf(
            random,
            OutcomeStatus.SUCCEEDED,
            OutcomeStatus.SUCCEEDED,
            OutcomeStatus.FAILED,
            OutcomeStatus.FAILED_TRANSIENT,
            OutcomeStatus.FAILED_TRANSIENT);
    return new Report(
        near(),
        rarely() && rarely() ? OutcomeStatus.UNKNOWN : status,
        oneOf(random, null, "\"a\"", "\"b\"", rarely() ? "y".repeat(101) : "\"c\""),
        rarely() ? random.nextInt(3) - 1 : 0,
        rarely() ? random.nextBoolean() : null,
        pastAge(),
        wrong());
  }

  private Step order() {
    if (random.nextBoolean()) {
      ControlType type =
          oneOf(
              random,
              ControlType.RESET,
              ControlType.RESET,
              ControlType.FORCE_OPEN,
              ControlType.DISABLE,
              ControlType.ABORT,
              ControlType.UNKNOWN);
      return new OrderRun(type, "run-" + random.nextInt(runs), owner(), wrong());
    }
    OutcomeStatus status =
        oneOf(
            random,
            null,
            null,
            OutcomeStatus.SUCCEEDED,
            OutcomeStatus.FAILED,
            rarely() ? OutcomeStatus.FAILED_TRANSIENT : null);
    return new OrderAction(
        near(), status, "\"settled\"", rarely() ? random.nextInt(3) - 1 : 0, pastAge(), wrong());
  }

  private Step garbage() {
    String scope = random.nextBoolean() ? null : "run-" + random.nextInt(runs);
    return new Garbage(random.nextInt(3), scope, random.nextInt(4));
  }

  private Step pause() {
    long windowMs = setup.dedupWindowMs();
    return switch (random.nextInt(odd ? 10 : 7)) {
      case 0, 1, 2 -> new Wait(oneOf(random, 1L, 50L, 1_000L, 5_001L));
      case 3, 4 -> new WaitForDeadline(near(), random.nextInt(3) - 1L);
      case 5 -> new Wait(setup.deadlineMs() + random.nextInt(3) - 1);
      case 6 -> new Wait(windowMs / oneOf(random, 2, 3, 10));
      case 7 -> new WaitForMultiple(oneOf(random, windowMs, 2 * windowMs), random.nextInt(3) - 1L);
      case 8 -> new Wait(oneOf(random, 1, 2, 3, 5) * windowMs + random.nextInt(3) - 1);
      default -> new Wait(setup.runRetentionMs() + random.nextInt(3) - 1);
    };
  }

  private long age() {
    if (!odd || random.nextInt(5) > 0) {
      return random.nextInt(4) == 0 ? random.nextInt(2_000) : 0;
    }
    long windowMs = setup.dedupWindowMs();
    return oneOf(
        random,
        windowMs - 1,
        windowMs,
        windowMs + 1,
        windowMs / 2,
        2 * windowMs,
        3 * windowMs + 1,
        100 * YEAR_MS,
        -1L,
        -1_000L,
        -windowMs,
        -10 * YEAR_MS);
  }

  /**
   * What executors and reconcilers send is not of the future: the judge, who does not know when it
   * was read, would expect it to settle a later life of the same key.
   */
  private long pastAge() {
    return Math.max(0, age());
  }

  private long skew() {
    long greatest = setup.greatestSkewMs();
    return greatest == 0 ? 0 : random.nextLong(2 * greatest + 1) - greatest;
  }

  private int near() {
    return random.nextInt(3);
  }

  private int far() {
    return random.nextInt(8);
  }

  private int task() {
    return random.nextInt(setup.partitions());
  }

  private boolean wrong() {
    return random.nextInt(6) == 0;
  }

  private boolean rarely() {
    return random.nextInt(8) == 0;
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static <T extends @Nullable Object> T oneOf(SplittableRandom random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
