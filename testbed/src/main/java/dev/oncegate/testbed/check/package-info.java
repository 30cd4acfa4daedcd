/**
 * The independent judge: from the topics alone, read read_committed, it recomputes what must have
 * happened and says whether the invariants I1 to I7 hold. It shares the records with the gate and
 * not a line of what decides.
 */
@NullMarked
package dev.oncegate.testbed.check;

import org.jspecify.annotations.NullMarked;
