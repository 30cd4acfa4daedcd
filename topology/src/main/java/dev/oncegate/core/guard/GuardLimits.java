package dev.oncegate.core.guard;

/**
 * What a run may do before its circuit opens. A limit of N lets N pass and trips at the next;
 * {@link #OFF} switches a limit off.
 *
 * @param maxCalls calls of the run since its budgets were last renewed
 * @param maxCallsPerWindow calls in any sliding window of {@code rateWindowMs}
 * @param rateWindowMs length of the sliding window, in milliseconds of event time, from 10; counted
 *     in tenths
 * @param maxRepetitions calls with the same tool and arguments since the last state change
 * @param maxRepeatedFailures failing answers to the same tool and arguments since their last
 *     success, or since another call changed the state
 * @param maxConflicts calls that use a known key for another payload
 * @param maxRetries deliveries of an action whose key the agent itself sent and which is known
 * @param coolDownMs how long an open circuit stays so before it lets trial calls through, in
 *     milliseconds; 0: until a control resets it
 * @param halfOpenTrials effects let through, and successes asked for, in the half-open state; from
 *     1
 * @param maxFingerprints how many different (tool, arguments) are remembered for a run; beyond it
 *     the one not seen for longest is forgotten, so that a hostile run costs no more memory than an
 *     honest one
 * @param evidenceCalls how many of the last calls a circuit event shows
 */
public record GuardLimits(
    long maxCalls,
    long maxCallsPerWindow,
    long rateWindowMs,
    long maxRepetitions,
    long maxRepeatedFailures,
    long maxConflicts,
    long maxRetries,
    long coolDownMs,
    int halfOpenTrials,
    int maxFingerprints,
    int evidenceCalls) {

  /** A limit that never trips. */
  public static final long OFF = -1;

  static boolean exceeded(long count, long limit) {
    return limit != OFF && count > limit;
  }
}
