package dev.oncegate.testbed.torture;

/**
 * A fault as it happened.
 *
 * @param target what it was thrown at, such as "gate-2"
 * @param fromMs when it began, in milliseconds since the run began
 * @param toMs when what was broken had been put right, in milliseconds since the run began
 */
public record Mark(FaultKind kind, String target, long fromMs, long toMs) {}
