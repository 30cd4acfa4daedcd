/**
 * The state of the gate: actions, runs and timers in RocksDB, their binary forms, and the bound on
 * their memory.
 */
@NullMarked
package dev.oncegate.gate.store;

import org.jspecify.annotations.NullMarked;
