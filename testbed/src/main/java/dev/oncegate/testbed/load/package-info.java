/**
 * Load that a seed reproduces: agents, honest and rogue, that publish commands without waiting for
 * answers, executors that misbehave, and what can be measured from outside meanwhile.
 */
@NullMarked
package dev.oncegate.testbed.load;

import org.jspecify.annotations.NullMarked;
