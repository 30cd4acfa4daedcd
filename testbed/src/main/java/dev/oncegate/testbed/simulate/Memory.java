package dev.oncegate.testbed.simulate;

import dev.oncegate.core.intake.ActionId;
import dev.oncegate.core.ledger.ActionEntry;
import dev.oncegate.gate.store.ActionStore;
import dev.oncegate.gate.store.RunId;
import dev.oncegate.gate.store.RunStore;
import dev.oncegate.gate.store.Timer;
import dev.oncegate.gate.store.TimerStore;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/** What the stores of a task hold. */
final class Memory {
  private static final int REACH = 3;

  private final WindowStore<byte[], byte[]> actions;
  private final KeyValueStore<byte[], byte[]> runs;
  private final KeyValueStore<byte[], byte[]> timers;
  private final ActionStore actionStore;
  private final RunStore runStore;
  private final long windowMs;

  Memory(TopologyTestDriver driver, long windowMs) {
    this.windowMs = windowMs;
    actions = driver.getWindowStore(ActionStore.NAME);
    runs = driver.getKeyValueStore(RunStore.NAME);
    timers = driver.getKeyValueStore(TimerStore.NAME);
    actionStore = new ActionStore(actions, new TimerStore(timers), windowMs);
    runStore = new RunStore(runs);
  }

  /** What a record of a time would find of an action. */
  @Nullable ActionEntry action(ActionId id, long eventTimeMs) {
    return actionStore.find(id, eventTimeMs);
  }

  /** All actions with an entry, within reach or not. */
  Set<ActionId> actions() {
    Set<ActionId> ids = new LinkedHashSet<>();
    try (KeyValueIterator<Windowed<byte[]>, byte[]> entries = actions.all()) {
      while (entries.hasNext()) {
        ids.add(ActionId.fromBytes(entries.next().key.key()));
      }
    }
    return ids;
  }

  /** The last run_seq of a run; 0 where the run is not known. */
  long seqOf(String scope, String runId) {
    return runStore.get(new RunId(scope, runId)).seq();
  }

  /** Where look-ups end, in epoch milliseconds. */
  long reachMs() {
    return actionStore.newestBucketMs() - REACH * windowMs;
  }

  /** All that look-ups can reach, to the last byte, and the timers that stand. */
  TreeMap<String, String> contents() {
    TreeMap<String, String> contents = new TreeMap<>();
    HexFormat hex = HexFormat.of();
    try (KeyValueIterator<Windowed<byte[]>, byte[]> entries = actions.all()) {
      while (entries.hasNext()) {
        KeyValue<Windowed<byte[]>, byte[]> entry = entries.next();
        long start = entry.key.window().start();
        if (start >= reachMs()) {
          String key = "action %s in %d".formatted(ActionId.fromBytes(entry.key.key()), start);
          contents.put(key, hex.formatHex(entry.value));
        }
      }
    }
    addAll("run ", runs, contents);
    contents.put("newest bucket", String.valueOf(actionStore.newestBucketMs()));
    for (Timer timer : new TimerStore(timers).written()) {
      if (stands(timer)) {
        contents.put("timer " + timer, "");
      }
    }
    return contents;
  }

  /** A deadline that was taken off may still be written, and comes to nothing. */
  private boolean stands(Timer timer) {
    if (!(timer instanceof Timer.Deadline deadline)) {
      return true;
    }
    ActionEntry entry = actionStore.find(deadline.action(), deadline.dueMs());
    return entry != null
        && entry.status() == ActionEntry.Status.PENDING
        && entry.deadlineMs() == deadline.dueMs();
  }

  private static void addAll(
      String kind, KeyValueStore<byte[], byte[]> store, TreeMap<String, String> contents) {
    HexFormat hex = HexFormat.of();
    try (KeyValueIterator<byte[], byte[]> entries = store.all()) {
      while (entries.hasNext()) {
        KeyValue<byte[], byte[]> entry = entries.next();
        contents.put(kind + hex.formatHex(entry.key), hex.formatHex(entry.value));
      }
    }
  }
}
