/**
 * Where the judge keeps what may not fit the heap: maps that hold what was used last in the heap
 * and the rest on disk, within budgets of memory that do not depend on the length of the history.
 */
@NullMarked
package dev.oncegate.testbed.check.store;

import org.jspecify.annotations.NullMarked;
