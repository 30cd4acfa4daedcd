/** The operations endpoint of real gates before a real broker. */
@NullMarked
package dev.oncegate.testbed.ops;

import org.jspecify.annotations.NullMarked;
