/**
 * The independent judge: from the topics alone, read read_committed, it recomputes what must have
 * happened and says whether the invariants I1 to I7 hold. It shares the records with the gate and
 * not a line of what decides.
 *
 * <p>Doors: {@link dev.oncegate.testbed.check.Check} for a cluster, {@link
 * dev.oncegate.testbed.check.HistoryCheck} for records at hand. {@code Judge} hands each record to
 * whom it concerns:
 *
 * <table>
 * <caption>Who judges what</caption>
 * <tr><td>{@code Deliveries}</td><td>command by command: I2 one decision, I7 or a dead letter, I3 not
 *     taken for younger</td></tr>
 * <tr><td>{@code Pairs}</td><td>I1 an effect has its result, I7 a conflict and an escalation too
 *     </td></tr>
 * <tr><td>{@code Attempts}</td><td>action by action: I1 further attempts, I3 forgotten keys</td></tr>
 * <tr><td>{@code Replays}</td><td>I6</td></tr>
 * <tr><td>{@code Outcomes}, {@code Arrivals}</td><td>I7 what executors and controls said is told
 *     </td></tr>
 * <tr><td>{@code Runs}, {@code RunLives}</td><td>run by run: I2 run_seq</td></tr>
 * <tr><td>{@code Circuits}</td><td>I4</td></tr>
 * <tr><td>{@code Counts}</td><td>I5</td></tr>
 * </table>
 *
 * <p>What they must remember lies in the maps of {@code store}: a third of the heap, then disk,
 * with 192 MiB off the heap for the latter. Each says what it needs for a million of what it is
 * about.
 */
@NullMarked
package dev.oncegate.testbed.check;

import org.jspecify.annotations.NullMarked;
