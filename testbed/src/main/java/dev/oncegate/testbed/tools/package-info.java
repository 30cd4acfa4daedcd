/**
 * Simulated tools with real effects: payments, tickets and mail over HTTP, each executed action a
 * row in PostgreSQL, with faults that can be switched on while they are used.
 */
@NullMarked
package dev.oncegate.testbed.tools;

import org.jspecify.annotations.NullMarked;
