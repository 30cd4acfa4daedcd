/** Measures the gate against what the log itself allows. */
@NullMarked
package dev.oncegate.testbed.bench;

import org.jspecify.annotations.NullMarked;
