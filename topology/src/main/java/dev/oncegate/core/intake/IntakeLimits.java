package dev.oncegate.core.intake;

import java.util.Map;

/**
 * What a command may be.
 *
 * @param argsMaxBytes most bytes of UTF-8 in the arguments
 * @param maxSkewMs how far ahead of the gate's clock {@code issued_at} may be, in milliseconds
 * @param dedupWindowMs how long an action is remembered; an older command is EXPIRED
 * @param deadlineMs how long an executor has where the command does not say, in milliseconds
 * @param deadlineMsByTool the same for the named tools
 * @param deadlineMaxMs how long it may have at most, in milliseconds
 */
public record IntakeLimits(
    int argsMaxBytes,
    long maxSkewMs,
    long dedupWindowMs,
    long deadlineMs,
    Map<String, Long> deadlineMsByTool,
    long deadlineMaxMs) {

  public IntakeLimits {
    deadlineMsByTool = Map.copyOf(deadlineMsByTool);
  }

  long deadlineMsOf(String tool) {
    return deadlineMsByTool.getOrDefault(tool, deadlineMs);
  }
}
