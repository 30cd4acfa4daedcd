/**
 * Judges the calls of a run: counts each of them and opens the run's circuit when it loops. Pure.
 */
@NullMarked
package dev.oncegate.core.guard;

import org.jspecify.annotations.NullMarked;
