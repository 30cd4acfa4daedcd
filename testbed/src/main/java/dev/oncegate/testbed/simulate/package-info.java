/**
 * Deterministic simulation: the whole topology under seeded random schedules of commands, outcomes,
 * controls, clock steps and crashes, in one process and without a broker. What a schedule leaves on
 * the topics is judged, and compared with what the same input gives where nothing crashes.
 */
@NullMarked
package dev.oncegate.testbed.simulate;

import org.jspecify.annotations.NullMarked;
