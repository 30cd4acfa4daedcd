/**
 * The demo: an unruly cast of agents before one gate, shown while it happens and summed up at the
 * end. What is shown and summed up is read back from the topics.
 */
@NullMarked
package dev.oncegate.testbed.demo;

import org.jspecify.annotations.NullMarked;
