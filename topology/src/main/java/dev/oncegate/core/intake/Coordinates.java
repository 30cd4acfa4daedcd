package dev.oncegate.core.intake;

/**
 * Where a record lies, as its author wrote it.
 *
 * @param partition from 0
 * @param offset from 0
 */
public record Coordinates(String topic, int partition, long offset) {}
