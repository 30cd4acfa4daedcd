/**
 * The command line. What works against any cluster lives here; what needs the embedded stack is in
 * the testbed.
 */
@NullMarked
package dev.oncegate.cli;

import org.jspecify.annotations.NullMarked;
