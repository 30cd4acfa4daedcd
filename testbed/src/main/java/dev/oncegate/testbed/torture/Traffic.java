package dev.oncegate.testbed.torture;

import dev.oncegate.schema.Decision;
import dev.oncegate.testbed.load.Load;
import dev.oncegate.testbed.load.Second;
import java.util.List;
import java.util.Map;

/**
 * What went through the gate.
 *
 * @param commands that brokers acknowledged
 * @param decided decisions and dead letters read
 * @param undecided commands without a decision
 * @param unsettled effects without an end
 * @param leftOut commands that were due and not sent, for brokers stalled too long
 * @param failures records that brokers did not take in the end, by the kind of failure
 */
record Traffic(
    long commands,
    long decided,
    Map<Decision, Long> decisions,
    long deadLetters,
    long executions,
    long undecided,
    long unsettled,
    long leftOut,
    Map<String, Long> failures,
    List<Second> seconds) {

  static Traffic of(Load load) {
    return new Traffic(
        load.commands(),
        load.decided(),
        load.decisions(),
        load.deadLetters(),
        load.executions(),
        load.undecided(),
        load.unsettled(),
        load.leftOut(),
        load.failures(),
        load.seconds());
  }
}
