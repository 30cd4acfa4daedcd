package dev.oncegate.core.guard;

import dev.oncegate.core.intake.Digest256;

/**
 * A call as evidence.
 *
 * @param argsHash SHA-256 of the canonical arguments
 * @param atMs event time, in epoch milliseconds
 * @param runSeq run_seq of the call's result
 */
public record RecentCall(String tool, Digest256 argsHash, long atMs, long runSeq) {}
