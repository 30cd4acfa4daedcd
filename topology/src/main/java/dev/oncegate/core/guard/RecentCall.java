package dev.oncegate.core.guard;

/**
 * A call as evidence.
 *
 * @param argsHash SHA-256 of the canonical arguments, 64 hexadecimal digits
 * @param atMs event time, in epoch milliseconds
 * @param runSeq run_seq of the call's result
 */
public record RecentCall(String tool, String argsHash, long atMs, long runSeq) {}
