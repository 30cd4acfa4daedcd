package dev.oncegate.gate;

/**
 * How far one store of one partition is that is being restored from its changelog.
 *
 * @param restored records applied since it began
 * @param remaining how many offsets the changelog is ahead: a few more than records, for the ends
 *     of transactions take offsets too
 */
public record Restore(String store, int partition, long restored, long remaining) {}
