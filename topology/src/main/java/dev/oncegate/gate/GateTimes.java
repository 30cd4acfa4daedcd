package dev.oncegate.gate;

/**
 * The gate's spans of time, all in milliseconds.
 *
 * @param dedupWindowMs how long an action is remembered
 * @param timersIntervalMs how often deadlines are looked at
 * @param countsEmitIntervalMs how often the counts of an active run are published at most
 * @param countsWindowMs length of a tumbling window of the counts
 * @param runRetentionMs how long an idle run is remembered
 */
record GateTimes(
    long dedupWindowMs,
    long timersIntervalMs,
    long countsEmitIntervalMs,
    long countsWindowMs,
    long runRetentionMs) {}
