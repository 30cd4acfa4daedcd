/**
 * The command line of a checkout: the gate's own commands and those that need the embedded stack.
 */
@NullMarked
package dev.oncegate.testbed.cli;

import org.jspecify.annotations.NullMarked;
