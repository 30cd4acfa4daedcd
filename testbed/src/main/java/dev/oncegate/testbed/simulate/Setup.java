package dev.oncegate.testbed.simulate;

import dev.oncegate.config.GateConfig;
import dev.oncegate.config.GateKeys;
import dev.oncegate.core.intake.Scope;
import dev.oncegate.gate.store.ActionStore;
import java.util.Map;
import java.util.TreeMap;

/**
 * Under which circumstances a script is played.
 *
 * @param settings of the gate, under its configuration's own keys
 * @param partitions of each topic, with a task for each
 * @param startMs when the script begins, in epoch milliseconds
 * @param greatestSkewMs how far the clock of a task may be ahead or behind, in milliseconds
 * @param rocksDb whether stores lie in RocksDB, as in production, or in memory
 * @param brokersDelete whether brokers delete from the changelog of the actions what is older than
 *     its retention
 * @param timersFirst whether the timers of a task fire before the first record of each life. Only
 *     then the same input must give the same output with and without crashes: a task that starts
 *     after a long outage does what is overdue before its first record, one that was there all the
 *     time has done it earlier.
 */
record Setup(
    Map<String, String> settings,
    int partitions,
    long startMs,
    long greatestSkewMs,
    boolean rocksDb,
    boolean brokersDelete,
    boolean timersFirst,
    GateConfig config) {

  static Setup of(
      Map<String, String> settings,
      int partitions,
      long startMs,
      long greatestSkewMs,
      boolean rocksDb,
      boolean brokersDelete,
      boolean timersFirst) {
    return new Setup(
        new TreeMap<>(settings),
        partitions,
        startMs,
        greatestSkewMs,
        rocksDb,
        brokersDelete,
        timersFirst,
        GateConfig.of(settings));
  }

  long dedupWindowMs() {
    return config.getLong(GateKeys.DEDUP_WINDOW_MS);
  }

  long runRetentionMs() {
    return config.getLong(GateKeys.RUN_RETENTION_MS);
  }

  long deadlineMs() {
    return config.getLong(GateKeys.DEADLINE_MS);
  }

  long timersIntervalMs() {
    return config.getLong(GateKeys.TIMERS_INTERVAL_MS);
  }

  /**
   * Whether the same input must give the same output, to the last byte, with and without crashes.
   */
  boolean isComparable() {
    // What brokers delete from a changelog is missing only where that was needed.
    return timersFirst && !brokersDelete;
  }

  long countsEmitIntervalMs() {
    return config.getLong(GateKeys.COUNTS_EMIT_INTERVAL_MS);
  }

  Scope scope() {
    return config.scope();
  }

  /** As with topics that take as much as commands do. */
  int carriedMaxBytes() {
    return 1_048_588 + 65_536;
  }

  ActionStore.Kind actionStore() {
    return ActionStore.Kind.named(config.getString(GateKeys.ACTIONS_STORE));
  }

  /** The same, with the stores elsewhere. */
  Setup withRocksDb(boolean other) {
    return new Setup(
        settings, partitions, startMs, greatestSkewMs, other, brokersDelete, timersFirst, config);
  }

  @Override
  public String toString() {
    return "%d partitions, from %d, clocks %d ms off at most, stores in %s%s%s, %s"
        .formatted(
            partitions,
            startMs,
            greatestSkewMs,
            rocksDb ? "RocksDB" : "memory",
            brokersDelete ? ", brokers delete" : "",
            timersFirst ? ", timers first" : "",
            settings);
  }
}
