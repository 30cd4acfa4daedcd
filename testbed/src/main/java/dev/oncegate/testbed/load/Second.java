package dev.oncegate.testbed.load;

/**
 * What was measured in one second of a run, from outside, as a read_committed reader sees it.
 *
 * @param atMs its beginning, in milliseconds since the run began
 * @param sent commands acknowledged by the brokers
 * @param decided decisions read
 * @param p50Ms of the time from a command's acknowledgement to its decision, in milliseconds; 0
 *     where none was read
 * @param p99Ms likewise
 * @param maxMs likewise
 */
public record Second(long atMs, long sent, long decided, long p50Ms, long p99Ms, long maxMs) {}
