/**
 * Agents that behave badly in one way each, an honest one beside them, and the simulated tools that
 * execute what the gate lets through.
 */
@NullMarked
package dev.oncegate.testbed.agents;

import org.jspecify.annotations.NullMarked;
